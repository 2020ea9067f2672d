"""Oriented boxes ``cx, cy, w, h, angle``: overlap of rotated rectangles and choice among their four codes.

(w, h, θ), (w, h, θ + π), (h, w, θ ± π/2) are one rectangle. Every measure is the same for all of them.
Angles are in radians, image axes (y down). Plain Python: the arithmetic of the compiled core, line for line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
Point: TypeAlias = tuple[float, float]
Polygon: TypeAlias = list[Point]
Rectangle: TypeAlias = Sequence[float]  # cx, cy, w, h, angle

SHAPE_WEIGHT = 0.05  # radians that a unit of log side ratio is worth when codes are compared


def similarity(
    measure: str,
    tracks: FloatArray,
    detections: FloatArray,
    *,
    image_diagonal: float,
    buffer_ratio: float,
) -> FloatArray:
    """(N, M) similarities in [0, 1] of oriented boxes (N, 5) and (M, 5); see ``association.similarity``."""
    rows = [
        [_pair(measure, a, b, image_diagonal, buffer_ratio) for b in detections.tolist()]
        for a in tracks.tolist()
    ]
    return np.array(rows, dtype=np.float64).reshape(len(tracks), len(detections))


def _pair(measure: str, a: Rectangle, b: Rectangle, image_diagonal: float, buffer_ratio: float) -> float:
    dx, dy = a[0] - b[0], a[1] - b[1]
    if measure == "iou":
        return rotated_iou(a, b)
    if measure == "biou":
        return rotated_iou(_grown(a, buffer_ratio), _grown(b, buffer_ratio))
    if measure == "centroid":
        return 1.0 - math.sqrt(dx * dx + dy * dy) / image_diagonal
    overlap = rotated_iou(a, b)
    if measure == "hmiou":
        return overlap * _height_overlap(a, b)
    hull = convex_hull(rectangle_corners(a) + rectangle_corners(b))
    if measure == "giou":
        enclosing = polygon_area(hull)
        union = (a[2] * a[3] + b[2] * b[3]) / (1.0 + overlap)
        return (overlap - (enclosing - union) / enclosing + 1.0) / 2.0
    value = overlap - (dx * dx + dy * dy) / _squared_diagonal(hull)
    if measure == "ciou":
        difference = _aspect_angle(a) - _aspect_angle(b)
        v = 4.0 / (math.pi * math.pi) * (difference * difference)
        alpha = v / (1.0 - overlap + v) if v > 0.0 else 0.0
        value = value - alpha * v
    return (value + 1.0) / 2.0


def rotated_iou(a: Rectangle, b: Rectangle) -> float:
    """Intersection over union of two rotated rectangles, by clipping one polygon with the other's edges."""
    if list(a) == list(b):
        return 1.0
    half_aw, half_ah = _half_extents(a)
    half_bw, half_bh = _half_extents(b)
    if abs(a[0] - b[0]) >= half_aw + half_bw or abs(a[1] - b[1]) >= half_ah + half_bh:
        return 0.0
    # About the mid-point and in units of the largest side the clipping is well conditioned anywhere.
    scale = max(a[2], a[3], b[2], b[3])
    mx, my = (a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0
    a = ((a[0] - mx) / scale, (a[1] - my) / scale, a[2] / scale, a[3] / scale, a[4])
    b = ((b[0] - mx) / scale, (b[1] - my) / scale, b[2] / scale, b[3] / scale, b[4])
    intersection = polygon_area(clip(rectangle_corners(a), rectangle_corners(b)))
    union = a[2] * a[3] + b[2] * b[3] - intersection
    return min(max(intersection / union, 0.0), 1.0)


def bounds(box: Rectangle) -> list[float]:
    """The upright box ``x1, y1, x2, y2`` around a rectangle."""
    half_w, half_h = _half_extents(box)
    return [box[0] - half_w, box[1] - half_h, box[0] + half_w, box[1] + half_h]


def rectangle_corners(box: Rectangle) -> Polygon:
    """The four corners in turn, clockwise on the screen."""
    cx, cy, w, h, angle = box
    cos, sin = math.cos(angle), math.sin(angle)
    ux, uy, vx, vy = w / 2.0 * cos, w / 2.0 * sin, -h / 2.0 * sin, h / 2.0 * cos
    return [
        (cx - ux - vx, cy - uy - vy),
        (cx + ux - vx, cy + uy - vy),
        (cx + ux + vx, cy + uy + vy),
        (cx - ux + vx, cy - uy + vy),
    ]


def clip(subject: Polygon, clipper: Polygon) -> Polygon:
    """The part of ``subject`` inside the convex ``clipper`` (Sutherland and Hodgman 1974)."""
    for i in range(len(clipper)):
        (px, py), (qx, qy) = clipper[i], clipper[(i + 1) % len(clipper)]
        side = [(qx - px) * (y - py) - (qy - py) * (x - px) for x, y in subject]
        kept: Polygon = []
        for j in range(len(subject)):
            (sx, sy), (ex, ey) = subject[j - 1], subject[j]
            ds, de = side[j - 1], side[j]
            if (ds >= 0.0) != (de >= 0.0):
                t = ds / (ds - de)
                kept.append((sx + (ex - sx) * t, sy + (ey - sy) * t))
            if de >= 0.0:
                kept.append((ex, ey))
        subject = kept
        if len(subject) < 3:
            return []
    return subject


def polygon_area(polygon: Polygon) -> float:
    """Area by the shoelace formula."""
    total = 0.0
    for i in range(len(polygon)):
        (x1, y1), (x2, y2) = polygon[i - 1], polygon[i]
        total += x1 * y2 - x2 * y1
    return abs(total) / 2.0


def convex_hull(points: Polygon) -> Polygon:
    """The convex hull, by the monotone chain (Andrew 1979)."""
    points = sorted(points)
    hull: Polygon = []
    for sweep in (points, points[::-1]):
        start = len(hull)
        for x, y in sweep:
            while len(hull) >= start + 2:
                (ax, ay), (bx, by) = hull[-2], hull[-1]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0.0:
                    break
                hull.pop()
            hull.append((x, y))
        hull.pop()
    return hull


def _squared_diagonal(hull: Polygon) -> float:
    """Squared diagonal of the smallest rectangle around a convex polygon; one of its edges lies along it."""
    best_area, best = math.inf, 0.0
    for i in range(len(hull)):
        (x1, y1), (x2, y2) = hull[i - 1], hull[i]
        length = math.sqrt((x2 - x1) * (x2 - x1) + (y2 - y1) * (y2 - y1))
        ux, uy = (x2 - x1) / length, (y2 - y1) / length
        along = [x * ux + y * uy for x, y in hull]
        across = [y * ux - x * uy for x, y in hull]
        w, h = max(along) - min(along), max(across) - min(across)
        if w * h < best_area:
            best_area, best = w * h, w * w + h * h
    return best


def align(box: Rectangle, reference: Rectangle) -> list[float]:
    """The code of ``box`` nearest to ``reference``: turned as little as possible, sides told apart by their length."""
    cx, cy, w, h, angle = box
    best: list[float] = []
    best_cost = math.inf
    for side_w, side_h, turned in ((w, h, angle), (h, w, angle + math.pi / 2.0)):
        turns = float(np.rint((reference[4] - turned) / math.pi))
        candidate = turned + math.pi * turns
        shape = abs(math.log(side_w / reference[2])) + abs(math.log(side_h / reference[3]))
        cost = abs(candidate - reference[4]) + SHAPE_WEIGHT * shape
        if cost < best_cost:
            best, best_cost = [cx, cy, side_w, side_h, candidate], cost
    return best


def _half_extents(box: Rectangle) -> tuple[float, float]:
    cos, sin = abs(math.cos(box[4])), abs(math.sin(box[4]))
    return (box[2] * cos + box[3] * sin) / 2.0, (box[2] * sin + box[3] * cos) / 2.0


def _height_overlap(a: Rectangle, b: Rectangle) -> float:
    half_a, half_b = _half_extents(a)[1], _half_extents(b)[1]
    overlap = min(a[1] + half_a, b[1] + half_b) - max(a[1] - half_a, b[1] - half_b)
    return max(overlap, 0.0) / (max(a[1] + half_a, b[1] + half_b) - min(a[1] - half_a, b[1] - half_b))


def _aspect_angle(box: Rectangle) -> float:
    return math.atan(max(box[2], box[3]) / min(box[2], box[3]))


def _grown(box: Rectangle, ratio: float) -> Rectangle:
    return (box[0], box[1], box[2] * (1.0 + 2.0 * ratio), box[3] * (1.0 + 2.0 * ratio), box[4])
