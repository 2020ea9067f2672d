"""Tables of tracks written by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from boxtrail.postprocessing import TrackTable


def table(rows: Sequence[Sequence[float]], *, step: int = 1, label: int = 0) -> TrackTable:
    """Rows ``frame, id, *box`` or ``frame, id, *box, score, label``; a box has four numbers."""
    array = np.array(rows, dtype=np.float64)
    scores = array[:, 6] if array.shape[1] > 6 else np.full(len(array), 0.5)
    labels = array[:, 7] if array.shape[1] > 6 else np.full(len(array), label)
    return TrackTable(
        array[:, 0].astype(np.int64), array[:, 1].astype(np.int64), array[:, 2:6], scores,
        labels.astype(np.int64), np.arange(len(array)), step,
    )  # fmt: skip


def walk(track_id: int, frames: Sequence[int], *, x: float = 0.0, speed: float = 2.0) -> list[list[float]]:
    """Rows of a 10 x 20 box that moves ``speed`` pixels a frame from x at frame 0."""
    return [[f, track_id, x + speed * f, 5.0, x + speed * f + 10.0, 25.0] for f in frames]


def oriented(rows: Sequence[Sequence[float]]) -> TrackTable:
    """Rows ``frame, id, cx, cy, w, h, angle``."""
    array = np.array(rows, dtype=np.float64)
    none = np.zeros(len(array), dtype=np.int64)
    return TrackTable(
        array[:, 0].astype(np.int64), array[:, 1].astype(np.int64), array[:, 2:7], np.ones(len(array)),
        none, np.arange(len(array)),
    )  # fmt: skip


def lines(tracks: TrackTable) -> list[list[float]]:
    """``frame, id, *box, score, label, row`` of every row."""
    columns = [
        tracks.frames,
        tracks.ids,
        *tracks.boxes.T.round(6),
        tracks.scores.round(6),
        tracks.labels,
        tracks.rows,
    ]
    return np.column_stack(columns).tolist()
