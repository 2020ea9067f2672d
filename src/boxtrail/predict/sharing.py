"""One detector for several calls at once."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

from boxtrail.detectors import create_detector
from boxtrail.detectors.detector import Detections, Detector, Image
from boxtrail.detectors.factory import DetectorSpec

WITH_MEMORY = ("motion", "file:")  # what they say of a frame depends on those before it, or on its number


class SharedDetector:
    """A detector that looks at each frame alone, used by one call after the other, batch by batch."""

    def __init__(self, detector: Detector, lock: threading.Lock) -> None:
        self._detector, self._lock = detector, lock
        self.names: Mapping[int, str] = detector.names

    def __call__(
        self, images: Sequence[Image], frame_indices: Sequence[int] | None = None
    ) -> list[Detections]:
        """As the detector itself."""
        with self._lock:
            return self._detector(images, frame_indices)

    def reset(self) -> None:
        """Nothing: the frames it saw last may be another call's."""


class DetectorPool:
    """A detector for each call: one of its own where it has a memory, else the one that is there, taken in turns.

    A detector object that has a memory cannot be made again; its calls mix if they run at once.
    """

    def __init__(self, spec: DetectorSpec, device: str) -> None:
        self._spec, self._device = spec, device
        self._lock = threading.Lock()
        self._detector = create_detector(spec, device=device)

    @property
    def names(self) -> Mapping[int, str]:
        """Class number to name."""
        return self._detector.names

    @property
    def kind(self) -> str:
        """What class it is of."""
        return type(self._detector).__name__

    @property
    def is_busy(self) -> bool:
        """Whether it looks at a batch right now."""
        return self._lock.locked()

    def take(self) -> Detector:
        """A detector for one call or stream."""
        if isinstance(self._spec, str) and self._spec.strip().casefold().startswith(WITH_MEMORY):
            return create_detector(self._spec, device=self._device)
        return SharedDetector(self._detector, self._lock)


__all__ = ["DetectorPool", "SharedDetector"]
