"""Oriented boxes of outlines in whole pixels."""

from __future__ import annotations

import numpy as np

from boxtrail.io.formats.rows import FloatArray

ROUNDING = 2.5  # pixels by which corners in whole pixels may miss those of a rectangle


def smallest_box(corners: FloatArray) -> list[float]:
    """The oriented box of the least area around a polygon (K, 2); one of its sides lies on one of the polygon's."""
    edges = np.roll(corners, -1, axis=0) - corners
    boxes = []
    for angle in np.unique(np.arctan2(edges[:, 1], edges[:, 0])):
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        turned = corners @ turn.T
        low, high = turned.min(axis=0), turned.max(axis=0)
        boxes.append([*((low + high) / 2.0 @ turn).tolist(), *(high - low).tolist(), float(angle)])
    return min(boxes, key=lambda box: box[2] * box[3])


def oriented_box(corners: FloatArray) -> list[float] | None:
    """``cx, cy, w, h, angle`` of four corners (4, 2) that make a rectangle, as far as whole pixels can; else None."""
    if len(corners) != 4:
        return None
    first, second, third, last = corners
    diagonals = np.hypot(*(third - first)) - np.hypot(*(last - second))
    if np.hypot(*((first + third) - (second + last))) > 2.0 * ROUNDING or abs(diagonals) > ROUNDING:
        return None
    along, across = (second - first + third - last) / 2.0, (last - first + third - second) / 2.0
    centre = corners.mean(axis=0)
    return [
        *centre.tolist(),
        float(np.hypot(*along)),
        float(np.hypot(*across)),
        float(np.arctan2(along[1], along[0])),
    ]


__all__ = ["oriented_box", "smallest_box"]
