"""Non-maximum suppression: of boxes on the same thing, keep the best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import require

FloatArray = NDArray[np.float64]


def suppress(
    boxes: FloatArray, scores: FloatArray, labels: FloatArray | None = None, *, max_iou: float
) -> NDArray[np.int64]:
    """Rows to keep, best score first; equal scores in the order they came.

    Args:
        boxes: (N, 4) xyxy, or oriented (N, 5) ``cx, cy, w, h, angle`` in radians.
        scores: (N,), higher is better.
        labels: (N,), boxes of different labels leave one another alone; None: all compete.
        max_iou: overlap above which the weaker box goes, [0, 1].

    Returns:
        (M,) row numbers.
    """
    order = np.argsort(-scores, kind="stable")
    boxes = boxes[order]
    groups = np.zeros(len(order)) if labels is None else labels[order]
    alive = np.ones(len(order), dtype=bool)
    for row in range(len(order)):
        if not alive[row]:
            continue
        rest = row + 1 + np.flatnonzero(alive[row + 1 :] & (groups[row + 1 :] == groups[row]))
        overlap = (
            _iou(boxes[row], boxes[rest]) if boxes.shape[1] == 4 else _rotated_iou(boxes[row], boxes[rest])
        )
        alive[rest[overlap > max_iou]] = False
    return order[alive].astype(np.int64)


def _iou(box: FloatArray, others: FloatArray) -> FloatArray:
    """(N,) intersection over union of one box (4,) with others (N, 4); 0 where both are without area."""
    size = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    intersection: FloatArray = np.clip(size, 0.0, None).prod(axis=1)
    areas = np.clip(others[:, 2:] - others[:, :2], 0.0, None).prod(axis=1)
    union = np.clip(box[2:] - box[:2], 0.0, None).prod() + areas - intersection
    iou: FloatArray = np.divide(intersection, union, out=np.zeros_like(union), where=union > 0.0)
    return iou


def _rotated_iou(box: FloatArray, others: FloatArray) -> FloatArray:
    """(N,) intersection over union of one oriented box (5,) with others (N, 5)."""
    cv2 = require("cv2", "video", "suppressing oriented boxes")
    overlaps = np.zeros(len(others))
    first = _rotated_rect(box)
    for row, other in enumerate(others):
        kind, points = cv2.rotatedRectangleIntersection(first, _rotated_rect(other))
        if kind == cv2.INTERSECT_NONE or points is None:
            continue
        shared = cv2.contourArea(cv2.convexHull(points))
        union = box[2] * box[3] + other[2] * other[3] - shared
        overlaps[row] = shared / union if union > 0.0 else 0.0
    return overlaps


def _rotated_rect(box: FloatArray) -> tuple[tuple[float, float], tuple[float, float], float]:
    cx, cy, w, h, angle = (float(value) for value in box)
    return (cx, cy), (w, h), float(np.degrees(angle))
