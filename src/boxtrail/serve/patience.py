"""Connections of clients who take their time: one that keeps the server waiting is closed."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class PatientProtocol(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, with an end to its patience.

    uvicorn itself waits for ever for the rest of a request, and keeps headers of any length.
    """

    head_seconds = 20.0  # from the connection, or the first byte of a request, to the end of its headers
    stall_seconds = 30.0  # in which a body must come on by ``least_bytes``
    least_bytes = 4096
    most_head_bytes = 65536
    look_seconds = 5.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._in_head, self._head_bytes = True, 0
        self._bytes = self._marked_bytes = 0
        self._began = self._marked = self.loop.time()
        self.loop.call_later(self.look_seconds, self._look)

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


__all__ = ["PatientProtocol"]
