"""Looks at rows that come from a user's program, as the readers look at files."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError
from boxtrail.io.formats.rows import FloatArray, IntArray, SequenceRows

_WHOLE = ("frames", "ids", "labels")
_NUMBERS = ("scores", "flags", "visibilities", "truncations", "occlusions")


def checked(rows: SequenceRows) -> SequenceRows:
    """The rows in ascending order of their frames, as int64, float64 or masks.

    Raises:
        InvalidInputError: naming the row, for lengths that differ, values that are not finite or not whole, negative
            sizes, and an id that is twice in a frame.
    """
    values: dict[str, Any] = {entry.name: getattr(rows, entry.name) for entry in fields(rows)}
    for name in (*_WHOLE, *_NUMBERS):
        if values[name] is not None:
            values[name] = _whole(values[name], name) if name in _WHOLE else _finite(values[name], name)
    values["ignored_frames"] = _whole(values["ignored_frames"], "ignored_frames")
    if not isinstance(values["ignored"], list):
        values["ignored"] = _finite(values["ignored"], "ignored")
    if rows.kind != "mask":
        values["shapes"] = _finite(values["shapes"], "shapes")
        _check_sizes(values["shapes"], rows.kind)
    for name in (*_WHOLE, *_NUMBERS, "shapes"):
        if values[name] is not None and len(values[name]) != len(values["frames"]):
            raise InvalidInputError(
                f"{name} has {len(values[name])} rows, but frames has {len(values['frames'])}"
            )
    result = _in_order(replace(rows, **values))
    _check_ids(result.frames, result.ids)
    return result


def _in_order(rows: SequenceRows) -> SequenceRows:
    changes: dict[str, Any] = {}
    if np.any(np.diff(rows.frames) < 0):
        order = np.argsort(rows.frames, kind="stable")
        for name in (*_WHOLE, *_NUMBERS, "shapes"):
            values = getattr(rows, name)
            if values is not None:
                changes[name] = (
                    [values[i] for i in order]
                    if isinstance(values, list)
                    else np.ascontiguousarray(values[order])
                )
    if np.any(np.diff(rows.ignored_frames) < 0):
        order = np.argsort(rows.ignored_frames, kind="stable")
        ignored = rows.ignored
        in_order = [ignored[i] for i in order] if isinstance(ignored, list) else ignored[order]
        changes |= {"ignored_frames": rows.ignored_frames[order], "ignored": in_order}
    return replace(rows, **changes)


def _check_ids(frames: IntArray, ids: IntArray) -> None:
    order = np.lexsort((ids, frames))
    frames, ids = frames[order], ids[order]
    twice = (frames[1:] == frames[:-1]) & (ids[1:] == ids[:-1])
    if np.any(twice):
        at = _first(twice)
        raise InvalidInputError(f"track {ids[at]} has two rows in frame {frames[at]}")


def _check_sizes(shapes: FloatArray, kind: str) -> None:
    negative = np.zeros(len(shapes), dtype=bool)
    if kind == "box":
        negative = (shapes[:, 2] < shapes[:, 0]) | (shapes[:, 3] < shapes[:, 1])
    elif kind == "oriented":
        negative = np.any(shapes[:, 2:4] < 0.0, axis=1)
    if np.any(negative):
        raise InvalidInputError(f"row {_first(negative)}: negative size")


def _finite(values: Any, name: str) -> FloatArray:
    array = np.ascontiguousarray(values, dtype=np.float64)
    wrong = (
        np.array(~np.isfinite(array).reshape(len(array), -1).all(axis=1)) if array.size else np.empty(0, bool)
    )
    if np.any(wrong):
        raise InvalidInputError(f"row {_first(wrong)}: {name} has a value that is not finite")
    return array


def _whole(values: Any, name: str) -> IntArray:
    array = np.asarray(values)
    if array.ndim != 1:
        raise InvalidInputError(f"{name} must have shape (N,), not {array.shape}")
    if array.dtype.kind not in "iuf" and len(array):
        raise InvalidInputError(f"{name} are whole numbers, not {array.dtype}")
    if array.dtype.kind == "f":
        wrong = ~(np.isfinite(array) & (array == np.rint(array)))
        if np.any(wrong):
            raise InvalidInputError(
                f"row {_first(wrong)}: {name} are whole numbers, not {array[_first(wrong)]}"
            )
    return np.ascontiguousarray(array, dtype=np.int64)


def _first(mask: NDArray[np.bool_]) -> int:
    return int(np.argmax(mask))


__all__ = ["checked"]
