"""``supervision.Detections``, which a user's callable may return, as our arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.detectors.arrays import stack_columns, to_numpy
from boxtrail.detectors.detector import Detections
from boxtrail.detectors.origin import comes_from

ORIENTED_CORNERS = "xyxyxyxy"  # the key of ``data`` under which supervision keeps (N, 4, 2) corners


def is_supervision_detections(value: Any) -> bool:
    """Whether a value is a ``supervision.Detections``, found without importing supervision."""
    return comes_from(value, "supervision") and type(value).__name__ == "Detections"


def from_supervision(detections: Any) -> tuple[Detections, dict[int, str]]:
    """Our rows of a ``supervision.Detections``, in its order, and the class names it carries.

    Missing confidence counts as 1, missing class as 0. Corners of oriented boxes give (N, 7) rows.
    """
    boxes = to_numpy(detections.xyxy).reshape(-1, 4)
    count = len(boxes)
    scores = np.ones(count) if detections.confidence is None else to_numpy(detections.confidence)
    labels = np.zeros(count) if detections.class_id is None else to_numpy(detections.class_id)
    data = detections.data or {}
    names = {int(label): str(name) for label, name in zip(labels, data.get("class_name", ()), strict=False)}
    if ORIENTED_CORNERS in data and count:
        boxes = _oriented(to_numpy(data[ORIENTED_CORNERS]).reshape(-1, 4, 2))
    return stack_columns(boxes, scores, labels), names


def _oriented(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 5) ``cx, cy, w, h, angle`` of rectangles given by their corners (N, 4, 2) in order."""
    centers = corners.mean(axis=1)
    along, across = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 1]
    width, height = np.linalg.norm(along, axis=1), np.linalg.norm(across, axis=1)
    return np.column_stack([centers, width, height, np.arctan2(along[:, 1], along[:, 0])])
