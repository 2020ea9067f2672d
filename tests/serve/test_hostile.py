"""Clients who send what nobody should, or go in the middle of it: the right status, and the server lives."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import resource
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from boxtrail.errors import BoxtrailError, SourceError
from boxtrail.predict import ModelAPI
from boxtrail.serve import Client
from boxtrail.serve.images import declared_size, decode_image
from boxtrail.serve.limits import Limits
from boxtrail.serve.patience import PatientProtocol
from left_files import files_in, files_named
from served_frames import boxes, tracked
from served_sockets import Running

SIDE = 60_000


def until(what: Callable[[], Any], seconds: float = 30.0) -> Any:
    """What it gives as soon as it gives something."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)
    return found


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb() -> bytes:
    packed = zlib.compress(bytes(100_000))
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def patched(format: str, at: Callable[[bytes], int], size: bytes) -> bytes:
    """A small picture whose header says it is a huge one."""
    file = io.BytesIO()
    Image.new("RGB", (64, 64)).save(file, format)
    data = bytearray(file.getvalue())
    start = at(bytes(data))
    data[start : start + len(size)] = size
    return bytes(data)


def tiff_bomb() -> bytes:
    tags = [(256, 4, 1, SIDE), (257, 4, 1, SIDE), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1)]
    tags += [(273, 4, 1, 200), (277, 3, 1, 1), (278, 4, 1, SIDE), (279, 4, 1, 100)]
    entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + entries + bytes(400)


BOMBS = {
    "png": png_bomb(),
    "jpeg": patched("JPEG", lambda data: data.index(b"\xff\xc0") + 5, struct.pack(">HH", SIDE, SIDE)),
    "bmp": patched("BMP", lambda data: 18, struct.pack("<ii", SIDE, SIDE)),
    "gif": patched("GIF", lambda data: 6, struct.pack("<HH", SIDE, SIDE)),
    "webp": b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4)
    + (16383).to_bytes(3, "little") * 2 + bytes(8),
    "tiff": tiff_bomb(),
}  # fmt: skip


@pytest.fixture
def server(serve: Any) -> Iterator[Running]:
    with serve() as server:
        yield server


@contextlib.contextmanager
def little_memory(megabytes: int = 400) -> Iterator[None]:
    """Fails where the process needs so much more than it has had so far."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < megabytes, f"{grown:.0f} MB"


def alive(server: Running) -> bool:
    """It still tracks, and as before."""
    frames = boxes(3)
    with Client(server.url) as client, client.open(form="json") as session:
        return all(
            np.array_equal(session.update(rows), theirs)
            for rows, theirs in zip(frames, tracked(frames), strict=True)
        )


@pytest.mark.parametrize("kind", sorted(BOMBS))
def test_a_small_file_that_holds_a_huge_image_is_refused_before_it_is_unpacked(
    server: Running, kind: str, temporary: Path
) -> None:
    bomb = BOMBS[kind]
    assert declared_size(bomb) is not None
    with little_memory(), httpx.Client(base_url=server.url) as client:
        session = client.post("/v1/sessions", json={}).json()["id"]
        headers = {"Content-Type": f"image/{kind}"}
        own = client.post(f"/v1/sessions/{session}/frames", content=bomb, headers=headers)
        encoded = base64.b64encode(bomb).decode()
        infer = client.post(
            "/infer/object_detection", json={"model_id": "a/1", "image": {"type": "base64", "value": encoded}}
        )
        upload = client.post("/inference_batch_async", files=[("files", (f"a.{kind}", bomb))])
        for answer in (own, infer, upload):
            assert answer.status_code == 413, answer.text
            assert "pixels" in answer.json()["message"]
    assert not files_named(temporary, f"*.{kind}")
    assert alive(server)


def test_many_images_of_one_request_are_not_all_unpacked_at_once(serve: Any) -> None:
    file = io.BytesIO()
    Image.new("1", (1000, 1000)).save(file, "PNG")  # a hundred bytes or so
    image = {"type": "base64", "value": base64.b64encode(file.getvalue()).decode()}
    with serve(limits=Limits(max_pixels=10**6)) as server, little_memory():
        said = {"model_id": "a/1", "image": [image] * 2000}
        answer = httpx.post(f"{server.url}/infer/object_detection", json=said, timeout=60)
        assert answer.status_code == 413
        assert alive(server)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF", "ignore:Truncated File Read")
@pytest.mark.parametrize("length", [1, 8, 20, 40, 150])
@pytest.mark.parametrize("format", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF"])
def test_a_truncated_image_is_no_image_or_what_there_is_of_it(format: str, length: int) -> None:
    file = io.BytesIO()
    Image.effect_noise((64, 64), 50).convert("RGB").save(file, format)
    with contextlib.suppress(ValueError):  # InvalidInputError, and nothing else
        assert decode_image(file.getvalue()[:length], 10**6).shape[2] == 3


@pytest.mark.filterwarnings(
    "ignore:Corrupt EXIF", "ignore:Truncated File Read", "ignore::PIL.Image.DecompressionBombWarning"
)
def test_random_bytes_behind_every_signature_are_no_image() -> None:
    rng = np.random.default_rng(0)
    for start in (
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        b"BM",
        b"GIF89a",
        b"RIFF\0\0\0\0WEBP",
        b"II*\0",
        b"MM\0*",
    ):
        for _ in range(50):
            with contextlib.suppress(BoxtrailError):
                decode_image(start + rng.bytes(300), 10**6)


def json_of(megabytes: int) -> Iterator[bytes]:
    yield b'{"detections": ['
    for _ in range(megabytes):
        yield b"[]," * (2**20 // 3)
    yield b"[]]}"


@pytest.mark.parametrize(
    "path", ["/v1/sessions", "/workflows/run", "/infer/object_detection", "/pop_inference_results"]
)
def test_a_hundred_megabytes_of_json_are_refused_in_little_memory(server: Running, path: str) -> None:
    with little_memory():
        answer = httpx.post(
            server.url + path, content=json_of(100), headers={"Content-Type": "application/json"}, timeout=60
        )
        assert answer.status_code == 413
    assert alive(server)


def test_many_values_in_a_json_that_is_not_too_large_are_refused(server: Running) -> None:
    with little_memory():
        answer = httpx.post(f"{server.url}/workflows/run", content=b"".join(json_of(30)), timeout=60)
        assert answer.status_code == 400
        assert "values" in answer.json()["message"]


@pytest.mark.parametrize(
    "path", ["/v1/sessions", "/workflows/run", "/inference_pipelines/initialise", "/pop_inference_results"]
)
@pytest.mark.parametrize("body", [b"[" * 500_000, b'{"a":' * 500_000, b'{"state": ' + b"[" * 500_000])
def test_json_nested_too_deeply_is_refused(server: Running, path: str, body: bytes) -> None:
    answer = httpx.post(server.url + path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 413, 422)
    assert answer.json()["message"]
    assert alive(server)


def multipart(parts: Iterator[bytes], boundary: str = "xyz") -> dict[str, Any]:
    return {"content": parts, "headers": {"Content-Type": f"multipart/form-data; boundary={boundary}"}}


def part(name: str, data: bytes, file: str | None = None, more: bytes = b"") -> bytes:
    extra = "" if file is None else f'; filename="{file}"'
    return (
        f'--xyz\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n'.encode()
        + more
        + b"\r\n"
        + data
        + b"\r\n"
    )


def bombs_of_forms(kind: str) -> Iterator[bytes]:
    if kind == "huge field":
        yield part("state", b"")[:-2]
        for _ in range(20):
            yield b"x" * 2**20
        yield b"\r\n--xyz--\r\n"
    elif kind == "many fields":
        for index in range(5000):
            yield part(f"f{index}", b"x" * 1000)
    elif kind == "long header":
        yield part("files", b"x", "a.png", b"X-Long: " + b"y" * 2**20 + b"\r\n")
    elif kind == "many headers":
        yield part("files", b"x", "a.png", b"".join(b"X-%d: y\r\n" % index for index in range(10_000)))
    elif kind == "no end":
        yield part("files", b"x" * 1000, "a.png")
    elif kind == "no parts":
        yield b"--xyz--\r\n"
    else:
        yield b"nothing of the kind"


KINDS = ["huge field", "many fields", "long header", "many headers", "no end", "no parts", "nonsense"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_that_makes_no_sense_is_400_and_leaves_nothing(
    server: Running, temporary: Path, kind: str
) -> None:
    with little_memory():
        answer = httpx.post(
            f"{server.url}/inference_batch_async", **multipart(bombs_of_forms(kind)), timeout=60
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
            answer = httpx.post(f"{server.url}/inference_{path}_async", **multipart(body()), timeout=60)
            assert answer.status_code == 413
            assert not files_in(temporary)


def test_thousands_of_files_are_taken_with_few_open_at_once(server: Running) -> None:
    file = io.BytesIO()
    Image.new("L", (8, 8)).save(file, "PNG")
    parts = iter([*(part("files", file.getvalue(), "a.png") for _ in range(3000)), b"--xyz--\r\n"])
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        answer = httpx.post(f"{server.url}/inference_batch_async", **multipart(parts), timeout=60)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert answer.status_code == 200, answer.text


def test_a_thousand_sessions_are_not_opened_and_the_others_live(serve: Any) -> None:
    with serve(limits=Limits(max_sessions=100)) as server, little_memory():
        with httpx.Client(base_url=server.url) as client:
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
                    stream.recv(timeout=30)
        assert alive(server)


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
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as slow:
            slow.sendall(sent)
            with contextlib.suppress(ConnectionResetError):
                while slow.recv(4096):
                    pass
        until(lambda: not files_named(temporary, "a.mp4"))
        assert alive(server)


def test_one_that_sends_a_byte_now_and_then_is_let_go_too(serve: Any) -> None:
    with serve(http=Impatient) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as slow:
            slow.sendall(b"GET / HTTP/1.1\r\n")
            slow.settimeout(0.05)
            closed = False
            end = time.monotonic() + 30
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
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        with contextlib.suppress(OSError):
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
            for index in range(5000):
                client.sendall(b"X-%d: " % index + b"y" * 1000 + b"\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(4096)[:12] in (b"HTTP/1.1 400", b"")
    assert alive(server)


def test_a_client_that_is_killed_in_the_middle_of_an_upload_leaves_nothing(
    server: Running, temporary: Path
) -> None:
    head = (
        b"POST /inference_video_async HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=xyz\r\n"
        b"Content-Length: 10000000\r\n\r\n"
    )
    client = socket.create_connection(("127.0.0.1", server.port), timeout=30)
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
        dying = socket.create_connection(("127.0.0.1", server.port), timeout=30)
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
        with httpx.Client(base_url=server.url) as client:
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
        httpx.post(f"{server.url}/inference_batch_async", files=[("files", ("a.png", b"x"))])
    assert (mine / "mine.txt").is_file()
