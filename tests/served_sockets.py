"""A server in a thread, on a socket of 127.0.0.1."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import uvicorn

from boxtrail.serve.app import Application
from boxtrail.serve.limits import Limits
from boxtrail.serve.running import bind, make_server


@dataclass
class Running:
    """A server on a socket."""

    url: str
    app: Application
    server: uvicorn.Server

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@contextlib.contextmanager
def running(
    app: Application, limits: Limits, http: Any = None, ws: Any = None, send_buffer: int | None = None
) -> Iterator[Running]:
    """A server in a thread, until the end of the block.

    ``send_buffer`` is what the system takes of an answer, in bytes.
    """
    server = make_server(app, limits)
    server.config.http, server.config.ws = http or server.config.http, ws or server.config.ws
    started = threading.Event()
    server_startup = server.startup

    async def startup(*arguments: Any, **given: Any) -> None:
        await server_startup(*arguments, **given)
        started.set()

    server.startup = startup  # type: ignore[method-assign]
    listening = bind("127.0.0.1", 0)
    if send_buffer is not None:  # connections have it from the socket that listens
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    assert started.wait(30)
    try:
        yield Running(f"http://127.0.0.1:{listening.getsockname()[1]}", app, server)
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()
        assert not thread.is_alive()
