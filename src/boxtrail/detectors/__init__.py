"""Detectors: frames in, arrays of boxes out, behind one protocol."""

from __future__ import annotations

from boxtrail.detectors.callable import CallableDetector
from boxtrail.detectors.detector import Detector
from boxtrail.detectors.factory import DETECTORS, create_detector
from boxtrail.detectors.file import FileDetector
from boxtrail.detectors.filtering import FilteredDetector
from boxtrail.detectors.hog import HogDetector
from boxtrail.detectors.inference_adapter import InferenceDetector
from boxtrail.detectors.motion import MotionDetector
from boxtrail.detectors.onnx import OnnxDetector
from boxtrail.detectors.supervisely_adapter import SuperviselyDetector
from boxtrail.detectors.torchvision_adapter import TorchvisionDetector
from boxtrail.detectors.transformers_adapter import TransformersDetector, TransformersPipelineDetector
from boxtrail.detectors.ultralytics_adapter import UltralyticsDetector

__all__ = [
    "DETECTORS",
    "CallableDetector",
    "Detector",
    "FileDetector",
    "FilteredDetector",
    "HogDetector",
    "InferenceDetector",
    "MotionDetector",
    "OnnxDetector",
    "SuperviselyDetector",
    "TorchvisionDetector",
    "TransformersDetector",
    "TransformersPipelineDetector",
    "UltralyticsDetector",
    "create_detector",
]
