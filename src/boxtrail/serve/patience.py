"""Connections of clients who take their time: one that keeps the server waiting is closed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.auto import AutoWebSocketsProtocol

STALL_SECONDS = 30.0  # in which a body or an answer must come on by LEAST_BYTES
LEAST_BYTES = 4096

if TYPE_CHECKING:
    Socket = asyncio.Protocol
else:
    Socket = AutoWebSocketsProtocol


class Outflow:
    """Watches that a client takes what is sent to it; one that does not loses the connection.

    uvicorn waits for such a client for ever, also after it has closed the connection by itself: closing waits for
    what is not sent yet.
    """

    def __init__(self, stall_seconds: float, least_bytes: int) -> None:
        self._stall_seconds, self._least_bytes = stall_seconds, least_bytes
        self._timer: asyncio.TimerHandle | None = None

    def attach(self, transport: asyncio.Transport) -> None:
        """Hear of every byte the system did not take at once, not only of many."""
        transport.set_write_buffer_limits(high=0)

    def begin(self, transport: asyncio.Transport) -> None:
        """Bytes wait to be sent; while they do, no others are added."""
        left = transport.get_write_buffer_size()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._stall_seconds, self._look, transport, left)

    def end(self) -> None:
        """They are sent, or nobody is there any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self, transport: asyncio.Transport, before: int) -> None:
        left = transport.get_write_buffer_size()
        if left and before - left < self._least_bytes:
            transport.abort()
        elif left:
            self.begin(transport)


class PatientProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, with an end to its patience.

    uvicorn itself waits for ever for the rest of a request, and for somebody to read an answer, and keeps headers of
    any length.
    """

    head_seconds = 20.0  # from the connection, or the first byte of a request, to the end of its headers
    stall_seconds = STALL_SECONDS
    least_bytes = LEAST_BYTES
    most_head_bytes = 65536
    look_seconds = 5.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._outflow = Outflow(self.stall_seconds, self.least_bytes)
        self._outflow.attach(transport)
        self._in_head, self._head_bytes = True, 0
        self._bytes = self._marked_bytes = 0
        self._began = self._marked = self.loop.time()
        self.loop.call_later(self.look_seconds, self._look)

    def pause_writing(self) -> None:
        """The client does not take what is sent."""
        super().pause_writing()
        self._outflow.begin(self.transport)

    def resume_writing(self) -> None:
        """It has taken all."""
        super().resume_writing()
        self._outflow.end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits any more."""
        self._outflow.end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes."""
        self._bytes += len(data)
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > self.most_head_bytes and not self.transport.is_closing():
                self.send_400_response("The headers are too long.")

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._in_head, self._head_bytes, self._began = True, 0, self.loop.time()

    def on_headers_complete(self) -> None:
        """Its headers are there."""
        super().on_headers_complete()
        self._in_head = False
        self._marked, self._marked_bytes = self.loop.time(), self._bytes

    def _look(self) -> None:
        if self.transport.is_closing() or self.transport.get_protocol() is not self:
            return  # gone, or a WebSocket by now, which has pings of its own
        now = self.loop.time()
        if self._in_head:
            late = now - self._began > self.head_seconds
        elif self._waits_for_body():
            if self._bytes - self._marked_bytes >= self.least_bytes:
                self._marked, self._marked_bytes = now, self._bytes
            late = now - self._marked > self.stall_seconds
        else:
            self._marked, self._marked_bytes, late = now, self._bytes, False
        if late:
            self.transport.close()  # the request ends as if the client had gone
        else:
            self.loop.call_later(self.look_seconds, self._look)

    def _waits_for_body(self) -> bool:
        cycle: Any = self.cycle
        taking = not self.flow.read_paused  # else the server is the slow one
        return bool(cycle is not None and cycle.more_body and not cycle.response_complete and taking)


class PatientSocket(Socket):
    """A WebSocket as uvicorn speaks it, with an end to its patience; its pings end nothing while bytes wait."""

    stall_seconds = STALL_SECONDS
    least_bytes = LEAST_BYTES
    transport: asyncio.Transport

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to watch."""
        self._outflow = Outflow(self.stall_seconds, self.least_bytes)
        super().connection_made(transport)

    def pause_writing(self) -> None:
        """The client does not take what is sent."""
        super().pause_writing()
        self._outflow.begin(self.transport)

    def resume_writing(self) -> None:
        """It has taken all."""
        super().resume_writing()
        self._outflow.end()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits any more."""
        self._outflow.end()
        super().connection_lost(exc)


__all__ = ["PatientProtocol", "PatientSocket"]
