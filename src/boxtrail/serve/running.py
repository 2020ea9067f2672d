"""The application on a socket."""

from __future__ import annotations

import gc
import socket
from typing import Any

import uvicorn

from boxtrail.errors import ConfigError
from boxtrail.serve.limits import Limits
from boxtrail.serve.patience import PatientProtocol, PatientSocket

NEW_OBJECTS = 10_000  # lists and the like, more than were let go, after which Python looks for garbage
ROUNDS = 20  # of them after which it looks at older objects too


def settle() -> None:
    """Let Python's search for garbage stop the server less often, and for less.

    A full search through what was imported and made takes tens of milliseconds, in which nobody is answered; the
    rows of a few frames alone would set one off again and again, though they are let go without it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, ROUNDS, ROUNDS)


def make_server(app: Any, limits: Limits) -> uvicorn.Server:
    """A server for an application; nothing it logs holds a body, an address or a token."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=PatientProtocol,
            ws=PatientSocket,
            ws_max_size=limits.max_body_bytes,
            ws_per_message_deflate=False,  # rows of numbers hardly shrink, and packing them takes longer than tracking
            timeout_keep_alive=75,  # longer than clients keep one, so that none is closed as a request comes
            timeout_graceful_shutdown=5,
            log_level="warning",
            access_log=False,  # paths may hold a token
            proxy_headers=False,
            server_header=False,
        )
    )


def bind(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 takes a free one.

    Raises:
        ConfigError: if the address cannot be had.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        raise ConfigError(f"cannot listen at {host}:{port}: {error.strerror or error}") from error
    return listening


__all__ = ["bind", "make_server", "settle"]
