"""What a run hands out for one frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from boxtrail.io.frame import Frame
from boxtrail.results import TrackResults

FileKind = Literal["csv", "vid"]


def align_rows(rows: NDArray[Any], detection_rows: NDArray[np.int64]) -> NDArray[Any]:
    """Rows of a per-detection array (N, K) put in the order of the tracks, (M, K).

    ``detection_rows`` (M,) holds the row for each track; a track with -1, which no detection of this frame
    made, gets a row of zeros.
    """
    aligned = np.zeros((len(detection_rows), rows.shape[1]), dtype=rows.dtype)
    made = detection_rows >= 0
    aligned[made] = rows[detection_rows[made]]
    return aligned


@dataclass(frozen=True, slots=True)
class FrameActions:
    """What a frame can ask of the run it belongs to."""

    save: Callable[[FileKind, Path, FrameResult], None]
    show: Callable[[FrameResult], None]


@dataclass(frozen=True, slots=True)
class FrameResult:
    """One frame with its tracks, and the detections and embeddings behind them, row by row.

    ``tracks`` is (M, 8), or (M, 9) for oriented boxes; ``detections`` is (M, 6) or (M, 7) and ``embeddings``
    (M, D), both with the row of the detection that made the track, zeros for a coasting track. Without an
    embedder D is 0.
    """

    frame: Frame
    tracks: TrackResults
    detections: NDArray[np.float64]
    embeddings: NDArray[np.float32]
    _actions: FrameActions
    names: tuple[str | None, ...] = ()  # of the tracks, in a run with a gallery

    def __repr__(self) -> str:
        """The frame and its track ids, not the pixels."""
        return f"FrameResult(frame_idx={self.frame_idx}, ids={self.tracks.id.tolist()})"

    @property
    def frame_idx(self) -> int:
        """Index of the frame in the source, from 0; a stride leaves gaps."""
        return self.frame.index

    @property
    def image(self) -> NDArray[np.uint8]:
        """(H, W, 3) BGR, as decoded."""
        return self.frame.image

    @property
    def timestamp(self) -> float:
        """Seconds from the start of the source."""
        return self.frame.timestamp

    def to_dict(self) -> dict[str, Any]:
        """Frame index, timestamp in seconds, and one dict a track."""
        return {"frame_idx": self.frame_idx, "timestamp": self.timestamp, "tracks": self.tracks.to_dict()}

    def save_csv(self, path: str | Path) -> None:
        """Add this frame's tracks to a CSV file, begun anew at the run's first call and ended with the run.

        Raises:
            SinkError: if the file cannot be written.
        """
        self._actions.save("csv", Path(path), self)

    def save_vid(self, path: str | Path) -> None:
        """Add this frame, annotated, to a video, begun anew at the run's first call and ended with the run.

        Raises:
            SinkError: if the file cannot be written.
        """
        self._actions.save("vid", Path(path), self)

    def show(self) -> None:
        """Show the annotated frame in a window; q or Escape there ends the run after this frame.

        Raises:
            SinkError: if there is no display.
        """
        self._actions.show(self)


__all__ = ["FileKind", "FrameActions", "FrameResult", "align_rows"]
