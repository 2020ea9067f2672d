"""Cutting a polygon to the image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def clip_polygon(points: NDArray[np.float64], right: float, bottom: float) -> NDArray[np.float64]:
    """The part (L, 2) of a convex polygon (K, 2) inside 0 ≤ x ≤ ``right``, 0 ≤ y ≤ ``bottom``; else (0, 2).

    Sutherland and Hodgman's algorithm, one side of the rectangle after the other.
    """
    for axis, limit, sign in ((0, 0.0, 1.0), (0, right, -1.0), (1, 0.0, 1.0), (1, bottom, -1.0)):
        points = _cut(points, axis, limit, sign)
    return points


def _cut(points: NDArray[np.float64], axis: int, limit: float, sign: float) -> NDArray[np.float64]:
    """Keep where ``sign * (coordinate - limit)`` is not negative."""
    kept = []
    depth = sign * (points[:, axis] - limit)
    for k in range(len(points)):
        previous, current = depth[k - 1], depth[k]
        if (previous < 0) != (current < 0):
            kept.append(points[k - 1] + (points[k] - points[k - 1]) * (previous / (previous - current)))
        if current >= 0:
            kept.append(points[k])
    return np.array(kept, dtype=np.float64).reshape(-1, 2)


__all__ = ["clip_polygon"]
