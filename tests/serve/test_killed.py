"""Clients and servers that are killed in the middle of their work, and clients at once."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from boxtrail.errors import SourceError
from boxtrail.predict import ModelAPI
from boxtrail.serve import Client
from hostile_bodies import alive, part
from left_files import files_named
from served_frames import boxes, tracked
from served_sockets import Running
from waiting import until


def test_a_client_that_is_killed_in_the_middle_of_an_upload_leaves_nothing(
    server: Running, temporary: Path
) -> None:
    head = (
        b"POST /inference_video_async HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=xyz\r\n"
        b"Content-Length: 10000000\r\n\r\n"
    )
    client = socket.create_connection(("127.0.0.1", server.port), timeout=120)
    client.sendall(head + part("files", b"x" * 100_000, "a.mp4"))
    until(lambda: files_named(temporary, "a.mp4"))
    client.close()
    until(lambda: not files_named(temporary, "a.mp4"))
    assert alive(server)


def test_a_client_that_is_killed_in_the_middle_of_a_frame_leaves_its_session_as_it_was(
    server: Running,
) -> None:
    frames = boxes(5)
    with Client(server.url) as client, client.open(form="json") as session:
        for rows in frames[:2]:
            session.update(rows)
        head = f"POST /v1/sessions/{session.id}/frames HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n"
        dying = socket.create_connection(("127.0.0.1", server.port), timeout=120)
        dying.sendall(head.encode() + b'{"detections": [[')
        dying.close()
        for rows, theirs in zip(frames[2:], tracked(frames)[2:], strict=True):
            assert np.array_equal(session.update(rows), theirs)
        assert server.app.service.sessions.find(session.id).waiting == 0


def test_clients_at_once_never_see_each_others_tracks(server: Running) -> None:
    streams = [boxes(15, seed=seed) for seed in range(6)]
    expected = [tracked(frames) for frames in streams]

    def follow(index: int) -> bool:
        with Client(server.url) as client, client.open(form="json") as session:
            return all(
                np.array_equal(session.update(rows), theirs)
                for rows, theirs in zip(streams[index], expected[index], strict=True)
            )

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(follow, range(6)))


def test_a_server_that_is_killed_in_the_middle_of_a_job_leaves_the_client_an_error_and_nothing_else(
    video: Path, tmp_path: Path, temporary: Path, serve: Any
) -> None:
    slow = tmp_path / "slow.py"
    slow.write_text(
        "import sys, time\n"
        "from boxtrail.serve.app import create_app\n"
        "from boxtrail.serve.limits import Limits\n"
        "from boxtrail.serve.running import bind, make_server\n"
        "from boxtrail.serve.served_model import ServedModel\n"
        "def detector(image):\n"
        "    time.sleep(0.2)\n"
        "    return []\n"
        "sock = bind('127.0.0.1', 0)\n"
        "print(sock.getsockname()[1], flush=True)\n"
        "make_server(create_app(ServedModel(detector)), Limits()).run(sockets=[sock])\n"
    )
    environment = {**os.environ, "TMPDIR": str(temporary)}
    process = subprocess.Popen([sys.executable, slow], stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        url = f"http://127.0.0.1:{int(process.stdout.readline())}"
        until(lambda: _answers(url))
        session = ModelAPI(url=url).predict_detached(video, tracking=True, batch_size=1)
        next(session)
        assert files_named(temporary, "*.mp4")
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        with pytest.raises(SourceError):
            list(session)
    finally:
        process.kill()
        process.communicate()
    with serve() as server:  # the next one cleans up
        with httpx.Client(base_url=server.url, timeout=120) as client:
            client.post("/inference_video_async", files=[("files", ("b.mp4", video.read_bytes()))])
        assert [path.name for path in files_named(temporary, "*.mp4")] == ["b.mp4"]


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return httpx.get(f"{url}/readiness").status_code == 200
    return False


def test_a_wrong_file_in_the_folder_of_temporary_files_is_left_alone(serve: Any, temporary: Path) -> None:
    mine = Path(tempfile.mkdtemp(prefix="boxtrail-serve-"))
    (mine / "mine.txt").write_text(json.dumps({}))
    with serve() as server:
        httpx.post(f"{server.url}/inference_batch_async", files=[("files", ("a.png", b"x"))], timeout=120)
    assert (mine / "mine.txt").is_file()
