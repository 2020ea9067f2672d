"""The same frames over a WebSocket: one message a frame, one answer each, in order."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from boxtrail.errors import BoxtrailError
from boxtrail.serve.answering import Unpacked, answer, track, unpack
from boxtrail.serve.errors import RefusedError
from boxtrail.serve.media import JSON, KINDS, MEDIA
from boxtrail.serve.sessions import TrackingSession

if TYPE_CHECKING:
    from boxtrail.serve.app import Service

T = TypeVar("T")
FORMS = {**MEDIA, "image": "image/jpeg"}
REFUSED, TOO_LARGE = 4404, 4413  # close codes: the HTTP status with 4 before it


def router(service: Service) -> APIRouter:
    """``/v1/sessions/{id}/stream?form=json|msgpack|raw|image``."""
    routes = APIRouter(prefix="/v1", tags=["sessions"])
    ahead = asyncio.Semaphore(service.limits.workers)

    @routes.websocket("/sessions/{id}/stream")
    async def stream(socket: WebSocket, id: str, form: str = "json") -> None:
        """Text is JSON; binary messages have the form named in the address. A wrong frame is answered by
        ``{"message": ...}`` and changes nothing."""
        await socket.accept()
        try:
            session, kind = service.sessions.find(id), FORMS[form]
        except RefusedError as error:
            await socket.close(REFUSED, str(error)[:120])
        except KeyError:
            await socket.close(REFUSED, f"form is one of {', '.join(FORMS)}")
        else:
            await Stream(service, session, socket, kind, ahead).run()

    return routes


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """A frame that has come; an image may be unpacked already, or found to be none."""

    began: float
    kind: str
    data: bytes
    unpacked: Unpacked | BoxtrailError | None = None


class Stream:
    """One socket. While an image is looked at and tracked, the next one is received and decoded.

    Args:
        ahead: how many images may wait decoded, of all streams together; those beyond are decoded in their turn.
    """

    def __init__(
        self,
        service: Service,
        session: TrackingSession,
        socket: WebSocket,
        kind: str,
        ahead: asyncio.Semaphore,
    ) -> None:
        self._service, self._session, self._socket, self._kind = service, session, socket, kind
        self._ahead = ahead

    async def run(self) -> None:
        """Answer every frame until one side goes."""
        try:
            if self._kind.startswith("image/"):
                await self._run_ahead()
            else:
                while (frame := await self._receive()) is not None and await self._answer(frame):
                    pass
        except WebSocketDisconnect:
            return

    async def _run_ahead(self) -> None:
        coming = asyncio.create_task(self._receive_image())
        try:
            goes_on = True
            while goes_on and (frame := await coming) is not None:
                coming = asyncio.create_task(self._receive_image())
                try:
                    goes_on = await self._answer(frame)
                finally:
                    self._forget(frame)
        finally:
            coming.cancel()
            with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect):
                self._forget(await coming)

    def _forget(self, frame: Waiting | None) -> None:
        if frame is not None and frame.unpacked is not None:
            self._ahead.release()

    async def _receive(self) -> Waiting | None:
        """The next frame; None where the client has gone, or is sent away for a message that is too large."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        text, data = message.get("text"), message.get("bytes")
        kind = JSON if text is not None else self._kind
        payload = text.encode() if text is not None else data or b""
        limits = self._service.limits
        if len(payload) > (limits.max_body_bytes if kind.startswith("image/") else limits.max_message_bytes):
            await self._socket.close(TOO_LARGE, "the message is too large")
            return None
        return Waiting(time.perf_counter(), kind, payload)

    async def _receive_image(self) -> Waiting | None:
        """The next frame, decoded if few others wait so; whoever takes it forgets it by :meth:`_forget`."""
        frame = await self._receive()
        if frame is None or self._ahead.locked():
            return frame
        await self._ahead.acquire()  # at once: it is not locked
        unpacked: Unpacked | BoxtrailError
        try:
            unpacked = await self._in_pool(unpack, self._service, frame.kind, frame.data, {})
        except BoxtrailError as error:
            unpacked = error
        except BaseException:
            self._ahead.release()
            raise
        return Waiting(frame.began, frame.kind, b"", unpacked)

    async def _answer(self, frame: Waiting) -> bool:
        """Track a frame and send the answer; False where the session is closed."""
        try:
            with self._service.sessions.at_work(self._session):
                sent, media = await self._tracked(frame)
        except BoxtrailError as error:
            await self._socket.send_text(json.dumps({"message": str(error)}))
            if self._session.closed:
                await self._socket.close(REFUSED, "the session is closed")
            return not self._session.closed
        self._service.sessions.note(self._session, time.perf_counter() - frame.began)
        if media == JSON:
            await self._socket.send_text(sent.decode())
        else:
            await self._socket.send_bytes(sent)
        return True

    async def _tracked(self, frame: Waiting) -> tuple[bytes, str]:
        if isinstance(frame.unpacked, BoxtrailError):
            raise frame.unpacked
        if frame.unpacked is not None:
            wire = KINDS.get(frame.kind, "json")
            return await self._in_pool(track, self._service, self._session, frame.unpacked, wire)
        return await self._in_pool(answer, self._service, self._session, frame.kind, frame.data, {}, None)

    async def _in_pool(self, work: Callable[..., T], *given: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._service.pool, work, *given)


__all__ = ["Stream", "router"]
