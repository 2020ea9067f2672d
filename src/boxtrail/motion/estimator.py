"""What every estimator of camera motion looks like to its user, and how a method says that it found none."""

from __future__ import annotations

import logging
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]  # (H, W, 3) BGR or (H, W) grey
Warp: TypeAlias = NDArray[np.float64]  # (2, 3)
FloatArray: TypeAlias = NDArray[np.float64]


class MotionEstimator(Protocol):
    """One video's camera. Call it once for every frame, in order, also for those without detections.

    A plain attribute will do for each property.
    """

    @property
    def last_seconds(self) -> float:
        """Seconds the last estimate took; 0 before the first."""
        ...

    @property
    def failures(self) -> int:
        """Estimates since the last :meth:`reset` that failed and became the identity."""
        ...

    def __call__(self, image: Image, detections: FloatArray | None = None) -> Warp:
        """The warp (2, 3) from coordinates of the previous frame to those of this one, in pixels of the frame.

        The identity for the first frame, after the frame size has changed, and where no motion could be found.

        Args:
            image: the frame, uint8 (H, W, 3) BGR or (H, W) grey, of any memory layout.
            detections: what moves on its own and is left out: upright (N, 6) rows ``x1, y1, x2, y2, ...`` or
                oriented (N, 7) rows ``cx, cy, w, h, angle, ...``; None or no rows to use the whole frame.

        Raises:
            InvalidInputError: for a frame or detections of another type or shape; nothing changes then.
        """
        ...

    def reset(self) -> None:
        """Forget the video seen so far."""
        ...


class NoMotionFoundError(Exception):
    """Two frames whose motion a method cannot tell; never leaves this package."""


class FailureCount:
    """Counts failed estimates, and tells of the first through logging."""

    def __init__(self, name: str, logger: logging.Logger) -> None:
        self._name, self._logger = name, logger
        self.count = 0

    def add(self, reason: object) -> None:
        """One more estimate became the identity because of ``reason``."""
        self.count += 1
        if self.count == 1:
            self._logger.warning(
                "camera motion by %s: %s; the identity is used; later failures are only counted",
                self._name,
                reason,
            )


def identity() -> Warp:
    """A new warp (2, 3) that moves nothing."""
    return np.eye(2, 3, dtype=np.float64)


__all__ = ["FailureCount", "FloatArray", "Image", "MotionEstimator", "NoMotionFoundError", "Warp", "identity"]
