"""How much of a box lies in regions to ignore."""

from __future__ import annotations

import numpy as np

from boxtrail.io.formats.rows import FloatArray, IntArray


def shares_inside(
    frames: IntArray, boxes: FloatArray, region_frames: IntArray, regions: FloatArray
) -> FloatArray:
    """(N,) share in [0, 1] of each box's area that lies in the regions of its frame, taken together.

    Args:
        frames: (N,) of the boxes.
        boxes: (N, 4) ``x1, y1, x2, y2``; one without area lies in no region.
        region_frames: (R,) of the regions.
        regions: (R, 4) likewise; they may overlap.
    """
    rows, at = _of_one_frame(frames, region_frames)
    lows = np.maximum(boxes[rows, :2], regions[at, :2])
    highs = np.minimum(boxes[rows, 2:], regions[at, 2:])
    meets = np.all(highs > lows, axis=1)
    rows, lows, highs = rows[meets], lows[meets], highs[meets]
    order = np.argsort(rows, kind="stable")
    rows, lows, highs = rows[order], lows[order], highs[order]
    covered = np.zeros(len(boxes))
    covered[rows] = np.prod(highs - lows, axis=1)  # where one region meets the box; else see below
    found, starts, counts = np.unique(rows, return_index=True, return_counts=True)
    for k in np.flatnonzero(counts > 1).tolist():
        span = slice(starts[k], starts[k] + counts[k])
        covered[found[k]] = _area_of_union(lows[span], highs[span])
    sizes = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    shares: FloatArray = np.divide(covered, sizes, out=np.zeros(len(boxes)), where=covered > 0.0)
    return np.minimum(shares, 1.0)


def _of_one_frame(first: IntArray, second: IntArray) -> tuple[IntArray, IntArray]:
    """Positions (P,), (P,) of all pairs of equal numbers."""
    order = np.argsort(first, kind="stable")
    starts, ends = (np.searchsorted(first[order], second, side=side) for side in ("left", "right"))
    counts = ends - starts
    at = np.repeat(np.arange(len(second)), counts)
    within = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
    return order[starts[at] + within], at


def _area_of_union(lows: FloatArray, highs: FloatArray) -> float:
    """Of rectangles (K, 2), (K, 2), on the grid that their sides make."""
    x, y = (np.unique(np.concatenate([lows[:, axis], highs[:, axis]])) for axis in (0, 1))
    in_x, in_y = (
        (lows[:, axis, None] <= grid[:-1]) & (grid[1:] <= highs[:, axis, None])
        for axis, grid in ((0, x), (1, y))
    )
    covered = np.any(in_x[:, :, None] & in_y[:, None, :], axis=0)
    return float(np.diff(x) @ covered @ np.diff(y))


__all__ = ["shares_inside"]
