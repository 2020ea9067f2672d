"""Checks of what comes along with the detections of a frame: camera motion, embeddings, masks."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import MAX_COORDINATE
from boxtrail.errors import InvalidInputError

FloatArray: TypeAlias = NDArray[np.float64]

MAX_SCALE = 1e3  # no camera zooms further in one frame


def check_companions(count: int, embs: Any, masks: Any) -> None:
    """Embeddings and masks, where given, must have one row a detection.

    Raises:
        InvalidInputError: if one has another number of rows.
    """
    for name, values in (("embs", embs), ("masks", masks)):
        if values is not None and len(values) != count:
            raise InvalidInputError(f"{name} must have one row a detection: {count}, not {len(values)}")


def checked_warp(warp: Any) -> FloatArray:
    """Camera motion as a finite (2, 3) array that does not collapse the image.

    Raises:
        InvalidInputError: if it is none.
    """
    try:
        matrix = np.ascontiguousarray(warp, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"warp must be a (2, 3) array of numbers: {error}") from error
    if matrix.shape != (2, 3) or not np.isfinite(matrix).all():
        raise InvalidInputError(f"warp must be a finite (2, 3) array, not {np.asarray(warp).shape}")
    if np.abs(matrix[:, :2]).max() > MAX_SCALE or np.abs(matrix[:, 2]).max() > MAX_COORDINATE:
        raise InvalidInputError(
            f"warp is no camera motion: it scales by more than {MAX_SCALE:g} or moves too far"
        )
    if abs(matrix[0, 0] * matrix[1, 1] - matrix[0, 1] * matrix[1, 0]) < 1e-9:
        raise InvalidInputError("warp collapses the image: its 2×2 part is singular")
    return matrix
