"""Frames over HTTP, where the load of a server is: a request in, its tracks out, with little in between."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from typing import TYPE_CHECKING

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from boxtrail.errors import BoxtrailError
from boxtrail.serve import body
from boxtrail.serve.answering import answer
from boxtrail.serve.body import App, Message, Receive, Send
from boxtrail.serve.errors import response_to
from boxtrail.serve.media import JSON, KINDS

if TYPE_CHECKING:
    from boxtrail.serve.app import Service

PATH = re.compile("/v1/sessions/([^/]+)/frames")

logger = logging.getLogger(__name__)


class Frames:
    """Answers ``POST /v1/sessions/{id}/frames`` itself and hands on everything else.

    FastAPI's layers and routing take longer than tracking a hundred objects; its own route of the same path, which
    does the same, is there for the documentation.
    """

    def __init__(self, app: App, service: Service) -> None:
        self._app, self._service = app, service

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Track a frame, or pass the request on."""
        match = None
        if scope["type"] == "http" and scope["method"] == "POST":
            match = PATH.fullmatch(scope["path"])
        if match is None:
            await self._app(scope, receive, send)
            return
        try:
            response = await track_frame(self._service, match[1], Request(scope, receive))
        except (BoxtrailError, HTTPException) as error:
            response = response_to(error, self._service.sessions.metrics)
        except Exception as error:
            logger.error("a frame failed", exc_info=error)
            response = response_to(HTTPException(500, f"the server failed: {type(error).__name__}"), None)
        await response(scope, receive, send)


async def track_frame(service: Service, id: str, request: Request) -> Response:
    """The answer to one frame.

    Raises:
        RefusedError, InvalidInputError: as :func:`boxtrail.serve.answering.answer`; 429 if too many frames wait.
    """
    began = time.perf_counter()
    session = service.sessions.find(id)
    kind, accept = JSON, None
    for name, value in request.scope["headers"]:
        if name == b"content-type":
            kind = value.decode("latin-1").partition(";")[0].strip().lower()
        elif name == b"accept":
            accept = KINDS.get(value.decode("latin-1").partition(",")[0].strip().lower())
    limits = service.limits
    most = limits.max_body_bytes if kind.startswith("image/") else limits.max_message_bytes
    data = await body.read(request, most)
    said = request.scope["query_string"]
    query = dict(QueryParams(said)) if said else {}
    with service.sessions.at_work(session):
        sent, media = await asyncio.get_running_loop().run_in_executor(
            service.pool, answer, service, session, kind, data, query, accept
        )
    service.sessions.note(session, time.perf_counter() - began)
    return Response(sent, headers={"content-type": media})


__all__ = ["Frames", "track_frame"]
