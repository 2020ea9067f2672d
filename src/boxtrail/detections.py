"""Detections of one frame: everything users pass in becomes one checked array at this door."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidDetectionsError

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]

AABB_COLUMNS = ("x1", "y1", "x2", "y2", "conf", "cls")
OBB_COLUMNS = ("cx", "cy", "w", "h", "angle", "conf", "cls")
ROUNDING = 1e-4  # a score may leave [0, 1] by this much and is clipped: float32 detectors do
MAX_COORDINATE = 1e9  # pixels; beyond it squares and areas lose their meaning
MIN_SIDE = 1e-6  # pixels; a box with a shorter side has no area
MAX_LABEL = 2.0**53  # whole numbers are exact in float64 up to here

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Detections:
    """What the reference trackers see of a frame.

    ``boxes`` (N, 4) corners or (N, 5) ``cx, cy, w, h, angle`` in pixels and radians; ``scores`` (N,) in [0, 1];
    ``labels`` (N,) class ids; ``rows`` (N,) rows of the array the user passed; ``embeddings`` (N, D) unit rows of
    appearance, None where none were given.
    """

    boxes: FloatArray
    scores: FloatArray
    labels: IntArray
    rows: IntArray
    embeddings: NDArray[np.float32] | None = None

    @classmethod
    def from_array(cls, array: FloatArray, embeddings: NDArray[np.float32] | None = None) -> Detections:
        """Split a checked (N, 6) or (N, 7) array; degenerate rows must be gone."""
        width = array.shape[1] - 2
        return cls(
            array[:, :width],
            array[:, width],
            array[:, width + 1].astype(np.int64),
            np.arange(len(array)),
            embeddings,
        )

    def __len__(self) -> int:
        """Number of detections."""
        return len(self.scores)

    def select(self, mask: NDArray[np.bool_] | list[int]) -> Detections:
        """The rows of a boolean mask or a list of indices."""
        embeddings = None if self.embeddings is None else self.embeddings[mask]
        return Detections(self.boxes[mask], self.scores[mask], self.labels[mask], self.rows[mask], embeddings)

    def embedding(self, j: int) -> NDArray[np.float32] | None:
        """(D,) appearance of one detection, None where none were given."""
        return None if self.embeddings is None else self.embeddings[j]


def as_array(dets: Any) -> FloatArray:
    """(N, 6) or (N, 7) float64, C-contiguous, of anything that carries boxes; not yet checked for its values.

    Takes an ndarray or nested list, ``None`` or an empty list, rows without a class (N, 5), ``supervision.Detections``,
    ultralytics ``Results``, ``Boxes`` or ``OBB``, or a mapping of named arrays:
    ``xyxy`` or ``xywhr``, ``conf``, ``cls``.

    Raises:
        InvalidDetectionsError: if the shape fits none of these.
    """
    if dets is None:
        return np.empty((0, 6))
    if isinstance(dets, Mapping):
        return _from_mapping(dets)
    if not isinstance(dets, np.ndarray | list | tuple):
        return _from_object(dets)
    try:
        array = np.ascontiguousarray(dets, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidDetectionsError(f"detections must be rows of numbers: {error}") from error
    if array.size == 0:
        return np.empty((0, 7 if array.ndim == 2 and array.shape[1] == 7 else 6))
    if array.ndim == 2 and array.shape[1] == 5:
        return np.column_stack([array, np.zeros(len(array))])
    if array.ndim != 2 or array.shape[1] not in (6, 7):
        raise InvalidDetectionsError(
            "detections must have shape (N, 6) x1,y1,x2,y2,conf,cls, (N, 5) without cls "
            f"or (N, 7) cx,cy,w,h,angle,conf,cls, not {array.shape}"
        )
    return array


def _from_mapping(named: Mapping[str, Any]) -> FloatArray:
    known = {"xyxy", "xywhr", "xywha", "conf", "cls"}
    if not set(named) <= known or len(set(named) & {"xyxy", "xywhr", "xywha"}) != 1:
        raise InvalidDetectionsError(
            "a mapping of detections needs 'xyxy' (N, 4) or 'xywhr' (N, 5), and 'conf' and optionally 'cls' (N,); "
            f"got {sorted(map(str, named))}"
        )
    oriented = "xyxy" not in named
    boxes = named.get("xyxy", named.get("xywhr", named.get("xywha")))
    return _from_columns(boxes, named.get("conf"), named.get("cls"), oriented=oriented)


def _from_object(dets: Any) -> FloatArray:
    """Detections of another library, told by the attributes it is known for, without importing it."""
    if hasattr(dets, "obb") and hasattr(dets, "boxes"):  # ultralytics Results
        dets = dets.boxes if dets.obb is None else dets.obb
    if hasattr(dets, "confidence") and hasattr(dets, "class_id"):  # supervision.Detections
        return _from_columns(dets.xyxy, dets.confidence, dets.class_id, oriented=False)
    if hasattr(dets, "xywhr") and hasattr(dets, "conf"):  # ultralytics OBB
        return _from_columns(dets.xywhr, dets.conf, dets.cls, oriented=True)
    if hasattr(dets, "xyxy") and hasattr(dets, "conf"):  # ultralytics Boxes
        return _from_columns(dets.xyxy, dets.conf, dets.cls, oriented=False)
    if hasattr(dets, "__array__"):
        return as_array(np.asarray(dets))
    raise InvalidDetectionsError(f"cannot read detections from {type(dets).__module__}.{type(dets).__name__}")


def _numpy(name: str, values: Any) -> FloatArray:
    if hasattr(values, "cpu"):  # a torch tensor, maybe on a GPU
        values = values.cpu()
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidDetectionsError(f"{name!r} must be an array of numbers: {error}") from error


def _from_columns(boxes: Any, scores: Any, labels: Any, *, oriented: bool) -> FloatArray:
    width = 5 if oriented else 4
    columns = [_numpy("boxes", boxes)]
    if columns[0].size == 0 and columns[0].ndim:
        columns[0] = np.empty((0, width))
    if columns[0].ndim != 2 or columns[0].shape[1] != width:
        kind = "oriented boxes" if oriented else "boxes"
        raise InvalidDetectionsError(f"{kind} must have shape (N, {width}), not {columns[0].shape}")
    count = len(columns[0])
    for name, values, default in (("conf", scores, 1.0), ("cls", labels, 0.0)):
        column = np.full(count, default) if values is None else _numpy(name, values).reshape(-1)
        if len(column) != count:
            raise InvalidDetectionsError(f"{count} boxes but {len(column)} values of {name!r}")
        columns.append(column[:, None])
    return np.ascontiguousarray(np.hstack(columns))


def is_clean(dets: Any) -> bool:
    """Whether ``dets`` is a C-contiguous float64 array (N, 6) or (N, 7), every row of which can be tracked as it is."""
    if not isinstance(dets, np.ndarray) or dets.dtype != np.float64 or not dets.flags.c_contiguous:
        return False
    if dets.ndim != 2 or dets.shape[1] not in (6, 7):
        return False
    array: FloatArray = dets
    scores, labels = array[:, -2], array[:, -1]
    return bool(
        (np.abs(array[:, :-2]) <= MAX_COORDINATE).all()
        and (_sides(array) >= MIN_SIDE).all()
        and ((scores >= 0.0) & (scores <= 1.0)).all()
        and _is_label(labels).all()
    )


def check(array: FloatArray, *, strict: bool) -> tuple[FloatArray, IntArray]:
    """The rows that can be tracked, and their indices in ``array``.

    A box without area is dropped with a warning; detectors emit them.

    Raises:
        InvalidDetectionsError: names row, column and value of the first entry that is not finite, a score outside
            [0, 1] by more than rounding, or a class that is no whole number ≥ 0; with ``strict`` a box without
            area too.
    """
    columns = OBB_COLUMNS if array.shape[1] == 7 else AABB_COLUMNS
    _reject(~np.isfinite(array), array, columns, "is not finite")
    _reject(np.abs(array[:, :-2]) > MAX_COORDINATE, array, columns, f"is beyond ±{MAX_COORDINATE:g}")
    array = array.copy()
    scores, labels = array[:, -2:-1], array[:, -1:]
    outside = (scores < -ROUNDING) | (scores > 1.0 + ROUNDING)
    _reject(outside, scores, ("conf",), "is outside [0, 1]")
    _reject(~_is_label(labels), labels, ("cls",), "is no whole number in [0, 2**53]")
    np.clip(scores, 0.0, 1.0, out=scores)
    size = _sides(array)
    empty = (size < MIN_SIDE).any(axis=1)
    if strict and empty.any():
        row = int(np.flatnonzero(empty)[0])
        axis = int(np.flatnonzero(size[row] < MIN_SIDE)[0])
        raise InvalidDetectionsError(
            f"detection row {row} has no area: {'width' if axis == 0 else 'height'} {size[row, axis]:g}",
            row=row,
            column=columns[2 + axis],
            value=float(array[row, 2 + axis]),
        )
    return np.ascontiguousarray(array[~empty]), np.flatnonzero(~empty)


def _sides(array: FloatArray) -> FloatArray:
    """(N, 2) width and height."""
    return array[:, 2:4] if array.shape[1] == 7 else array[:, 2:4] - array[:, :2]


def _is_label(values: FloatArray) -> NDArray[np.bool_]:
    whole: NDArray[np.bool_] = (values >= 0.0) & (values <= MAX_LABEL) & (values == np.floor(values))
    return whole


def _reject(bad: NDArray[np.bool_], values: FloatArray, columns: tuple[str, ...], why: str) -> None:
    if bad.any():
        row, column = (int(index) for index in np.argwhere(bad)[0])
        value = float(values[row, column])
        raise InvalidDetectionsError(
            f"detection row {row}, column {columns[column]!r}: {value:g} {why}",
            row=row,
            column=columns[column],
            value=value,
        )
