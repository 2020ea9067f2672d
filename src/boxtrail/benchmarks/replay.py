"""Tracking a cached sequence: no image is read, nothing is detected again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from boxtrail.benchmarks.sequence import CachedSequence
from boxtrail.evaluation import SequenceRows

if TYPE_CHECKING:
    from boxtrail.engine import Tracker


def replay(tracker: Tracker, sequence: CachedSequence) -> SequenceRows:
    """The tracks of ``sequence``: ``tracker`` is reset and updated once a frame, frames count from 1.

    Cached embeddings and warps are passed on where there are any, and the time of each frame by the frame rate.
    ``labels`` and ``scores`` of the rows are those of the tracks, ``shapes`` (M, 4) corners or (M, 5) oriented boxes.

    Raises:
        InvalidInputError: if the tracker cannot use what is cached, as one that needs embeddings and finds none.
    """
    frames, table = updates(tracker, sequence)
    width = table.shape[1] - 4
    return SequenceRows(
        frames=frames + 1,
        ids=table[:, width].astype(np.int64),
        shapes=np.ascontiguousarray(table[:, :width]),
        scores=table[:, width + 1].copy(),
        labels=table[:, width + 2].astype(np.int64),
        names=dict(sequence.class_names or {}),
        num_frames=sequence.num_frames,
    )


def updates(tracker: Tracker, sequence: CachedSequence) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Frames (M,), from 0, and rows (M, 8) or (M, 9) of all updates, as in :class:`boxtrail.TrackResults`.

    Raises:
        InvalidInputError: as :func:`replay`.
    """
    tracker.reset()
    detections, embeddings, warps = sequence.detections, sequence.embeddings, sequence.warps
    offsets = sequence.offsets.tolist()
    seconds = 1.0 / sequence.frame_rate
    found: list[NDArray[np.float64]] = []
    counts = np.zeros(sequence.num_frames, dtype=np.int64)
    for i in range(sequence.num_frames):
        rows = slice(offsets[i], offsets[i + 1])
        tracks = tracker.update(
            detections[rows],
            None,
            None if embeddings is None else embeddings[rows],
            warp=None if warps is None else warps[i],
            timestamp=i * seconds,
        )
        if count := len(tracks):
            found.append(tracks.view(np.ndarray))
            counts[i] = count
    table = np.concatenate(found) if found else np.empty((0, detections.shape[1] + 2))
    return np.repeat(np.arange(sequence.num_frames), counts), table


__all__ = ["replay", "updates"]
