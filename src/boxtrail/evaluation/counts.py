"""How many boxes, tracks and frames were compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """Boxes and tracks that count, on both sides, and frames."""

    truth_boxes: int
    truth_tracks: int
    prediction_boxes: int
    prediction_tracks: int
    frames: int

    def __add__(self, other: Counts | int) -> Counts:
        if isinstance(other, int):  # sum() begins with 0
            return self
        return Counts(
            self.truth_boxes + other.truth_boxes,
            self.truth_tracks + other.truth_tracks,
            self.prediction_boxes + other.prediction_boxes,
            self.prediction_tracks + other.prediction_tracks,
            self.frames + other.frames,
        )

    __radd__ = __add__

    def metrics(self) -> Mapping[str, float]:
        """Counts by TrackEval's names."""
        return {
            "Dets": self.prediction_boxes,
            "GT_Dets": self.truth_boxes,
            "IDs": self.prediction_tracks,
            "GT_IDs": self.truth_tracks,
            "Frames": self.frames,
        }


__all__ = ["Counts"]
