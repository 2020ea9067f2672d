"""Clients who begin a request and keep the server waiting for the rest."""

from __future__ import annotations

import contextlib
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from boxtrail.serve.patience import PatientProtocol
from hostile_bodies import alive, part
from left_files import files_named
from served_sockets import Running
from waiting import until


class Impatient(PatientProtocol):
    head_seconds = stall_seconds = 0.3
    look_seconds = 0.05


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: y",
        b"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
        b"POST /inference_video_async HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=xyz\r\n"
        b"Content-Length: 100000\r\n\r\n" + part("files", b"x" * 5000, "a.mp4"),
    ],
)
def test_a_client_that_keeps_the_server_waiting_is_let_go(serve: Any, temporary: Path, sent: bytes) -> None:
    with serve(http=Impatient) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=120) as slow:
            slow.sendall(sent)
            with contextlib.suppress(ConnectionResetError):
                while slow.recv(4096):
                    pass
        until(lambda: not files_named(temporary, "a.mp4"))
        assert alive(server)


def test_one_that_sends_a_byte_now_and_then_is_let_go_too(serve: Any) -> None:
    with serve(http=Impatient) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=120) as slow:
            slow.sendall(b"GET / HTTP/1.1\r\n")
            slow.settimeout(0.05)
            closed = False
            end = time.monotonic() + 120
            while not closed and time.monotonic() < end:
                try:
                    slow.sendall(b"X")
                    closed = slow.recv(4096) == b""
                except TimeoutError:
                    continue
                except OSError:
                    closed = True
            assert closed
        assert alive(server)


def test_headers_without_end_are_refused(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=120) as client:
        with contextlib.suppress(OSError):
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
            for index in range(5000):
                client.sendall(b"X-%d: " % index + b"y" * 1000 + b"\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(4096)[:12] in (b"HTTP/1.1 400", b"")
    assert alive(server)
