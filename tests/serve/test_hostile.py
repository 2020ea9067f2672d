"""Clients who send what nobody should: the right status, and the server lives."""

from __future__ import annotations

import contextlib
import io
import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from boxtrail.serve import Client
from boxtrail.serve.limits import Limits
from hostile_bodies import KINDS, alive, bombs_of_forms, json_of, little_memory, multipart, part
from left_files import files_in
from served_sockets import Running


@pytest.mark.parametrize(
    "path", ["/v1/sessions", "/workflows/run", "/infer/object_detection", "/pop_inference_results"]
)
def test_a_hundred_megabytes_of_json_are_refused_in_little_memory(server: Running, path: str) -> None:
    with little_memory():
        answer = httpx.post(
            server.url + path, content=json_of(100), headers={"Content-Type": "application/json"}, timeout=120
        )
        assert answer.status_code == 413
    assert alive(server)


def test_many_values_in_a_json_that_is_not_too_large_are_refused(server: Running) -> None:
    with little_memory():
        answer = httpx.post(f"{server.url}/workflows/run", content=b"".join(json_of(30)), timeout=120)
        assert answer.status_code == 400
        assert "values" in answer.json()["message"]


@pytest.mark.parametrize(
    "path", ["/v1/sessions", "/workflows/run", "/inference_pipelines/initialise", "/pop_inference_results"]
)
@pytest.mark.parametrize("body", [b"[" * 500_000, b'{"a":' * 500_000, b'{"state": ' + b"[" * 500_000])
def test_json_nested_too_deeply_is_refused(server: Running, path: str, body: bytes) -> None:
    answer = httpx.post(
        server.url + path, content=body, headers={"Content-Type": "application/json"}, timeout=120
    )
    assert answer.status_code in (400, 413, 422)
    assert answer.json()["message"]
    assert alive(server)


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_that_makes_no_sense_is_400_and_leaves_nothing(
    server: Running, temporary: Path, kind: str
) -> None:
    with little_memory():
        answer = httpx.post(
            f"{server.url}/inference_batch_async", **multipart(bombs_of_forms(kind)), timeout=120
        )
    assert answer.status_code == 400, answer.text
    assert answer.json()["message"]
    assert not files_in(temporary)
    assert alive(server)


def test_an_upload_that_is_too_large_is_413_though_it_does_not_say_so(serve: Any, temporary: Path) -> None:
    def body() -> Iterator[bytes]:
        yield part("files", b"", "a.mp4")[:-2]
        for _ in range(64):
            yield b"x" * 2**16

    with serve(limits=Limits(max_upload_bytes=2**20)) as server:
        for path in ("batch", "video"):
            answer = httpx.post(f"{server.url}/inference_{path}_async", **multipart(body()), timeout=120)
            assert answer.status_code == 413
            assert not files_in(temporary)


def test_thousands_of_files_are_taken_with_few_open_at_once(server: Running) -> None:
    file = io.BytesIO()
    Image.new("L", (8, 8)).save(file, "PNG")
    parts = iter([*(part("files", file.getvalue(), "a.png") for _ in range(3000)), b"--xyz--\r\n"])
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        answer = httpx.post(f"{server.url}/inference_batch_async", **multipart(parts), timeout=120)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert answer.status_code == 200, answer.text


def test_a_thousand_sessions_are_not_opened_and_the_others_live(serve: Any) -> None:
    with serve(limits=Limits(max_sessions=100)) as server, little_memory():
        with httpx.Client(base_url=server.url, timeout=120) as client:
            said = [client.post("/v1/sessions", json={}).status_code for _ in range(1000)]
            assert said.count(201) == 100
            assert said.count(429) == 900
            for session in client.get("/v1/sessions").json()[:1]:
                client.delete(f"/v1/sessions/{session['id']}")
        assert alive(server)


def test_a_huge_message_over_a_socket_ends_it(serve: Any) -> None:
    with serve(limits=Limits(max_body_bytes=2**22)) as server, little_memory():
        with Client(server.url) as client, client.open() as session:
            address = f"ws{server.url[4:]}/v1/sessions/{session.id}/stream?form=raw"
            with connect(address, max_size=None) as stream:
                with contextlib.suppress(ConnectionClosed):  # it may be closed while we still send
                    stream.send(bytes(64 * 2**20))
                with pytest.raises(ConnectionClosed):
                    stream.recv(timeout=120)
        assert alive(server)
