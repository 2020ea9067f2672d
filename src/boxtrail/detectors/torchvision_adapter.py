"""A torchvision detection model, constructed by the user, as a detector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from boxtrail.detectors.arrays import stack_columns, to_numpy
from boxtrail.detectors.detector import Detections, Image, num_images
from boxtrail.detectors.origin import comes_from
from boxtrail.errors import DetectorError, require


def is_torchvision_model(value: Any) -> bool:
    """Whether a value is one of torchvision's detection models."""
    return comes_from(value, "torchvision.models.detection")


class TorchvisionDetector:
    """Boxes that a torchvision detection model finds.

    Args:
        model: takes a list of RGB tensors (3, H, W) in [0, 1], gives dicts of boxes, labels and scores.
        names: class names, such as ``dict(enumerate(weights.meta["categories"]))``; the model does not know
        them. device: where to move the model; "auto" leaves it where it is.

    Raises:
        DetectorError: if the model is in training mode.
    """

    names: Mapping[int, str]

    def __init__(self, model: Any, *, names: Mapping[int, str] | None = None, device: str = "auto") -> None:
        self._torch: Any = require("torch", "reid", "a torchvision detector")
        if model.training:
            raise DetectorError("the torchvision model is in training mode; call model.eval() first")
        self._model = model if device == "auto" else model.to(device)
        self.names = dict(names or {})

    def __call__(
        self, images: Sequence[Image], frame_indices: Sequence[int] | None = None
    ) -> list[Detections]:
        """(N, 6) detections of each image."""
        if not num_images(images, frame_indices):
            return []
        torch = self._torch
        device = next(iter(self._model.parameters())).device
        tensors = []
        for image in images:
            channels_first = np.ascontiguousarray(image[..., ::-1].transpose(2, 0, 1))
            tensors.append(torch.from_numpy(channels_first).to(device).float() / 255.0)
        with torch.inference_mode():
            outputs = self._model(tensors)
        return [
            stack_columns(
                to_numpy(output["boxes"]).reshape(-1, 4),
                to_numpy(output["scores"]),
                to_numpy(output["labels"]),
            )
            for output in outputs
        ]

    def reset(self) -> None:
        """Nothing to forget: each frame is looked at alone."""
