"""One sequence of a benchmark as a cache keeps it: everything a tracker is given, and the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError
from boxtrail.evaluation import SequenceRows

COLUMNS = (6, 7)  # upright x1, y1, x2, y2, conf, cls; oriented cx, cy, w, h, angle, conf, cls


@dataclass(frozen=True, slots=True, eq=False)
class CachedSequence:
    """Detections of all frames in one array, with what belongs to them row by row and frame by frame.

    Attributes:
        name: of the sequence, unique in its benchmark.
        num_frames: frames of the sequence, also those without detections.
        frame_rate: frames a second.
        frame_size: width and height in pixels, None if not known.
        detections: (N, 6) ``x1, y1, x2, y2, conf, cls`` or (N, 7) ``cx, cy, w, h, angle, conf, cls``, frame by frame.
        offsets: (num_frames + 1,) ascending from 0 to N; rows of frame i, from 0, are ``offsets[i]:offsets[i + 1]``.
        embeddings: (N, D) unit rows of appearance, a row of zeros where there is none; None without an embedder.
        warps: (num_frames, 2, 3) camera motion, previous frame to this one; None where none was estimated.
        truth: rows of the ground truth, frames from 1; None for a sequence without.
        class_names: class id → name, None if not known.

    Raises:
        InvalidInputError: if the shapes do not fit each other.
    """

    name: str
    num_frames: int
    frame_rate: float
    frame_size: tuple[int, int] | None
    detections: NDArray[np.float64]
    offsets: NDArray[np.int64]
    embeddings: NDArray[np.float32] | None = None
    warps: NDArray[np.float64] | None = None
    truth: SequenceRows | None = None
    class_names: Mapping[int, str] | None = None

    def __post_init__(self) -> None:
        rows = len(self.detections)
        if self.detections.ndim != 2 or self.detections.shape[1] not in COLUMNS:
            raise InvalidInputError(
                f"sequence {self.name!r}: detections must have shape (N, 6) or (N, 7), not {self.detections.shape}"
            )
        if (
            self.offsets.shape != (self.num_frames + 1,)
            or self.offsets[0] != 0
            or self.offsets[-1] != rows
            or np.any(np.diff(self.offsets) < 0)
        ):
            raise InvalidInputError(
                f"sequence {self.name!r}: offsets must ascend from 0 to {rows} in {self.num_frames + 1} steps"
            )
        if self.embeddings is not None and (self.embeddings.ndim != 2 or len(self.embeddings) != rows):
            raise InvalidInputError(
                f"sequence {self.name!r}: embeddings must have shape ({rows}, D), not {self.embeddings.shape}"
            )
        if self.warps is not None and self.warps.shape != (self.num_frames, 2, 3):
            raise InvalidInputError(
                f"sequence {self.name!r}: warps must have shape ({self.num_frames}, 2, 3), not {self.warps.shape}"
            )

    @property
    def stream_options(self) -> dict[str, Any]:
        """What a tracker is told of the stream it works on: options of :class:`boxtrail.trackers.StreamConfig`."""
        return {"frame_rate": self.frame_rate, "frame_size": self.frame_size}

    def __len__(self) -> int:
        """Number of frames."""
        return self.num_frames


__all__ = ["CachedSequence"]
