"""Tracks as plain data and back: numbers, lists and dicts that any machine and either backend can read."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np

from boxtrail.reference.kalman import State

T = TypeVar("T")


def pack(value: Any) -> Any:
    """A dataclass as a dict, an array as a list; a Kalman state in its compact form."""
    if isinstance(value, State):
        return _pack_state(value)
    if is_dataclass(value):
        return {field.name: pack(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, list):
        return [pack(item) for item in value]
    return value if value is None or isinstance(value, bool | str) else value.real


def unpack(kind: type[T], data: Any) -> T:
    """The value of type ``kind`` that :func:`pack` turned into ``data``.

    Raises:
        KeyError, TypeError or ValueError: if ``data`` does not describe one.
    """
    return _unpack(kind, data)  # type: ignore[no-any-return]


def _unpack(kind: Any, data: Any) -> Any:
    if kind is State:
        return _unpack_state(data)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{field.name: _unpack(hints[field.name], data[field.name]) for field in fields(kind)})  # type: ignore[operator]
    arguments = get_args(kind)
    if NoneType in arguments:
        return None if data is None else _unpack(arguments[0], data)
    if get_origin(kind) is list:
        return [_unpack(arguments[0], item) for item in data]
    if get_origin(kind) is np.ndarray:
        return np.array(data, dtype=get_args(arguments[1])[0])
    return kind(data)


def _pack_state(state: State) -> dict[str, list[float]]:
    """Per-coordinate variances while the covariance is block-diagonal, the whole matrix once a warp has mixed it."""
    n = len(state.mean) // 2
    pp, pv, vv = (
        np.diag(state.covariance[:n, :n]),
        np.diag(state.covariance[:n, n:]),
        np.diag(state.covariance[n:, n:]),
    )
    blocks = np.block([[np.diag(pp), np.diag(pv)], [np.diag(pv), np.diag(vv)]])
    block_diagonal = np.array_equal(blocks, state.covariance)
    return {
        "position": state.mean[:n].tolist(),
        "velocity": state.mean[n:].tolist(),
        "variance": [*pp.tolist(), *pv.tolist(), *vv.tolist()] if block_diagonal else [],
        "covariance": [] if block_diagonal else state.covariance.ravel().tolist(),
    }


def _unpack_state(data: dict[str, list[float]]) -> State:
    n = len(data["position"])
    mean = np.array([*data["position"], *data["velocity"]], dtype=np.float64)
    if data["covariance"]:
        return State(mean, np.array(data["covariance"], dtype=np.float64).reshape(2 * n, 2 * n))
    pp, pv, vv = (np.diag(block) for block in np.array(data["variance"], dtype=np.float64).reshape(3, n))
    return State(mean, np.block([[pp, pv], [pv, vv]]))
