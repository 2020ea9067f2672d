"""A model of the ultralytics package, constructed by the user, as a detector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from boxtrail.detectors.arrays import stack_columns, to_numpy
from boxtrail.detectors.detector import DEFAULT_MIN_SCORE, Detections, Image, no_detections, num_images
from boxtrail.detectors.origin import comes_from


def is_ultralytics_model(value: Any) -> bool:
    """Whether a value is a model such as ``ultralytics.YOLO(...)``."""
    return comes_from(value, "ultralytics.engine.model") or comes_from(value, "ultralytics.models")


class UltralyticsDetector:
    """Boxes, or oriented boxes, that an ultralytics model finds.

    Args:
        model: a detection, segmentation, pose or OBB model.
        min_score: lowest score kept, [0, 1]; the model's own default, 0.25, starves trackers that use weak
        boxes. device: passed on to the model unless "auto".
    """

    names: Mapping[int, str]

    def __init__(self, model: Any, *, min_score: float = DEFAULT_MIN_SCORE, device: str = "auto") -> None:
        self._model = model
        self._options: dict[str, Any] = {"conf": min_score, "verbose": False}
        if device != "auto":
            self._options["device"] = device
        names = model.names
        pairs = names.items() if isinstance(names, Mapping) else enumerate(names or ())
        self.names = {int(label): str(name) for label, name in pairs}

    def __call__(
        self, images: Sequence[Image], frame_indices: Sequence[int] | None = None
    ) -> list[Detections]:
        """(N, 6), or (N, 7) from an OBB model, for each image."""
        if not num_images(images, frame_indices):
            return []
        return [_convert(result) for result in self._model.predict(list(images), **self._options)]

    def reset(self) -> None:
        """Nothing to forget: each frame is looked at alone."""


def _convert(result: Any) -> Detections:
    oriented = getattr(result, "obb", None)
    if oriented is not None:
        boxes = to_numpy(oriented.xywhr)
        return stack_columns(boxes.reshape(-1, 5), to_numpy(oriented.conf), to_numpy(oriented.cls))
    if result.boxes is None:
        return no_detections()
    boxes = to_numpy(result.boxes.xyxy)
    return stack_columns(np.reshape(boxes, (-1, 4)), to_numpy(result.boxes.conf), to_numpy(result.boxes.cls))
