"""Bodies of boxtrail's own protocol, and how the OpenAPI document describes a frame."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from boxtrail.serve.errors import REFUSALS
from boxtrail.serve.media import JSON, MSGPACK, RAW
from boxtrail.serve.sessions import TrackingSession

MOST_SIDE = 1_000_000  # pixels
MOST_FRAMES = 2**53  # up to which JSON's numbers are whole


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("must be a whole number")
    return value


# Also 3.0, which is the same in JSON; but no text.
Side = Annotated[int, Field(ge=1, le=MOST_SIDE), BeforeValidator(_number)]
LastFrame = Annotated[int, Field(ge=-1, le=MOST_FRAMES), BeforeValidator(_number)]


class NewSession(BaseModel):
    """What a client says of a stream before its first frame."""

    model_config = ConfigDict(extra="forbid")

    tracker: str | None = Field(
        None, description="A name of `boxtrail trackers`; the server's own if left out."
    )
    options: dict[str, Any] = Field(default_factory=dict, description="Options of the tracker, by name.")
    frame_size: tuple[Side, Side] | None = Field(None, description="Width and height in pixels.")
    frame_rate: float | None = Field(None, ge=0.001, le=1000, strict=True, description="Frames a second.")
    label: str = Field("", max_length=200, description="What the live page calls the stream.")


class SessionInfo(BaseModel):
    """One session."""

    id: str
    tracker: str
    label: str
    protocol: str
    frames: int
    rate: float = Field(description="Frames a second, over the last seconds.")
    latency_ms: float = Field(description="Median of the last frames, in the server.")
    idle_seconds: float


class State(BaseModel):
    """What another server needs to go on."""

    model_config = ConfigDict(extra="forbid")

    last_frame: LastFrame = Field(description="Number of the latest frame; -1 before the first.")
    tracker: dict[str, Any] = Field(description="As the tracker saved it.")


def info(session: TrackingSession, now: float) -> SessionInfo:
    """A session as clients see it."""
    latencies = sorted(session.latencies)
    return SessionInfo(
        id=session.id,
        tracker=session.tracker.name,
        label=session.label,
        protocol=session.protocol,
        frames=session.frames,
        rate=round(session.rate(now), 2),
        latency_ms=round(1000.0 * latencies[len(latencies) // 2], 3) if latencies else 0.0,
        idle_seconds=round(max(now - session.last_used, 0.0), 3),
    )


_ROWS = {"type": "array", "items": {"type": "array", "items": {"type": "number"}}}
_MESSAGE = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "detections": {
            **_ROWS,
            "type": ["array", "null"],
            "description": "x1, y1, x2, y2, conf, cls; oriented cx, cy, w, h, angle, conf, cls",
        },
        "frame": {"type": ["integer", "null"], "minimum": 0},
        "timestamp": {"type": ["number", "null"]},
        "embeddings": {**_ROWS, "type": ["array", "null"], "description": "One row a detection."},
    },
}
_TRACKS = {
    "type": "object",
    "properties": {
        "frame": {"type": "integer"},
        "tracks": {
            **_ROWS,
            "description": "x1, y1, x2, y2, id, conf, cls, det_ind; oriented with cx, cy, w, h, angle in front",
        },
    },
    "required": ["frame", "tracks"],
}
_BYTES = {"schema": {"type": "string", "format": "binary"}}
FRAME_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The tracks of the frame.",
        "content": {JSON: {"schema": _TRACKS}, MSGPACK: _BYTES, RAW: _BYTES},
    },
    415: {**REFUSALS[400], "description": "A form nobody knows."},
}
FRAME_DOCUMENTATION: dict[str, Any] = {
    "parameters": [
        {"name": "frame", "in": "query", "schema": {"type": "integer", "minimum": 0}},
        {"name": "timestamp", "in": "query", "schema": {"type": "number"}},
        {"name": "columns", "in": "query", "schema": {"type": "integer", "enum": [6, 7]}},
    ],
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": _MESSAGE},
            MSGPACK: _BYTES,
            RAW: _BYTES,
            "image/jpeg": _BYTES,
            "image/png": _BYTES,
        },
    },
}


__all__ = ["FRAME_DOCUMENTATION", "FRAME_RESPONSES", "NewSession", "SessionInfo", "State", "info"]
