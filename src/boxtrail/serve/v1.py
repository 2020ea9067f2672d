"""boxtrail's own protocol: sessions, frames in, tracks out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import APIRouter, Request, Response

from boxtrail.errors import StateError
from boxtrail.serve import frames
from boxtrail.serve.errors import REFUSALS, RefusedError
from boxtrail.serve.sessions import TrackingSession
from boxtrail.serve.strict_json import StrictRoute
from boxtrail.serve.v1_bodies import (
    FRAME_DOCUMENTATION,
    FRAME_RESPONSES,
    NewSession,
    SessionInfo,
    State,
    info,
)

if TYPE_CHECKING:
    from boxtrail.serve.app import Service

T = TypeVar("T")
FOREIGN = "A state of another tracker or other options; nothing has changed."


def router(service: Service) -> APIRouter:
    """``/v1/sessions`` and what is below."""
    routes = APIRouter(prefix="/v1", tags=["sessions"], responses=REFUSALS, route_class=StrictRoute)
    _add_sessions(routes, service)
    _add_tracking(routes, service)
    _add_state(routes, service)
    return routes


def _add_sessions(routes: APIRouter, service: Service) -> None:
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


def _add_tracking(routes: APIRouter, service: Service) -> None:
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


def _add_state(routes: APIRouter, service: Service) -> None:
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


__all__ = ["router"]
