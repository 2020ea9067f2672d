"""Any function of one image as a detector."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from boxtrail.detectors.arrays import as_detections
from boxtrail.detectors.detector import Detections, Image, num_images
from boxtrail.detectors.supervision_adapter import from_supervision, is_supervision_detections


class CallableDetector:
    """A function from a BGR image (H, W, 3) to detections.

    It may return an array or nested list (N, 5), (N, 6) or (N, 7), None for nothing, or
    ``supervision.Detections``. Rows with NaN or infinity are dropped.

    Args:
        function: called once an image.
        names: class names; those that ``supervision.Detections`` carry are added as they appear.
    """

    names: Mapping[int, str]

    def __init__(self, function: Callable[[Image], Any], *, names: Mapping[int, str] | None = None) -> None:
        self._function = function
        known = names if names is not None else getattr(function, "names", None)
        self._names = dict(known) if isinstance(known, Mapping) else {}
        self.names = self._names

    def __call__(
        self, images: Sequence[Image], frame_indices: Sequence[int] | None = None
    ) -> list[Detections]:
        """Detections of each image.

        Raises:
            DetectorError: if the function returned something that is no set of detections.
        """
        num_images(images, frame_indices)
        return [self._convert(self._function(image)) for image in images]

    def reset(self) -> None:
        """Nothing to forget: the function's own state is its owner's."""

    def _convert(self, output: Any) -> Detections:
        if is_supervision_detections(output):
            detections, names = from_supervision(output)
            self._names.update(names)
            return detections
        source = getattr(self._function, "__name__", type(self._function).__name__)
        return as_detections(output, f"detector {source}")
