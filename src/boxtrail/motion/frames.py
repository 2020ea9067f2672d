"""The door through which frames and detections come in."""

from __future__ import annotations

from typing import Any

import numpy as np

from boxtrail.errors import InvalidInputError
from boxtrail.motion.estimator import FloatArray, Image

_KINDS = "upright (N, 6) or oriented (N, 7)"


def check_image(image: Any) -> Image:
    """The frame itself, unchanged.

    Raises:
        InvalidInputError: if it is no uint8 array (H, W, 3) or (H, W) with at least one pixel.
    """
    if not isinstance(image, np.ndarray):
        raise InvalidInputError(f"a frame must be an array (H, W, 3) or (H, W), not {type(image).__name__}")
    if image.dtype != np.uint8:
        raise InvalidInputError(f"a frame must be uint8, not {image.dtype}")
    if not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)) or image.size == 0:
        raise InvalidInputError(f"a frame must have shape (H, W, 3) or (H, W), not {image.shape}")
    return image


def check_detections(detections: Any) -> FloatArray:
    """Detections as float64 (N, 5), (N, 6) or (N, 7); (0, 6) for None or no rows.

    Raises:
        InvalidInputError: if the shape is another or a box is not finite.
    """
    if detections is None:
        return np.empty((0, 6))
    try:
        rows = np.asarray(detections, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"detections must be rows of numbers: {error}") from error
    if rows.size == 0:
        return np.empty((0, 6))
    if rows.ndim != 2 or rows.shape[1] not in (5, 6, 7):
        raise InvalidInputError(f"detections must be {_KINDS}, not {rows.shape}")
    boxes = rows[:, : 5 if rows.shape[1] == 7 else 4]
    bad = ~np.isfinite(boxes).all(axis=1)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise InvalidInputError(f"detection row {row} has a box that is not finite: {boxes[row].tolist()}")
    return rows


__all__ = ["check_detections", "check_image"]
