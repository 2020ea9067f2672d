"""The same frames over a WebSocket: one message a frame, one answer each, in order."""

from __future__ import annotations

import asyncio
import json
import time
from functools import partial
from typing import TYPE_CHECKING

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from boxtrail.errors import BoxtrailError
from boxtrail.serve.answering import answer
from boxtrail.serve.errors import RefusedError
from boxtrail.serve.media import JSON, MSGPACK, RAW

if TYPE_CHECKING:
    from boxtrail.serve.app import Service

FORMS = {"json": JSON, "msgpack": MSGPACK, "raw": RAW, "image": "image/jpeg"}
REFUSED, TOO_LARGE = 4404, 4413  # close codes: the HTTP status with 4 before it


def router(service: Service) -> APIRouter:
    """``/v1/sessions/{id}/stream?form=json|msgpack|raw|image``."""
    routes = APIRouter(prefix="/v1", tags=["sessions"])

    @routes.websocket("/sessions/{id}/stream")
    async def stream(socket: WebSocket, id: str, form: str = "json") -> None:
        """Text is JSON; binary messages have the form named in the address. A wrong frame is answered by
        ``{"message": ...}`` and changes nothing."""
        try:
            session = service.sessions.find(id)
            kind = FORMS[form]
        except (RefusedError, KeyError) as error:
            await socket.accept()
            await socket.close(REFUSED, str(error)[:120])
            return
        await socket.accept()
        loop, limits = asyncio.get_running_loop(), service.limits
        try:
            while True:
                message = await socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                began = time.perf_counter()
                text, data = message.get("text"), message.get("bytes")
                said = JSON if text is not None else kind
                payload = text.encode() if text is not None else data or b""
                most = limits.max_body_bytes if said.startswith("image/") else limits.max_message_bytes
                if len(payload) > most:
                    await socket.close(TOO_LARGE, "the message is too large")
                    return
                work = partial(answer, service, session, said, payload, {}, None)
                try:
                    with service.sessions.at_work(session):
                        sent, media = await loop.run_in_executor(service.pool, work)
                except BoxtrailError as error:
                    await socket.send_text(json.dumps({"message": str(error)}))
                    if session.closed:
                        await socket.close(REFUSED, "the session is closed")
                        return
                    continue
                service.sessions.note(session, time.perf_counter() - began)
                if media == JSON:
                    await socket.send_text(sent.decode())
                else:
                    await socket.send_bytes(sent)
        except WebSocketDisconnect:
            return

    return routes


__all__ = ["router"]
