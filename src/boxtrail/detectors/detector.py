"""What every detector looks like to the pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]  # (H, W, 3) BGR
Detections: TypeAlias = NDArray[np.float64]  # (N, 6) or oriented (N, 7)


@runtime_checkable
class Detector(Protocol):
    """A batch of frames in, one array of detections a frame out.

    ``names`` maps class ids to names; it is empty where the detector does not know them.
    """

    @property
    def names(self) -> Mapping[int, str]:
        """Class id to name; a plain attribute will do."""
        ...

    def __call__(
        self, images: Sequence[Image], frame_indices: Sequence[int] | None = None
    ) -> list[Detections]:
        """Detect in each image.

        Args:
            images: (H, W, 3) uint8 BGR arrays, in the order of the video.
            frame_indices: the index of each image in its source, from 0; None where nobody knows.

        Returns:
            One float64 array an image: (N, 6) ``x1, y1, x2, y2, conf, cls`` in pixels of that image, or
            oriented (N, 7) ``cx, cy, w, h, angle, conf, cls`` with the angle in radians, y down. conf is in
            [0, 1]. (0, 6) where there is nothing.
        """
        ...

    def reset(self) -> None:
        """Forget what earlier frames taught; nothing to do for a detector that looks at each frame alone."""
        ...


DEFAULT_MIN_SCORE = 0.1  # lowest score networks report unless told: ByteTrack's second stage wants weak boxes


def no_detections() -> Detections:
    """The (0, 6) array of a frame with nothing in it."""
    return np.empty((0, 6), dtype=np.float64)


def num_images(images: Sequence[Image], frame_indices: Sequence[int] | None) -> int:
    """How many images a batch holds.

    Raises:
        ValueError: if ``frame_indices`` is given and its length differs.
    """
    if frame_indices is not None and len(frame_indices) != len(images):
        raise ValueError(f"got {len(images)} images but {len(frame_indices)} frame indices")
    return len(images)
