"""Joining the pieces of one moving object: background subtraction cuts people at the belt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_LIMB = 0.08  # share of a body's box that a hand or a bag beside it may take


def merge_fragments(
    boxes: FloatArray, areas: FloatArray, *, gap: float, max_aspect: float
) -> tuple[FloatArray, FloatArray]:
    """Join boxes that look like parts of one object, nearest pair first, until none is left to join.

    Two boxes belong together if one lies mostly in the other, or if they stand above one another (their
    columns overlap by half of the narrower one) at most ``gap`` apart and the joined box is not taller than
    ``max_aspect`` times its width, or if one is a limb: much smaller, beside the other, and as near.

    Args:
        boxes: (N, 4) ``x1, y1, x2, y2``, pixels.
        areas: (N,) foreground pixels in each box.
        gap: pixels allowed between parts.
        max_aspect: height over width of the tallest box worth joining to.

    Returns:
        The joined boxes (M, 4) and their foreground pixels (M,), M <= N.
    """
    boxes, areas = boxes.copy(), areas.copy()
    while len(boxes) > 1:
        distance = _join_distance(boxes, gap=gap, max_aspect=max_aspect)
        first, second = np.unravel_index(int(np.argmin(distance)), distance.shape)
        if not np.isfinite(distance[first, second]):
            break
        boxes[first, :2] = np.minimum(boxes[first, :2], boxes[second, :2])
        boxes[first, 2:] = np.maximum(boxes[first, 2:], boxes[second, 2:])
        areas[first] += areas[second]
        boxes, areas = np.delete(boxes, second, axis=0), np.delete(areas, second)
    return boxes, areas


def _join_distance(boxes: FloatArray, *, gap: float, max_aspect: float) -> FloatArray:
    """(N, N) pixels between boxes that may be joined; infinity where they may not and on the diagonal."""
    low = np.maximum(boxes[:, None, :2], boxes[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[None, :, 2:])
    overlap = high - low  # negative: the empty pixels between
    size = boxes[:, 2:] - boxes[:, :2]
    narrower = np.minimum(size[:, None], size[None])
    union = np.maximum(boxes[:, None, 2:], boxes[None, :, 2:]) - np.minimum(
        boxes[:, None, :2], boxes[None, :, :2]
    )

    share = overlap / narrower
    inside = np.clip(share, 0.0, None).prod(axis=-1) >= 0.5
    plausible = union[..., 1] <= max_aspect * union[..., 0]
    stacked = (share[..., 0] >= 0.5) & (overlap[..., 1] >= -gap) & plausible
    areas = size.prod(axis=1)
    small = np.minimum(areas[:, None], areas[None]) <= _LIMB * np.maximum(areas[:, None], areas[None])
    limb = small & (share[..., 1] >= 0.9) & (overlap[..., 0] >= -gap)
    distance = np.where(stacked, -overlap[..., 1], np.where(limb, -overlap[..., 0], np.inf))
    distance[inside] = -1e9
    np.fill_diagonal(distance, np.inf)
    return distance
