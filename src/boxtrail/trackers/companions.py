"""Checks of what comes along with the detections of a frame: camera motion, embeddings, masks."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import MAX_COORDINATE
from boxtrail.errors import InvalidInputError

FloatArray: TypeAlias = NDArray[np.float64]

NO_EXTRAS: Mapping[str, Any] = {}
MAX_SCALE = 1e3  # no camera zooms further in one frame
UNIT_TOLERANCE = 1e-3  # embeddings whose squared lengths are all this near to 1 are left as they are

_logger = logging.getLogger(__name__)


def check_count(name: str, values: Any, count: int) -> None:
    """What rides along must have one row a detection.

    Raises:
        InvalidInputError: if it has another number of rows, or none at all.
    """
    try:
        given = len(values)
    except TypeError as error:
        raise InvalidInputError(
            f"{name} must have one row a detection, not be a {type(values).__name__}"
        ) from error
    if given != count:
        raise InvalidInputError(f"{name} must have one row a detection: {count}, not {given}")


def checked_extras(dets: Any, count: int, masks: Any, carry: Mapping[str, Any] | None) -> dict[str, Any]:
    """What rides along with the detections, by name: ``masks``, ``carry``, and those of ``supervision``.

    Raises:
        InvalidInputError: if one has not one row a detection.
    """
    extras: dict[str, Any] = {}
    if hasattr(dets, "confidence") and hasattr(dets, "class_id"):  # supervision.Detections
        extras |= getattr(dets, "data", {})
        if getattr(dets, "mask", None) is not None:
            extras["masks"] = dets.mask
    if carry is not None:
        if not isinstance(carry, Mapping):
            raise InvalidInputError(f"carry must be a mapping of names to rows, not a {type(carry).__name__}")
        extras |= carry
    if masks is not None:
        extras["masks"] = masks
    for name, values in extras.items():
        check_count(name, values, count)
    return {name: np.asarray(rows) if hasattr(rows, "__array__") else rows for name, rows in extras.items()}


def checked_embeddings(embs: Any, count: int, width: int | None) -> NDArray[np.float32]:
    """(N, D) float32 unit rows of the embeddings of ``count`` detections; a row of zeros stands for none.

    Raises:
        InvalidInputError: if they are no such array, not finite, or not ``width`` wide where a width is known.
    """
    if hasattr(embs, "cpu"):  # a torch tensor, maybe on a GPU
        embs = embs.detach().cpu()
    check_count("embs", embs, count)
    try:
        array = np.ascontiguousarray(embs, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"embs must be a (N, D) array of numbers: {error}") from error
    if count == 0:
        return np.empty((0, width or 0), np.float32)
    if array.ndim != 2 or array.shape[1] == 0:
        raise InvalidInputError(f"embs must have shape (N, D), not {array.shape}")
    if width is not None and array.shape[1] != width:
        raise InvalidInputError(
            f"embs have {array.shape[1]} numbers a row, those of the frames before had {width}"
        )
    squares = np.einsum("nd,nd->n", array, array)
    if np.abs(squares - 1.0).max() <= UNIT_TOLERANCE:
        return array
    return _unit_rows(array)


def _unit_rows(array: NDArray[np.float32]) -> NDArray[np.float32]:
    norms = np.sqrt(np.einsum("nd,nd->n", array, array, dtype=np.float64))
    if not np.isfinite(norms).all():
        row = int(np.flatnonzero(~np.isfinite(norms))[0])
        raise InvalidInputError(f"embs row {row} is not finite")
    return (array / np.where(norms == 0.0, 1.0, norms)[:, None]).astype(np.float32)


def checked_frame(img: Any) -> NDArray[np.uint8]:
    """A frame as (H, W, 3) or (H, W) uint8.

    Raises:
        InvalidInputError: if it is none.
    """
    frame = img if isinstance(img, np.ndarray) else np.asarray(img)
    shaped = frame.ndim == 2 or (frame.ndim == 3 and frame.shape[2] == 3)
    if frame.dtype != np.uint8 or not shaped or frame.size == 0:
        raise InvalidInputError(
            f"a frame must be a (H, W, 3) array of uint8, not {frame.shape} of {frame.dtype}"
        )
    return frame


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


def log_dropped(rows: NDArray[np.int64], given: int) -> None:
    """Say once that of so many detections only ``rows`` are kept."""
    _logger.warning(
        "dropped %d detection(s) without area (first: row %d); later ones are only counted in num_dropped",
        given - len(rows),
        int(np.setdiff1d(np.arange(given), rows)[0]),
    )
