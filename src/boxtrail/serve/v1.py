"""boxtrail's own protocol: sessions, frames in, tracks out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from boxtrail.errors import StateError
from boxtrail.serve import frames
from boxtrail.serve.errors import REFUSALS, RefusedError
from boxtrail.serve.media import JSON, MSGPACK, RAW
from boxtrail.serve.sessions import TrackingSession

if TYPE_CHECKING:
    from boxtrail.serve.app import Service

T = TypeVar("T")
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


FOREIGN = "A state of another tracker or other options; nothing has changed."


def router(service: Service) -> APIRouter:
    """``/v1/sessions`` and what is below."""
    routes = APIRouter(prefix="/v1", tags=["sessions"], responses=REFUSALS)

    @routes.post("/sessions", status_code=201)
    async def open_session(new: NewSession) -> SessionInfo:
        """Open a session: one tracker for one stream."""
        options = dict(new.options)
        if new.frame_size is not None:
            options["frame_size"] = new.frame_size
        if new.frame_rate is not None:
            options["frame_rate"] = new.frame_rate
        tracker = service.model.new_tracker(new.tracker, **options)
        session = service.sessions.open(tracker, protocol="v1", label=new.label, **options)
        session.frame_size = new.frame_size
        return info(session, service.sessions.now())

    @routes.get("/sessions")
    async def list_sessions() -> list[SessionInfo]:
        """All sessions, oldest first."""
        return [info(session, service.sessions.now()) for session in service.sessions.all()]

    @routes.get("/sessions/{id}")
    async def show_session(id: str) -> SessionInfo:
        """One session."""
        return info(service.sessions.find(id), service.sessions.now())

    @routes.delete("/sessions/{id}", status_code=204)
    async def close_session(id: str) -> Response:
        """Close a session and forget its tracks."""
        service.sessions.close(id)
        return Response(status_code=204)

    @routes.post(
        "/sessions/{id}/frames",
        openapi_extra=FRAME_DOCUMENTATION,
        responses=FRAME_RESPONSES,
        response_class=Response,
    )
    async def track_frame(id: str, request: Request) -> Response:
        """Track one frame: its detections, or an image that the server's detector looks at."""
        return await frames.track_frame(service, id, request)

    @routes.get("/sessions/{id}/tracks")
    async def show_tracks(id: str) -> list[dict[str, Any]]:
        """All live tracks, also tentative and lost ones."""
        session = service.sessions.find(id)
        return await _locked(service, session, lambda: [track.to_dict() for track in session.tracker.tracks])

    @routes.get("/sessions/{id}/state")
    async def save_state(id: str) -> State:
        """Everything another server needs to go on."""
        session = service.sessions.find(id)
        return await _locked(
            service,
            session,
            lambda: State(last_frame=session.last_frame, tracker=session.tracker.state_dict()),
        )

    @routes.put("/sessions/{id}/state", responses={409: {**REFUSALS[400], "description": FOREIGN}})
    async def load_state(id: str, state: State) -> SessionInfo:
        """Go on from a state; the session must have the tracker and the options it was saved with."""
        session = service.sessions.find(id)
        await _locked(service, session, lambda: _load(session, state))
        return info(session, service.sessions.now())

    return routes


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


async def _locked(service: Service, session: TrackingSession, work: Callable[[], T]) -> T:
    """Do something with a session's tracker while nobody else does, off the event loop."""

    def run() -> T:
        with session.lock:
            return work()

    return await asyncio.get_running_loop().run_in_executor(service.pool, run)


def _load(session: TrackingSession, state: State) -> None:
    try:
        session.tracker.load_state_dict(state.tracker)
    except StateError as error:
        raise RefusedError(409, str(error)) from error
    session.last_frame = state.last_frame


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

__all__ = ["router"]
