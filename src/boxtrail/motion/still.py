"""``none``: a camera that stands still."""

from __future__ import annotations

from boxtrail.motion.estimator import FloatArray, Image, Warp, identity
from boxtrail.motion.frames import check_image


class StillCamera:
    """A :class:`boxtrail.motion.MotionEstimator` whose every estimate is the identity. Needs no frame."""

    last_seconds = 0.0
    failures = 0

    def __call__(self, image: Image | None = None, detections: FloatArray | None = None) -> Warp:
        """The identity (2, 3)."""
        if image is not None:
            check_image(image)
        return identity()

    def reset(self) -> None:
        """Nothing to forget."""

    def __repr__(self) -> str:
        """The class alone: there are no parameters."""
        return f"{type(self).__name__}()"


__all__ = ["StillCamera"]
