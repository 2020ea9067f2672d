"""Tracks and embeddings of a finished run as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError
from boxtrail.postprocessing.table import TrackTable
from boxtrail.results import TrackResults

FloatArray: TypeAlias = NDArray[np.float64]


class Tracked(Protocol):
    """Tracks of one frame, and their embeddings row by row."""

    @property
    def tracks(self) -> TrackResults:
        """(M, 8) or (M, 9)."""

    @property
    def embeddings(self) -> NDArray[np.float32]:
        """(M, D); zeros for a coasting track, D = 0 without an embedder."""


class RecordedFrame(Protocol):
    """One frame without its image."""

    @property
    def frame_idx(self) -> int:
        """Place in the source, from 0."""

    @property
    def tracked(self) -> Tracked:
        """What was found in it."""


class RecordedRun(Protocol):
    """What :class:`boxtrail.run.Run` offers to those who come after it."""

    def recorded(self) -> Iterator[RecordedFrame]:
        """Every frame tracked, in order."""


def table_of(run: RecordedRun) -> TrackTable:
    """All tracks of a run, which is run to its end first if it was not begun.

    ``step`` is the stride of the run, so that frames it did not look at are no gaps.

    Raises:
        SourceError: if the source was live: its frames are not kept.
        InvalidInputError: if upright and oriented boxes are mixed, or a track has two rows in a frame.
    """
    return table_of_frames(run.recorded())


def embeddings_of(run: RecordedRun) -> NDArray[np.float32]:
    """(R, D) embeddings of a run, aligned with the rows of :func:`table_of`; zeros where a track was coasting.

    Raises:
        SourceError: if the source was live.
        InvalidInputError: if the run had no embedder.
    """
    return embeddings_of_frames(run.recorded())


def table_of_frames(frames: Iterable[RecordedFrame]) -> TrackTable:
    """As :func:`table_of`, of the frames themselves."""
    indices: list[int] = []
    parts: list[TrackResults] = []
    for frame in frames:
        indices.append(frame.frame_idx)
        parts.append(frame.tracked.tracks)
    step = max(int(np.gcd.reduce(np.diff(indices))), 1) if len(indices) > 1 else 1
    kinds = {part.is_obb for part in parts if len(part)} or {part.is_obb for part in parts[:1]}
    if len(kinds) > 1:
        raise InvalidInputError("the run mixes upright and oriented boxes")
    rows = [np.asarray(part) for part in parts if len(part)]
    if not rows:
        return TrackTable.empty(is_obb=True in kinds, step=step)
    table, size = np.concatenate(rows), 5 if True in kinds else 4
    return TrackTable(
        frames=np.repeat(indices, [len(part) for part in parts]),
        ids=table[:, size].astype(np.int64),
        boxes=table[:, :size],
        scores=table[:, size + 1],
        labels=table[:, size + 2].astype(np.int64),
        rows=table[:, size + 3].astype(np.int64),
        step=step,
    )


def embeddings_of_frames(frames: Iterable[RecordedFrame]) -> NDArray[np.float32]:
    """As :func:`embeddings_of`, of the frames themselves."""
    parts = [frame.tracked.embeddings for frame in frames if len(frame.tracked.tracks)]
    if not parts:
        return np.zeros((0, 1), dtype=np.float32)
    if not parts[0].shape[1]:
        raise InvalidInputError("the run has no embeddings: it had no embedder")
    return np.concatenate(parts)


__all__ = [
    "RecordedFrame",
    "RecordedRun",
    "embeddings_of",
    "embeddings_of_frames",
    "table_of",
    "table_of_frames",
]
