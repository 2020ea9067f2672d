"""The detector, embedder and camera-motion estimator of a recipe, loaded once a process."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from boxtrail.benchmarks.recipe import Recipe
from boxtrail.detectors import (
    CallableDetector,
    Detector,
    FilteredDetector,
    HogDetector,
    OnnxDetector,
    TorchvisionDetector,
    TransformersDetector,
    TransformersPipelineDetector,
    UltralyticsDetector,
    create_detector,
)
from boxtrail.motion import MotionEstimator, make_estimator
from boxtrail.reid import Embedder, create_embedder

# These look at each frame alone. A function is taken to do so, too; anything else may remember what it saw.
_FORGETFUL = (
    CallableDetector, HogDetector, OnnxDetector, TorchvisionDetector, TransformersDetector,
    TransformersPipelineDetector, UltralyticsDetector,
)  # fmt: skip


def detector_of(recipe: Recipe) -> Detector:
    """The detector, with nothing of another sequence in its mind.

    Raises:
        BoxtrailError: as :func:`boxtrail.detectors.create_detector`.
    """
    options = (recipe.conf, recipe.classes, recipe.device)
    spec = recipe.detector
    detector = _load_detector(spec, *options) if isinstance(spec, str) else _make_detector(spec, *options)
    detector.reset()
    return detector


def embedder_of(recipe: Recipe) -> Embedder:
    """The embedder.

    Raises:
        BoxtrailError: as :func:`boxtrail.reid.create_embedder`.
    """
    options = (recipe.device, recipe.half, recipe.reid_arch)
    if isinstance(recipe.reid, str):
        return _load_embedder(recipe.reid, *options)
    return _make_embedder(recipe.reid, *options)


def camera_of(recipe: Recipe) -> MotionEstimator:
    """A new estimator of camera motion.

    Raises:
        BoxtrailError: as :func:`boxtrail.motion.make_estimator`.
    """
    return make_estimator(recipe.camera_motion or "none")


def remembers(detector: Detector) -> bool:
    """Whether what it finds in a frame may depend on the frames before."""
    inner = detector.detector if isinstance(detector, FilteredDetector) else detector
    return not isinstance(inner, _FORGETFUL)


def _make_detector(
    spec: Any, conf: float | None, classes: tuple[int | str, ...] | None, device: str
) -> Detector:
    return create_detector(spec, conf=conf, classes=classes, device=device)


def _make_embedder(spec: Any, device: str, half: bool, arch: str | None) -> Embedder:
    return create_embedder(spec, device=device, half=half, arch=arch)


# One of each: a worker goes through many sequences with the same network.
_load_detector = lru_cache(maxsize=1)(_make_detector)
_load_embedder = lru_cache(maxsize=1)(_make_embedder)

__all__ = ["camera_of", "detector_of", "embedder_of", "remembers"]
