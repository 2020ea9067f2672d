"""A stream of detections, and the tracks of a tracker in this process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail import create_tracker


def boxes(num_frames: int = 12, num_objects: int = 4, *, seed: int = 0) -> list[NDArray[np.float64]]:
    """(N, 6) a frame, of numbers that float32 holds exactly: objects walk to the right, one is missing now and then."""
    rng = np.random.default_rng(seed)
    starts = rng.integers(0, 400, (num_objects, 2)).astype(float)
    frames = []
    for index in range(num_frames):
        corner = starts + np.array([4.0 * index, 0.0])
        scores = rng.integers(6, 16, (num_objects, 1)) / 16.0
        rows = np.hstack([corner, corner + np.array([32.0, 64.0]), scores, np.zeros((num_objects, 1))])
        frames.append(rows[rng.permutation(num_objects)[: num_objects - (index % 3 == 2)]])
    return frames


def tracked(frames: Sequence[Any], tracker: str = "bytetrack", **options: Any) -> list[NDArray[np.float64]]:
    """The rows that a tracker in this process gives."""
    alone = create_tracker(tracker, **options)
    return [np.asarray(alone.update(rows)) for rows in frames]
