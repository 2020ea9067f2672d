"""From what a user writes or holds to a detector."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from typing import Any

from boxtrail.detectors.callable import CallableDetector
from boxtrail.detectors.detector import DEFAULT_MIN_SCORE, Detector
from boxtrail.detectors.file import FileDetector
from boxtrail.detectors.filtering import FilteredDetector, resolve_classes
from boxtrail.detectors.hog import HogDetector
from boxtrail.detectors.inference_adapter import InferenceDetector
from boxtrail.detectors.motion import MotionDetector
from boxtrail.detectors.onnx import OnnxDetector
from boxtrail.detectors.supervisely_adapter import SuperviselyDetector
from boxtrail.detectors.torchvision_adapter import TorchvisionDetector, is_torchvision_model
from boxtrail.detectors.transformers_adapter import (
    TransformersDetector,
    TransformersPipelineDetector,
    is_transformers_pair,
    is_transformers_pipeline,
)
from boxtrail.detectors.ultralytics_adapter import UltralyticsDetector, is_ultralytics_model
from boxtrail.errors import ConfigError

DETECTORS: dict[str, str] = {
    "motion": "whatever moves before a still camera (OpenCV background subtraction); the default",
    "hog": "standing people (OpenCV's built-in HOG detector)",
    "onnx:PATH": "an exported YOLO, YOLOX, RT-DETR or D-FINE model (onnxruntime)",
    "file:PATH": "detections computed before: a MOT det.txt or sequence folder",
    "inference:URL": "a model of Roboflow's inference server: http://host:port/project/version (inference-sdk)",
    "supervisely:URL": "a model that Supervisely or boxtrail serve has at an address (httpx)",
}

DetectorSpec = str | Detector | Callable[..., Any] | tuple[Any, Any]


def create_detector(
    spec: DetectorSpec,
    *,
    conf: float | None = None,  # lowest score kept, [0, 1]
    classes: Sequence[int | str] | None = None,  # ids or names of the classes kept
    device: str = "auto",  # "auto", "cpu", "cuda" or "cuda:1"; for the detectors that run a network
) -> Detector:
    """A detector of a name, a model object or a function.

    Args:
        spec: one of ``DETECTORS``; a Detector; an ultralytics, torchvision or transformers model (for the
            last, the pair of model and processor, or an object-detection pipeline); or any function from a
            BGR image to an array (N, 6) or ``supervision.Detections``.
        conf: minimum score of the detections kept; None keeps what the detector reports.
        classes: ids or names of the classes kept; None keeps all.
        device: where a network runs. "auto" takes a GPU where the runtime offers one and leaves a model
            object where its owner put it.

    Raises:
        ConfigError: for an unknown detector or class, or a ``conf`` outside [0, 1].
        DetectorError: if the detector cannot be built.
        MissingExtraError: if it needs a package that is not installed.
    """
    if conf is not None and not 0.0 <= conf <= 1.0:
        raise ConfigError(f"conf must be in [0, 1], not {conf}")
    min_score = DEFAULT_MIN_SCORE if conf is None else conf
    detector = (
        _from_name(spec, min_score, device)
        if isinstance(spec, str)
        else _from_object(spec, min_score, device)
    )
    if conf is None and classes is None:
        return detector
    labels = None if classes is None else resolve_classes(classes, detector.names)
    return FilteredDetector(detector, min_score=conf, labels=labels)


def shown_name(spec: DetectorSpec) -> str:
    """What to call a detector before strangers: an address may hold a key, which is left out."""
    return spec.partition("?")[0] if isinstance(spec, str) else type(spec).__name__


def _from_name(spec: str, min_score: float, device: str) -> Detector:
    kind, colon, path = spec.partition(":")
    match kind.strip().casefold(), bool(colon), path:
        case "motion", False, _:
            return MotionDetector()
        case "hog", False, _:
            return HogDetector()
        case "onnx", True, path if path:
            return OnnxDetector(path, device=device, min_score=min_score)
        case "file", True, path if path:
            return FileDetector(path)
        case "inference", True, path if path:
            return InferenceDetector(path, min_score=min_score)
        case "supervisely", True, path if path:
            return SuperviselyDetector(path, min_score=min_score)
    nearest = difflib.get_close_matches(spec.casefold(), list(DETECTORS), n=1, cutoff=0.0)[0]
    raise ConfigError(f"unknown detector {spec!r}; did you mean {nearest!r}? Known: {', '.join(DETECTORS)}")


def _from_object(spec: Any, min_score: float, device: str) -> Detector:
    if is_ultralytics_model(spec):
        return UltralyticsDetector(spec, device=device, min_score=min_score)
    if is_torchvision_model(spec):
        return TorchvisionDetector(spec, device=device)
    if is_transformers_pipeline(spec):
        return TransformersPipelineDetector(spec, min_score=min_score)
    if is_transformers_pair(spec):
        return TransformersDetector(*spec, device=device, min_score=min_score)
    if isinstance(spec, Detector) and callable(spec):
        return spec
    if callable(spec):
        return CallableDetector(spec)
    raise ConfigError(
        f"a detector is a name ({', '.join(DETECTORS)}), a model or a function, not {type(spec).__name__}"
    )
