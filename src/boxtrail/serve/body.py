"""Bodies of requests: counted as they come, whatever their header says, and read within their limit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from boxtrail.errors import InvalidInputError
from boxtrail.serve.errors import RefusedError, error_response
from boxtrail.serve.limits import Limits

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

UPLOADS = ("/inference_batch_async", "/inference_video_async")  # their files go to disk
PIECE = 1 << 16  # bytes of an answer that go out at once; the next waits until the client has taken these
MOST_VALUES = 2_000_000  # in one JSON text: an empty list of two letters takes fifty bytes of memory


class BodyLimit:
    """Refuses bodies that are too large, and any where too much of them is in memory already.

    Every route is covered, also those that parse forms or validate JSON by themselves. Large answers count until
    their clients have taken them.

    Attributes:
        in_memory: bytes of bodies and large answers that are in memory now.
    """

    def __init__(self, app: App, limits: Limits) -> None:
        self._app, self._limits, self.in_memory = app, limits, 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass a request on with its body counted, or answer 413."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_upload = scope["path"] in UPLOADS
        limit = self._limit(scope["path"])
        said = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if len(said) > 18 or int(said) > limit:
            text = f"the body has {said.decode()[:18]} bytes; at most {limit} are taken"
            await error_response(413, text)(scope, receive, send)
            return
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            count = len(message.get("body", b""))
            size += count
            if size > limit:
                raise HTTPException(413, f"the body has more than {limit} bytes")
            if not is_upload:
                self.in_memory += count
                if self.in_memory > self._limits.max_memory_bytes:
                    raise HTTPException(503, "too many large requests at once", {"Retry-After": "2"})
            return message

        async def unhurried(message: Message) -> None:
            if len(message.get("body", b"")) <= PIECE:
                await send(message)
            else:
                await self._send(message, send)

        try:
            await self._app(scope, counted, unhurried)
        finally:
            if not is_upload:
                self.in_memory -= size

    async def _send(self, message: Message, send: Send) -> None:
        body, more = message["body"], message.get("more_body", False)
        self.in_memory += len(body)
        try:
            for start in range(0, len(body), PIECE):
                end = start + PIECE
                piece = bytes(body[start:end])
                await send({**message, "body": piece, "more_body": more or end < len(body)})
        finally:
            self.in_memory -= len(body)

    def _limit(self, path: str) -> int:
        if path in UPLOADS:
            return self._limits.max_upload_bytes
        if path.startswith("/v1/") and not path.endswith("/frames"):
            return self._limits.max_message_bytes
        return self._limits.max_body_bytes


async def read(request: Request, limit: int) -> bytes:
    """The whole body.

    Raises:
        RefusedError: 413 if it has more than ``limit`` bytes, whatever its header says; 400 if it breaks off.
    """
    said = request.headers.get("content-length")
    if said is not None and said.isdecimal() and int(said) > limit:
        raise RefusedError(413, f"the body has {said} bytes; at most {limit} are taken")
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > limit:
                raise RefusedError(413, f"the body has more than {limit} bytes")
            parts.append(part)
    except ClientDisconnect as error:
        raise RefusedError(400, "the body breaks off") from error
    return parts[0] if len(parts) == 1 else b"".join(parts)


def check_values(data: bytes) -> None:
    """Refuse JSON that would take too much memory.

    Raises:
        InvalidInputError: if it has too many values.
    """
    if data.count(b",") > MOST_VALUES:
        raise InvalidInputError(f"the body has more than {MOST_VALUES} values")


def parse_json(data: bytes) -> Any:
    """The value of a JSON text, as the standard has it.

    Python's own parser also takes NaN, numbers no float holds and halves of characters, on which answers break later.

    Raises:
        InvalidInputError: if it is none, nested too deeply, or of too many values to be held in memory.
    """
    check_values(data)
    try:
        return orjson.loads(data)
    except ValueError as error:
        raise InvalidInputError(f"the body is no JSON: {error}") from error


__all__ = ["BodyLimit", "check_values", "parse_json", "read"]
