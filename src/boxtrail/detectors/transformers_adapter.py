"""Object detection models of the transformers package, constructed by the user, as detectors."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from boxtrail.detectors.arrays import stack_columns, to_numpy
from boxtrail.detectors.detector import DEFAULT_MIN_SCORE, Detections, Image, num_images
from boxtrail.detectors.origin import comes_from
from boxtrail.errors import require


def is_transformers_pipeline(value: Any) -> bool:
    """Whether a value is a pipeline such as ``pipeline("object-detection", ...)``."""
    return comes_from(value, "transformers.pipelines")


def is_transformers_pair(value: Any) -> bool:
    """Whether a value is a (model, processor) pair."""
    return (
        isinstance(value, tuple)
        and len(value) == 2
        and comes_from(value[0], "transformers")
        and hasattr(value[1], "post_process_object_detection")
    )


class TransformersDetector:
    """Boxes that a model and its image processor find.

    Args:
        model: an object detection model, such as ``AutoModelForObjectDetection`` gives.
        processor: its image processor.
        min_score: lowest score kept, [0, 1].
        device: where to move the model; "auto" leaves it where it is.
    """

    names: Mapping[int, str]

    def __init__(
        self, model: Any, processor: Any, *, min_score: float = DEFAULT_MIN_SCORE, device: str = "auto"
    ) -> None:
        self._torch: Any = require("torch", "reid", "a transformers detector")
        self._model = model if device == "auto" else model.to(device)
        self._processor, self._min_score = processor, min_score
        self.names = _class_names(model)

    def __call__(
        self, images: Sequence[Image], frame_indices: Sequence[int] | None = None
    ) -> list[Detections]:
        """(N, 6) detections of each image."""
        if not num_images(images, frame_indices):
            return []
        rgb = [np.ascontiguousarray(image[..., ::-1]) for image in images]
        inputs = self._processor(images=rgb, return_tensors="pt").to(self._model.device)
        with self._torch.inference_mode():
            outputs = self._model(**inputs)
        results = self._processor.post_process_object_detection(
            outputs, threshold=self._min_score, target_sizes=[image.shape[:2] for image in images]
        )
        return [
            stack_columns(
                to_numpy(result["boxes"]).reshape(-1, 4),
                to_numpy(result["scores"]),
                to_numpy(result["labels"]),
            )
            for result in results
        ]

    def reset(self) -> None:
        """Nothing to forget: each frame is looked at alone."""


class TransformersPipelineDetector:
    """Boxes that an object-detection pipeline finds; the pipeline rounds them to whole pixels.

    Args:
        pipeline: gives a list of ``{"score", "label", "box": {"xmin", "ymin", "xmax", "ymax"}}`` an image.
        min_score: lowest score kept, [0, 1].
    """

    names: Mapping[int, str]

    def __init__(self, pipeline: Any, *, min_score: float = DEFAULT_MIN_SCORE) -> None:
        require("PIL", "reid", "a transformers pipeline")
        self._pillow: Any = importlib.import_module("PIL.Image")
        self._pipeline, self._min_score = pipeline, min_score
        self._names = _class_names(pipeline.model)
        self.names = self._names

    def __call__(
        self, images: Sequence[Image], frame_indices: Sequence[int] | None = None
    ) -> list[Detections]:
        """(N, 6) detections of each image."""
        if not num_images(images, frame_indices):
            return []
        pictures = [self._pillow.fromarray(np.ascontiguousarray(image[..., ::-1])) for image in images]
        return [self._convert(found) for found in self._pipeline(pictures, threshold=self._min_score)]

    def reset(self) -> None:
        """Nothing to forget: each frame is looked at alone."""

    def _convert(self, found: Sequence[Mapping[str, Any]]) -> Detections:
        boxes = [[item["box"][side] for side in ("xmin", "ymin", "xmax", "ymax")] for item in found]
        labels = [self._label(item["label"]) for item in found]
        return stack_columns(
            np.array(boxes, np.float64).reshape(-1, 4), [item["score"] for item in found], labels
        )

    def _label(self, name: str) -> int:
        """The id of a class name; one the model's configuration lacks is given the next number."""
        for label, known in self._names.items():
            if known == name:
                return label
        label = max(self._names, default=-1) + 1
        self._names[label] = name
        return label


def _class_names(model: Any) -> dict[int, str]:
    names = getattr(model.config, "id2label", None) or {}
    return {int(label): str(name) for label, name in names.items()}
