"""Linear interpolation of the frames in which a track was not seen.

Two neighbouring rows of a track at frames a < b with 1 < b − a < L get the rows between them. ByteTrack's script
(Zhang et al. 2022, https://arxiv.org/abs/2110.06864) has L = 20 and leaves short tracks alone.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import ConfigError
from boxtrail.postprocessing.angles import align_pairs
from boxtrail.postprocessing.table import UNKNOWN, TrackTable

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]


def interpolate(tracks: TrackTable, *, max_gap: int = 20, min_rows: int = 1) -> TrackTable:
    """The table with gaps filled, sorted by frame and id.

    Boxes and scores are interpolated, oriented boxes the shortest way round. A made-up row has the class of the
    nearer end, of the earlier one in the middle, and detection row −1. The rows given are not changed.

    Args:
        tracks: any table.
        max_gap: L; two rows this many frames apart, or more, stay as they are. Counted in steps of the table.
        min_rows: tracks with fewer rows stay as they are. ByteTrack's script: 26, MOT20 and OC-SORT: 31.

    Raises:
        ConfigError: if an option is below 1.
    """
    for name, value in (("max_gap", max_gap), ("min_rows", min_rows)):
        if value < 1:
            raise ConfigError(f"{name} must be ≥ 1, not {value}")
    order = np.lexsort((tracks.frames, tracks.ids))
    before, after = _gaps(tracks, order, max_gap, min_rows)
    made = _between(tracks, before, after)
    columns = {
        name: np.concatenate([getattr(tracks, name), getattr(made, name)])
        for name in ("frames", "ids", "boxes", "scores", "labels", "rows")
    }
    filled = TrackTable(**columns, step=tracks.step)
    return filled.take(filled.order())


def _gaps(
    tracks: TrackTable, order: NDArray[np.intp], max_gap: int, min_rows: int
) -> tuple[IntArray, IntArray]:
    """Rows before and after each gap to fill."""
    ids, frames = tracks.ids[order], tracks.frames[order]
    _, inverse, counts = np.unique(ids, return_inverse=True, return_counts=True)
    distance = np.diff(frames) // tracks.step
    fill = (np.diff(ids) == 0) & (distance > 1) & (distance < max_gap)
    fill &= (counts[inverse] >= min_rows)[1:]
    index = np.flatnonzero(fill)
    return order[index].astype(np.int64), order[index + 1].astype(np.int64)


def _between(tracks: TrackTable, before: IntArray, after: IntArray) -> TrackTable:
    """The rows that fill the gaps."""
    distance = (tracks.frames[after] - tracks.frames[before]) // tracks.step
    gap = np.repeat(np.arange(len(before)), distance - 1)  # the gap each new row lies in
    place = np.arange(len(gap)) - np.repeat(np.cumsum(distance - 1) - (distance - 1), distance - 1) + 1
    share = place / distance[gap]
    first, last = tracks.boxes[before], tracks.boxes[after]
    if tracks.is_obb:
        last = align_pairs(last, first)
    nearer = np.where(2 * place <= distance[gap], before[gap], after[gap])
    return TrackTable(
        frames=tracks.frames[before][gap] + place * tracks.step,
        ids=tracks.ids[before][gap],
        boxes=first[gap] * (1.0 - share[:, None]) + last[gap] * share[:, None],
        scores=tracks.scores[before][gap] * (1.0 - share) + tracks.scores[after][gap] * share,
        labels=tracks.labels[nearer],
        rows=np.full(len(gap), UNKNOWN),
        step=tracks.step,
    )


__all__ = ["interpolate"]
