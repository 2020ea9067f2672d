"""From a method that aligns two pictures to an estimator that follows a video."""

from __future__ import annotations

import logging
import time
from typing import Any, Protocol, TypeVar

from boxtrail.motion.affine import check_plausible
from boxtrail.motion.estimator import FailureCount, FloatArray, Image, NoMotionFoundError, Warp, identity
from boxtrail.motion.frames import check_detections, check_image
from boxtrail.motion.working_image import WorkingImage, make_working_image, to_frame_pixels

logger = logging.getLogger(__name__)

Prepared = TypeVar("Prepared")


class AlignmentMethod(Protocol[Prepared]):
    """How two working images are aligned. It keeps no state, so that a failed pair leaves nothing behind."""

    @property
    def name(self) -> str:
        """As :func:`boxtrail.motion.make_estimator` knows it."""
        ...

    @property
    def max_side(self) -> int:
        """Longer side of the working image at most, pixels."""
        ...

    def prepare(self, image: WorkingImage) -> Prepared:
        """All that is needed of one frame, done once for the two pairs it is part of."""
        ...

    def align(self, previous: Prepared, current: Prepared) -> FloatArray:
        """The warp (2, 3) from the previous working image to the current one.

        Raises:
            NoMotionFoundError: if the pair does not tell.
        """
        ...


class FramePairs:
    """A :class:`boxtrail.motion.MotionEstimator` that aligns each frame with the one before."""

    def __init__(self, cv2: Any, method: AlignmentMethod[Any]) -> None:
        self._cv2, self._method = cv2, method
        self.reset()

    def reset(self) -> None:
        """Forget the video seen so far."""
        self._failed = FailureCount(self._method.name, logger)
        self._previous: Any = None  # prepared; None before the first frame
        self._shape: tuple[int, ...] = ()
        self.last_seconds = 0.0

    @property
    def failures(self) -> int:
        """Estimates that failed since the last reset."""
        return self._failed.count

    def __call__(self, image: Image, detections: FloatArray | None = None) -> Warp:
        """See :class:`boxtrail.motion.MotionEstimator`."""
        start = time.perf_counter()
        image, rows = check_image(image), check_detections(detections)
        working = make_working_image(self._cv2, image, rows, self._method.max_side)
        current = self._method.prepare(working)
        warp = identity()
        if self._previous is not None and image.shape[:2] == self._shape:
            try:
                warp = check_plausible(
                    to_frame_pixels(self._method.align(self._previous, current), working.step)
                )
            except NoMotionFoundError as reason:
                self._failed.add(reason)
        self._previous, self._shape = current, image.shape[:2]
        self.last_seconds = time.perf_counter() - start
        return warp

    def __repr__(self) -> str:
        """The method and its parameters."""
        return f"{type(self).__name__}({self._method!r})"


__all__ = ["AlignmentMethod", "FramePairs"]
