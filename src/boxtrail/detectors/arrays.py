"""Making the one output every detector has: float64, finite, (N, 6) or (N, 7)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boxtrail.detectors.detector import Detections, no_detections
from boxtrail.errors import DetectorError


def to_numpy(values: Any) -> NDArray[np.float64]:
    """A float64 array of an array, a list or a tensor on any device."""
    if hasattr(values, "detach"):
        values = values.detach()
    if hasattr(values, "cpu"):
        values = values.cpu()
    if "bfloat16" in str(getattr(values, "dtype", "")):
        values = values.float()
    if hasattr(values, "numpy") and not isinstance(values, np.ndarray):
        values = values.numpy()
    return np.asarray(values, dtype=np.float64)


def stack_columns(boxes: ArrayLike, scores: ArrayLike, labels: ArrayLike) -> Detections:
    """Detections (N, 6) of boxes (N, 4) xyxy, or (N, 7) of boxes (N, 5) cxcywh and angle; scores and labels
    (N,).

    Rows with a value that is not finite are dropped: they mean nothing to a tracker.
    """
    boxes = np.asarray(boxes, dtype=np.float64)
    if not boxes.size:
        return np.empty((0, 7)) if boxes.ndim == 2 and boxes.shape[1] == 5 else no_detections()
    columns = [boxes, np.asarray(scores, np.float64), np.asarray(labels, np.float64)]
    return _finite(np.column_stack(columns))


def as_detections(values: Any, source: str) -> Detections:
    """What a user's callable returned as (N, 6) or (N, 7); (N, 5) without class gets class 0.

    Raises:
        DetectorError: naming ``source`` if the shape or the type is none of these.
    """
    if values is None:
        return no_detections()
    try:
        rows = to_numpy(values)
    except (TypeError, ValueError) as error:
        raise DetectorError(f"{source} returned {type(values).__name__}, not an array: {error}") from error
    if not rows.size:
        return np.empty((0, 7)) if rows.ndim == 2 and rows.shape[1] == 7 else no_detections()
    if rows.ndim == 1:
        rows = rows[None]
    if rows.ndim != 2 or rows.shape[1] not in (5, 6, 7):
        raise DetectorError(
            f"{source} returned an array of shape {rows.shape}; "
            "expected (N, 6) x1, y1, x2, y2, conf, cls or (N, 7) cx, cy, w, h, angle, conf, cls"
        )
    if rows.shape[1] == 5:
        rows = np.column_stack([rows, np.zeros(len(rows))])
    return _finite(rows)


def _finite(rows: Detections) -> Detections:
    finite: Detections = rows[np.isfinite(rows).all(axis=1)]
    return finite
