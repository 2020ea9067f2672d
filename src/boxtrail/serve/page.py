"""The live page: streams, their rates and latencies, and the latest frame of each with ids and trails."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from fastapi import APIRouter, Response

from boxtrail.errors import require
from boxtrail.io.drawing import TrackPainter
from boxtrail.results import TrackResults
from boxtrail.serve.errors import REFUSALS, RefusedError
from boxtrail.serve.sessions import TrackingSession

if TYPE_CHECKING:
    from boxtrail.serve.app import Service

STATIC = Path(__file__).parent / "static"
MOST_SIDE = 1280  # pixels of a picture for the page
MARGIN = 40  # pixels around boxes where no image is known
DARK = 32


def router(service: Service) -> APIRouter:
    """``/`` and the pictures on it, and ``/docs``, which shows the OpenAPI document."""
    routes = APIRouter(tags=["page"])

    @routes.get("/", include_in_schema=False)
    async def page() -> Response:
        return Response((STATIC / "index.html").read_bytes(), media_type="text/html")

    @routes.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return Response((STATIC / "docs.html").read_bytes(), media_type="text/html")

    @routes.get(
        "/v1/sessions/{id}/picture",
        response_class=Response,
        responses={
            200: {"content": {"image/jpeg": {}}},
            404: {**REFUSALS[404], "description": "No such session, or no frame yet."},
            422: REFUSALS[422],
        },
    )
    async def picture(id: str) -> Response:
        """The latest frame with ids and trails, as JPEG."""
        session = service.sessions.find(id)
        drawn = await asyncio.get_running_loop().run_in_executor(service.pool, lambda: draw(session))
        return Response(drawn, media_type="image/jpeg", headers={"Cache-Control": "no-store"})

    return routes


def draw(session: TrackingSession) -> bytes:
    """The latest frame as JPEG; where only detections were sent, boxes on a dark ground.

    Raises:
        RefusedError: 404 before the first frame.
    """
    cv2 = require("cv2", "serve", "the live page")
    with session.lock:
        history, image = list(session.history), session.image
    if not history:
        raise RefusedError(404, "there is no frame yet")
    canvas = _ground(session, history) if image is None else image.copy()
    painter = TrackPainter(session.tracker.class_names)
    for tracks in history[:-1]:
        painter.remember(tracks)
    painter.draw_onto(canvas, history[-1])
    scale = MOST_SIDE / max(canvas.shape[:2])
    if scale < 1.0:
        canvas = cv2.resize(canvas, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", canvas, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes())


def _ground(
    session: TrackingSession, history: list[TrackResults]
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A dark image as large as the frames are said to be, or as the boxes need."""
    if session.frame_size is not None:
        width, height = session.frame_size
    else:
        ends = [tracks.xyxy[:, 2:].max(axis=0) for tracks in history if len(tracks)]
        width, height = (np.max(ends, axis=0) + MARGIN).astype(int).tolist() if ends else (640, 360)
    return np.full((min(max(height, 16), 4320), min(max(width, 16), 7680), 3), DARK, dtype=np.uint8)


__all__ = ["draw", "router"]
