"""Gradient-boosted interpolation (GBI, also called GBRC): linear interpolation, then boosted trees of each coordinate.

Introduced with BoostTrack's post-processing: https://github.com/vukasin-stanojevic/BoostTrack. 115 regression trees of
depth 3 on the frame, learning rate 0.065, nodes of fewer than 6 rows not split; the fit replaces the box. The number of
trees does not grow with the track: long restless paths are flattened (benchmarks/results/postprocessing.md).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import require
from boxtrail.postprocessing.linear import interpolate
from boxtrail.postprocessing.smoothing import Watch, smooth_tracks
from boxtrail.postprocessing.table import TrackTable

FloatArray: TypeAlias = NDArray[np.float64]

MIN_ROWS_TO_SPLIT = 6


def smooth_boosting(
    tracks: TrackTable, *, max_gap: int = 20, min_rows: int = 1, watch: Watch | None = None
) -> TrackTable:
    """GBI: the table interpolated, its boxes fitted by boosted trees, sorted by frame and id.

    Tracks of fewer than six rows are only interpolated: no tree would split, and the fit would be their mean. The
    same table always gives the same result. Oriented boxes are fitted with their angle unwrapped.

    Args:
        tracks: any table.
        max_gap: as in :func:`interpolate`. Authors: 20 in most scripts, 30 in TrackTrack's, 1,000 in BoostTrack's.
        min_rows: likewise.
        watch: called after each track.

    Raises:
        MissingExtraError: if scikit-learn is not installed.
        ConfigError: if an option is out of range.
    """
    require("sklearn", "post", "gradient-boosted interpolation (gbi)")
    filled = interpolate(tracks, max_gap=max_gap, min_rows=min_rows)

    def smooth(times: FloatArray, boxes: FloatArray) -> FloatArray:
        if len(times) < MIN_ROWS_TO_SPLIT:
            return boxes
        return np.column_stack([_fit(times, column) for column in boxes.T])

    return smooth_tracks(filled, smooth, watch)


def _fit(times: FloatArray, values: FloatArray) -> FloatArray:
    """The fitted values (N,) at the times (N,)."""
    from sklearn.ensemble import GradientBoostingRegressor

    trees = GradientBoostingRegressor(
        n_estimators=115,
        learning_rate=0.065,
        max_depth=3,
        min_samples_split=MIN_ROWS_TO_SPLIT,
        random_state=0,  # ties between equal splits
    )
    fitted: FloatArray = trees.fit(times[:, None], values).predict(times[:, None])
    return fitted


__all__ = ["smooth_boosting"]
