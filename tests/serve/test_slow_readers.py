"""Clients who ask and never read the answer: the connection is closed, and what it held is free again."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from boxtrail.serve import Client
from boxtrail.serve.patience import PatientProtocol, PatientSocket
from served_sockets import Running
from waiting import until

BUFFER = 4096  # bytes that the systems of client and server hold of an answer
SPECIFICATION = {
    "inputs": [{"type": "WorkflowImage", "name": "image"}],
    "steps": [],
    "outputs": [{"type": "JsonField", "name": "back", "selector": "$inputs.image"}],
}


class Impatient(PatientProtocol):
    stall_seconds = 0.5
    look_seconds = 0.05


class ImpatientSocket(PatientSocket):
    stall_seconds = 0.5


@pytest.fixture
def server(serve: Any) -> Iterator[Running]:
    with serve(http=Impatient, ws=ImpatientSocket, send_buffer=BUFFER) as server:
        yield server


def connection(server: Running) -> socket.socket:
    client = socket.socket()
    client.setsockopt(
        socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER
    )  # before connecting: it goes into the handshake
    client.settimeout(30)
    client.connect(("127.0.0.1", server.port))
    return client


def request_of_much(side: int = 600) -> bytes:
    """A workflow that gives the image back."""
    file = io.BytesIO()
    Image.new("RGB", (side, side)).save(file, "BMP")
    image = {"type": "base64", "value": base64.b64encode(file.getvalue()).decode()}
    body = json.dumps({"specification": SPECIFICATION, "inputs": {"image": image}}).encode()
    return b"POST /workflows/run HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def nothing_is_held(server: Running, connections: int = 0) -> bool:
    """No connection, no task, no byte of an answer."""
    state = server.server.server_state
    return len(state.connections) == connections and not state.tasks and server.app.bodies.in_memory == 0


def test_an_answer_that_nobody_reads_is_given_up(server: Running) -> None:
    with connection(server) as client:
        client.sendall(request_of_much())
        until(lambda: server.server.server_state.connections)
        until(lambda: nothing_is_held(server))


def test_requests_sent_ahead_of_answers_nobody_reads_are_given_up_too(server: Running) -> None:
    with connection(server) as client:
        client.sendall(request_of_much(200) * 3)
        until(lambda: server.server.server_state.connections)
        until(lambda: nothing_is_held(server))


def test_an_answer_waits_in_pieces_and_counts_while_it_does(serve: Any) -> None:
    with serve(send_buffer=BUFFER) as server, connection(server) as client:
        client.sendall(request_of_much())
        until(lambda: server.app.bodies.in_memory > 10**6)
        (held,) = server.server.server_state.connections
        until(held.transport.get_write_buffer_size)
        assert held.transport.get_write_buffer_size() <= 2**16


def test_a_connection_that_the_server_closes_does_not_wait_for_its_reader(server: Running) -> None:
    request = request_of_much(200).replace(b"Host: x", b"Host: x\r\nConnection: close")
    with connection(server) as client:
        client.sendall(request)
        until(lambda: server.server.server_state.connections)
        until(lambda: nothing_is_held(server))


class Calm(PatientProtocol):
    stall_seconds = 2.0


def test_one_who_reads_slowly_but_steadily_gets_everything(serve: Any) -> None:
    with serve(http=Calm, send_buffer=BUFFER) as server, connection(server) as client:
        client.sendall(request_of_much(200))
        answer = b""
        while b'"profiler_trace":[]}' not in answer:
            part = client.recv(8192)
            assert part
            answer += part
            time.sleep(0.15)  # the whole takes longer than the server's patience
        assert answer.startswith(b"HTTP/1.1 200")


def test_a_stream_whose_answers_nobody_reads_is_closed(serve: Any) -> None:
    with serve(http=Impatient, ws=ImpatientSocket, send_buffer=BUFFER) as server:
        server.server.config.ws_ping_interval = (
            None  # a missing pong would end it too, but not what waits to be sent
        )
        with Client(server.url) as client, client.open() as session:
            address = f"ws{server.url[4:]}/v1/sessions/{session.id}/stream"
            raw = connection(server)
            sending = threading.Thread(target=flood, args=(address, raw), daemon=True)
            sending.start()
            try:
                until(lambda: session.info().frames > 0)
                until(lambda: nothing_is_held(server, connections=1))  # but the client's own
            finally:
                raw.close()
            sending.join(30)


def flood(address: str, raw: socket.socket) -> None:
    """Frames without end, of which no answer is read."""
    frame = json.dumps({"detections": [[10.0 * k, 10, 10.0 * k + 8, 50, 0.9, 0] for k in range(2000)]})
    with (
        contextlib.suppress(ConnectionClosed, OSError),
        connect(address, sock=raw, max_queue=1, ping_interval=None, close_timeout=0.1) as stream,
    ):
        while True:
            stream.send(frame)
