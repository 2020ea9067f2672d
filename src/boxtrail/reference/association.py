"""How alike two boxes are, in [0, 1], for every pair of a track and a detection.

``iou``: Jaccard 1901. ``giou``: Rezatofighi et al. 2019. ``diou``, ``ciou``: Zheng et al. 2020. ``hmiou``: IoU
times the overlap of the heights (Yang et al. 2024). ``centroid``: 1 − distance / image diagonal. ``biou``: IoU of
boxes grown by a share of their size on every side (Yang et al. 2023). The signed ones (giou, diou, ciou) are mapped
by (x + 1) / 2, so disjoint boxes can reach 0.5 there: thresholds do not carry over from IoU.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.reference import oriented

FloatArray: TypeAlias = NDArray[np.float64]

MEASURES = ("iou", "giou", "diou", "ciou", "hmiou", "centroid", "biou")


def similarity(
    measure: str,
    tracks: FloatArray,
    detections: FloatArray,
    *,
    image_diagonal: float = 0.0,
    buffer_ratio: float = 0.0,
) -> FloatArray:
    """(N, M) similarities of two sets of boxes, (N, 4) and (M, 4) corners or (N, 5) and (M, 5) oriented.

    Args:
        measure: one of :data:`MEASURES`.
        tracks: boxes in pixels.
        detections: boxes in pixels.
        image_diagonal: in pixels, for ``centroid``.
        buffer_ratio: growth per side as a share of the size, for ``biou``.
    """
    if tracks.shape[-1] == 5:
        return oriented.similarity(
            measure, tracks, detections, image_diagonal=image_diagonal, buffer_ratio=buffer_ratio
        )
    a, b = tracks[:, None, :], detections[None, :, :]
    if measure == "iou":
        return iou(a, b)
    if measure == "hmiou":
        return iou(a, b) * _height_overlap(a, b)
    if measure == "biou":
        return iou(grow(a, buffer_ratio), grow(b, buffer_ratio))
    if measure == "centroid":
        return 1.0 - np.sqrt(_squared_centre_distance(a, b)) / image_diagonal
    if measure == "giou":
        enclosing = (_width(a, b)) * (_height(a, b))
        intersection, union = _intersection_union(a, b)
        return (intersection / union - (enclosing - union) / enclosing + 1.0) / 2.0
    value = iou(a, b) - _squared_centre_distance(a, b) / _squared_diagonal(a, b)
    if measure == "ciou":
        value = value - aspect_penalty(iou(a, b), aspect_angle(tracks), aspect_angle(detections))
    return (value + 1.0) / 2.0


def iou(a: FloatArray, b: FloatArray) -> FloatArray:
    """Intersection over union of corners (..., 4), broadcast."""
    intersection, union = _intersection_union(a, b)
    return intersection / union


def grow(boxes: FloatArray, ratio: float) -> FloatArray:
    """Corners (..., 4) with ``ratio`` of the width added left and right, of the height above and below."""
    dw, dh = ratio * (boxes[..., 2] - boxes[..., 0]), ratio * (boxes[..., 3] - boxes[..., 1])
    return np.stack([boxes[..., 0] - dw, boxes[..., 1] - dh, boxes[..., 2] + dw, boxes[..., 3] + dh], axis=-1)


def aspect_angle(boxes: FloatArray) -> FloatArray:
    """(N,) arctangent of width / height of corners (N, 4), in radians."""
    # math.atan, not numpy's: the same libm as the compiled core, to the last bit.
    return np.array([math.atan((x2 - x1) / (y2 - y1)) for x1, y1, x2, y2 in boxes.tolist()])


def aspect_penalty(iou_matrix: FloatArray, angles_a: FloatArray, angles_b: FloatArray) -> FloatArray:
    """(N, M) the term of CIoU that grows with the difference of the aspect ratios."""
    difference = angles_a[:, None] - angles_b[None, :]
    v = 4.0 / (math.pi * math.pi) * (difference * difference)
    alpha = np.divide(v, 1.0 - iou_matrix + v, out=np.zeros_like(v), where=v > 0.0)
    return alpha * v


def direction_consistency(
    directions: FloatArray,
    references: FloatArray,
    centres: FloatArray,
    scores: FloatArray,
    inertia: float,
) -> FloatArray:
    """(N, M) OCM term of OC-SORT: how well a detection lies in the direction a track was moving.

    ``inertia · score · φ`` with φ ∈ [−½, ½], 0 for a track without direction.

    Args:
        directions: (N, 2) unit vectors (dy, dx) in image axes, zero where a track has none.
        references: (N, 2) points (x, y) in pixels that the direction starts from.
        centres: (M, 2) centres (x, y) of the detections in pixels.
        scores: (M,) in [0, 1].
        inertia: weight of the term.
    """
    dx = centres[None, :, 0] - references[:, None, 0]
    dy = centres[None, :, 1] - references[:, None, 1]
    norm = np.sqrt(dx * dx + dy * dy) + 1e-6
    cosine = directions[:, None, 1] * (dx / norm) + directions[:, None, 0] * (dy / norm)
    angle = (
        np.vectorize(math.acos, otypes=[np.float64])(np.clip(cosine, -1.0, 1.0)) if cosine.size else cosine
    )
    return (math.pi / 2.0 - np.abs(angle)) / math.pi * inertia * scores[None, :]


def fuse_scores(similarity: FloatArray, scores: FloatArray) -> FloatArray:
    """(N, M) cost 1 − similarity · score of the BYTE family; scores (M,)."""
    return 1.0 - similarity * scores[None, :]


def _intersection_union(a: FloatArray, b: FloatArray) -> tuple[FloatArray, FloatArray]:
    w = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
    h = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
    intersection = np.maximum(w, 0.0) * np.maximum(h, 0.0)
    area_a = (a[..., 2] - a[..., 0]) * (a[..., 3] - a[..., 1])
    area_b = (b[..., 2] - b[..., 0]) * (b[..., 3] - b[..., 1])
    return intersection, area_a + area_b - intersection


def _width(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.maximum(a[..., 2], b[..., 2]) - np.minimum(a[..., 0], b[..., 0])


def _height(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.maximum(a[..., 3], b[..., 3]) - np.minimum(a[..., 1], b[..., 1])


def _squared_diagonal(a: FloatArray, b: FloatArray) -> FloatArray:
    w, h = _width(a, b), _height(a, b)
    return w * w + h * h


def _squared_centre_distance(a: FloatArray, b: FloatArray) -> FloatArray:
    dx = (a[..., 0] + a[..., 2]) / 2.0 - (b[..., 0] + b[..., 2]) / 2.0
    dy = (a[..., 1] + a[..., 3]) / 2.0 - (b[..., 1] + b[..., 3]) / 2.0
    return dx * dx + dy * dy


def _height_overlap(a: FloatArray, b: FloatArray) -> FloatArray:
    overlap = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
    share: FloatArray = np.maximum(overlap, 0.0) / _height(a, b)
    return share
