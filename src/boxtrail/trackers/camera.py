"""The estimator of camera motion that a tracker runs on the frames it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from boxtrail.motion import MotionEstimator

FloatArray: TypeAlias = NDArray[np.float64]

NO_FRAME = np.zeros((1, 1), np.uint8)  # for a file of warps, which looks at none


class Camera:
    """Estimates the warp of a frame for which none was passed, by the method named.

    Args:
        method: a name of :func:`boxtrail.motion.make_estimator`, or ``"auto"`` for ``own``.
        own: the tracker's own method, loaded when the first frame is shown.

    Raises:
        ConfigError: for an unknown method.
        SourceError, InvalidInputError: if a file of warps cannot be read.
        MissingExtraError: if OpenCV is asked for by name and not installed.
    """

    def __init__(self, method: str, own: str) -> None:
        self.method = own if method == "auto" else method
        self.estimator: MotionEstimator | None = None
        if method != "auto":
            self.estimator = self._make()

    def warp(self, frame: NDArray[np.uint8] | None, detections: FloatArray) -> Any:
        """(2, 3) previous-frame to current coordinates; None where nothing is estimated.

        A file of warps needs no frame, all others do.

        Raises:
            MissingExtraError: if OpenCV is needed and not installed.
        """
        if frame is None and not self.method.lower().startswith("file:"):
            return None
        if self.estimator is None:
            self.estimator = self._make()
        return self.estimator(NO_FRAME if frame is None else frame, detections)

    def _make(self) -> MotionEstimator:
        from boxtrail.motion import make_estimator  # here: most trackers never ask for it

        return make_estimator(self.method)

    def reset(self) -> None:
        """Forget the last frame."""
        if self.estimator is not None:
            self.estimator.reset()
