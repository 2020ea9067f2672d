"""Errors as the clients of all protocols can read them: a JSON object with ``message`` and ``detail``."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from boxtrail.errors import BoxtrailError

if TYPE_CHECKING:
    from boxtrail.serve.metrics import Metrics

logger = logging.getLogger(__name__)


class Refusal(BaseModel):
    """The body of every answer that is a refusal."""

    message: str
    detail: str = Field(description="The same, for clients that look for this word.")
    success: bool = False


REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Refusal, "description": text}
    for status, text in (
        (400, "A body, value or option that makes no sense; nothing has changed."),
        (401, "The token is missing or wrong."),
        (404, "No such session, or none any more."),
        (413, "More bytes or pixels than are taken."),
        (422, "A field of the wrong type; nothing has changed."),
        (429, "As many sessions, or waiting frames, as there may be; try later."),
        (503, "Too much to do; try later."),
    )
}


class RefusedError(BoxtrailError):
    """A request that is refused, with its HTTP status."""

    def __init__(self, status: int, message: str, *, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status, self.retry_after = status, retry_after


def error_response(status: int, message: str, *, retry_after: int | None = None) -> JSONResponse:
    """Both words for one message: Roboflow's client reads ``message``, FastAPI's own clients ``detail``."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return JSONResponse({"message": message, "detail": message, "success": False}, status, headers)


def response_to(error: BoxtrailError | HTTPException, metrics: Metrics | None) -> JSONResponse:
    """The answer to a request that was refused, counted in ``metrics``."""
    if isinstance(error, HTTPException):
        answer = error_response(error.status_code, str(error.detail))
        answer.headers.update(error.headers or {})
    elif isinstance(error, RefusedError):
        answer = error_response(error.status, str(error), retry_after=error.retry_after)
    else:
        answer = error_response(400, str(error))
    if metrics is not None:
        metrics.refused.labels(str(answer.status_code)).inc()
    return answer


def install(app: FastAPI, metrics: Metrics) -> None:
    """Answer every exception with one line of JSON; what nobody foresaw is logged, and its text kept from strangers."""

    @app.exception_handler(BoxtrailError)
    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: BoxtrailError | HTTPException) -> JSONResponse:
        answer = response_to(error, metrics)
        if answer.status_code == 405:  # a path may have several routes, of which the first alone was asked
            answer.headers["Allow"] = ", ".join(_methods(app, request.url.path))
        return answer

    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, __: ClientDisconnect) -> JSONResponse:
        return error_response(400, "the client has gone")  # nobody reads it

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        metrics.refused.labels("422").inc()
        places = [
            f"{'.'.join(str(part) for part in entry['loc'])}: {entry['msg']}" for entry in error.errors()
        ]
        return error_response(422, "; ".join(places))

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> JSONResponse:
        logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return error_response(500, f"the server failed: {type(error).__name__}")


def _methods(app: FastAPI, path: str) -> list[str]:
    """The methods that the first documented path which fits has."""
    for template, operations in app.openapi()["paths"].items():
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path):
            return sorted(method.upper() for method in operations)
    return ["GET"]


__all__ = ["REFUSALS", "Refusal", "RefusedError", "error_response", "install"]
