"""Detections in and tracks out, as JSON, msgpack or raw float32."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError, require
from boxtrail.results import TrackResults
from boxtrail.serve.body import parse_json

MOST_DIGITS = 19
MOST_ROWS = 100_000  # detections and embeddings of one frame
NO_ROWS = np.zeros((0, 6))


@dataclass(frozen=True, slots=True, eq=False)
class FrameMessage:
    """What a client says of one frame.

    Attributes:
        detections: (N, 6) ``x1, y1, x2, y2, conf, cls`` or oriented (N, 7).
        frame: its number, from 0; None for the one after the last. Numbers left out are frames without detections.
        timestamp: seconds, or None.
        embeddings: (N, D) rows of appearance, or None.
    """

    detections: NDArray[np.float64]
    frame: int | None = None
    timestamp: float | None = None
    embeddings: NDArray[np.float32] | None = None


def decode(kind: str, body: bytes, query: Mapping[str, str]) -> FrameMessage:
    """A frame of a request's body; its number and time may be in the query, and for raw rows can only be there.

    Raises:
        InvalidInputError: for a body that is none.
    """
    frame, timestamp = _whole(query.get("frame")), _seconds(query.get("timestamp"))
    columns = _columns(query)
    if kind == "raw":
        return FrameMessage(_unpacked(body, columns), frame, timestamp)
    said = parse_json(body) if kind == "json" else _unpack(body)
    if not isinstance(said, dict):
        raise InvalidInputError("the body must be an object with detections, not a list or a number")
    message = message_of(said)
    if frame is None and timestamp is None:
        return message
    return replace(
        message,
        frame=frame if message.frame is None else message.frame,
        timestamp=timestamp if message.timestamp is None else message.timestamp,
    )


def message_of(said: Mapping[str, Any]) -> FrameMessage:
    """A frame of an object with ``detections`` and perhaps ``frame``, ``timestamp`` and ``embeddings``.

    Raises:
        InvalidInputError: naming what is wrong.
    """
    unknown = sorted(set(said) - {"detections", "frame", "timestamp", "embeddings"})
    if unknown:
        raise InvalidInputError(
            f"unknown key {unknown[0]!r}; a frame has detections, frame, timestamp, embeddings"
        )
    looks = said.get("embeddings")
    return FrameMessage(
        _rows(said.get("detections"), "detections"),
        _whole(said.get("frame")),
        _seconds(said.get("timestamp")),
        None if looks is None else _rows(looks, "embeddings").astype(np.float32),
    )


def _unpack(body: bytes) -> Any:
    """A value of msgpack; an empty list takes a byte of it and fifty of memory, so lists are counted as they come."""
    left = MOST_ROWS

    def count(entry: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise ValueError(f"there are more than {MOST_ROWS} lists in it")
        return entry

    try:
        return _msgpack().unpackb(body, list_hook=count, object_hook=count)
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        raise InvalidInputError(f"the body is no msgpack: {error}") from error


def encode(kind: str, tracks: TrackResults, frame: int) -> bytes:
    """Tracks (M, 8) or (M, 9) of a frame; raw rows are float32, ids exact up to 2²⁴."""
    if kind == "raw":
        return np.ascontiguousarray(tracks, dtype="<f4").tobytes()
    rows = np.ascontiguousarray(tracks)
    if kind == "json":
        return bytes(orjson.dumps({"frame": frame, "tracks": rows}, option=orjson.OPT_SERIALIZE_NUMPY))
    return bytes(_msgpack().packb({"frame": frame, "tracks": rows.tolist()}))


def _rows(given: Any, what: str) -> NDArray[np.float64]:
    if given is None or (isinstance(given, list) and not given):
        return NO_ROWS
    if isinstance(given, bytes) and what == "detections":  # msgpack carries rows of float32 as they are
        return _unpacked(given, 6)
    if not isinstance(given, list):
        raise InvalidInputError(f"{what} must be rows of numbers, all of one length")
    try:
        rows = np.array(given)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInputError(f"{what} must be rows of numbers, all of one length") from error
    if rows.dtype.kind not in "iuf":  # texts would be taken for numbers
        raise InvalidInputError(f"{what} must be rows of numbers, all of one length")
    if rows.ndim != 2:
        raise InvalidInputError(f"{what} must be a list of rows, not {rows.ndim}-dimensional")
    return rows.astype(np.float64, copy=False)


def _columns(query: Mapping[str, str]) -> int:
    columns = query.get("columns", "6")
    if columns not in ("6", "7"):
        raise InvalidInputError(f"columns must be 6 or, for oriented boxes, 7, not {columns[:40]!r}")
    return int(columns)


def _unpacked(body: bytes, columns: int) -> NDArray[np.float64]:
    if len(body) % (4 * columns):
        raise InvalidInputError(f"{len(body)} bytes are no rows of {columns} float32 numbers")
    return np.frombuffer(body, dtype="<f4").reshape(-1, columns).astype(np.float64)


def _whole(given: Any) -> int | None:
    if given is None or (isinstance(given, int) and not isinstance(given, bool) and given >= 0):
        return given
    if isinstance(given, float) and given.is_integer() and given >= 0:  # the same number in JSON
        return int(given)
    if isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) < MOST_DIGITS:
        return int(given)
    raise InvalidInputError(f"a frame number is a whole number from 0 on, not {repr(given)[:40]}")


def _seconds(given: Any) -> float | None:
    try:
        seconds = None if given is None else float(given)
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidInputError(f"a timestamp is a number of seconds, not {repr(given)[:40]}") from error
    if isinstance(given, bool) or (seconds is not None and not math.isfinite(seconds)):
        raise InvalidInputError(f"a timestamp is a finite number of seconds, not {repr(given)[:40]}")
    return seconds


def _msgpack() -> Any:
    return require("msgpack", "serve", "msgpack")


__all__ = ["FrameMessage", "decode", "encode", "message_of"]
