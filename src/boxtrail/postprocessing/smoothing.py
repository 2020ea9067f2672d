"""What both smoothers share: every track by itself, every coordinate by itself, against the frame."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.postprocessing.angles import continuous
from boxtrail.postprocessing.table import TrackTable

FloatArray: TypeAlias = NDArray[np.float64]
Watch: TypeAlias = Callable[[int, int], None]  # called with the tracks done and the tracks there are
Smoother: TypeAlias = Callable[[FloatArray, FloatArray], FloatArray]


def smooth_tracks(tracks: TrackTable, smooth: Smoother, watch: Watch | None) -> TrackTable:
    """The table with the boxes of each track smoothed; nothing else changes, nor the order of the rows.

    ``smooth`` maps the times (N,), in steps of the table, and the coordinates (N, 4) ``left, top, width, height`` or
    (N, 5) oriented of one track to new coordinates. A box that would lose a positive width or height stays as it
    was.
    """
    boxes = tracks.xywh.copy()
    parts = list(tracks.tracks())
    for done, rows in enumerate(parts, 1):
        times = (tracks.frames[rows] - tracks.frames[rows[0]]) / tracks.step
        given = continuous(boxes[rows]) if tracks.is_obb else boxes[rows]
        new = smooth(times, given)
        shrunk = (new[:, 2:4] <= 0.0) & (given[:, 2:4] > 0.0)
        boxes[rows] = np.where(shrunk.any(axis=1, keepdims=True), given, new)
        if watch is not None:
            watch(done, len(parts))
    return tracks.with_xywh(boxes)


__all__ = ["Smoother", "Watch", "smooth_tracks"]
