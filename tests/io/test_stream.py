"""Cameras and network streams."""

from __future__ import annotations

import http.server
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from boxtrail.errors import ConfigError, SourceError
from boxtrail.io import open_source, stream
from boxtrail.io import sources as sources_module
from boxtrail.io.selection import Selection
from boxtrail.io.sources import FrameSource
from boxtrail.io.stream import StreamReader, is_url, without_secrets


class FakeCapture:
    """Delivers ``num_frames`` frames, then nothing more; None never ends."""

    def __init__(self, num_frames: int | None, *, opened: bool = True) -> None:
        self.left, self.opened, self.grabbed = num_frames, opened, 0

    def isOpened(self) -> bool:  # noqa: N802
        return self.opened

    def grab(self) -> bool:
        if self.left == 0:
            return False
        self.grabbed += 1
        if self.left is not None:
            self.left -= 1
        return True

    def retrieve(self) -> tuple[bool, NDArray[np.uint8]]:
        return True, np.full((4, 6, 3), self.grabbed % 256, np.uint8)

    def get(self, what: int) -> float:
        return {cv2.CAP_PROP_FPS: 15.0}.get(what, -1.0)

    def release(self) -> None:
        self.opened = False


class Camera:
    """A clock, the pauses slept, and the captures handed out one after the other."""

    def __init__(self, *captures: FakeCapture) -> None:
        self.captures = list(captures)
        self.pauses: list[float] = []
        self.now = 0.0
        self.num_connections = 0

    def connect(self, _target: str | int) -> FakeCapture:
        self.num_connections += 1
        return self.captures.pop(0) if self.captures else FakeCapture(0, opened=False)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        self.now += 0.1
        return self.now

    def reader(self, target: str | int = "rtsp://10.0.0.5/live", attempts: int = 4) -> StreamReader:
        return StreamReader(
            target, attempts=attempts, sleep=self.sleep, clock=self.clock, connect=self.connect
        )


def _read(reader: StreamReader, count: int) -> None:
    for _ in range(count):
        reader.read()


def test_a_broken_connection_is_made_again_and_indices_go_on() -> None:
    camera = Camera(FakeCapture(3), FakeCapture(0, opened=False), FakeCapture(2))
    reader = camera.reader()
    frames = [reader.read() for _ in range(5)]
    assert [frame.index for frame in frames if frame] == [0, 1, 2, 3, 4]
    assert camera.pauses == [0.5, 1.0]
    times = [frame.timestamp for frame in frames if frame]
    assert times == sorted(set(times))


def test_the_attempts_are_bounded_and_their_pauses_grow(caplog: pytest.LogCaptureFixture) -> None:
    camera = Camera(FakeCapture(1))
    reader = camera.reader("rtsp://admin:secret@10.0.0.5:554/live?token=abc", attempts=6)
    assert reader.read() is not None
    with caplog.at_level(logging.WARNING, "boxtrail"), pytest.raises(SourceError) as caught:
        reader.read()
    assert str(caught.value) == "rtsp://10.0.0.5:554/live ended and did not come back in 6 attempts"
    assert camera.pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
    assert camera.num_connections == 7
    assert "secret" not in caplog.text
    assert "abc" not in caplog.text


def test_a_stream_that_ends_at_once_each_time_does_not_reconnect_for_ever() -> None:
    camera = Camera(*(FakeCapture(1) for _ in range(100)))
    reader = camera.reader(attempts=3)
    with pytest.raises(SourceError, match="did not come back in 3 attempts"):
        _read(reader, 50)
    assert camera.num_connections == 4


def test_a_connection_that_held_long_grants_the_attempts_anew() -> None:
    camera = Camera(*(FakeCapture(150) for _ in range(6)))
    reader = camera.reader(attempts=2)
    assert all(reader.read() is not None for _ in range(900))
    assert camera.pauses == [0.5] * 5


def test_the_reader_of_a_slow_consumer_loses_the_oldest_frames() -> None:
    camera = Camera(FakeCapture(None))
    source = FrameSource(camera.reader(0), Selection(num_frames=3), prefetch=4)
    indices = []
    for frame in source:
        indices.append(frame.index)
        threading.Event().wait(0.02)
    source.close()
    assert len(indices) == 3
    assert indices[2] > indices[0] + 10
    assert (source.name, source.fps, source.is_live, source.num_frames) == ("camera0", 15.0, True, 3)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(end_frame=3), [0, 1, 2]),
        (Selection(stride=2, start_frame=1, num_frames=3), [1, 3, 5]),
        (Selection(duration=0.35), [0, 1, 2, 3]),
    ],
)
def test_a_live_source_is_limited_by_its_own_clock(selection: Selection, expected: list[int]) -> None:
    source = FrameSource(Camera(FakeCapture(None)).reader(0), selection, prefetch=0)
    assert [frame.index for frame in source] == expected


def test_closing_ends_a_pause_between_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "FIRST_DELAY", 60.0)
    monkeypatch.setattr(stream, "LONGEST_DELAY", 60.0)
    captures = [FakeCapture(1)]
    lost = threading.Event()

    def connect(_target: str | int) -> FakeCapture:
        return captures.pop(0)

    class Losing(StreamReader):
        def _reconnect(self) -> None:
            lost.set()
            super()._reconnect()

    source = FrameSource(Losing("rtsp://x/y", connect=connect), Selection(), prefetch=2)
    iterator = iter(source)
    next(iterator)
    assert lost.wait(5)
    source.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "boxtrail-decode"]
    assert list(iterator) == []


def test_what_does_not_answer_at_first_is_refused() -> None:
    with pytest.raises(SourceError, match=r"cannot open camera 3: is it plugged in"):
        Camera().reader(3)
    with pytest.raises(SourceError, match=r"cannot open rtsp://h/x: is the address right"):
        Camera().reader("rtsp://me:pw@h/x")


def test_numbers_are_cameras_unless_a_path_has_that_name(
    make_images: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sources_module, "open_camera", lambda index: Camera(FakeCapture(None)).reader(index))
    monkeypatch.chdir(tmp_path)
    assert open_source(0).name == "camera0"
    assert open_source("2").name == "camera2"
    make_images(["1.png"], "0001")
    assert open_source("0001").name == "0001"
    with pytest.raises(ConfigError, match="camera index must be at least 0, not -1"):
        open_source(-1)


def test_addresses_are_told_from_paths() -> None:
    assert is_url("rtsp://h/x")
    assert is_url("HTTP://h/x")
    assert not is_url("C:\\clips\\a.mp4")
    assert not is_url("C://clips/a.mp4")
    assert without_secrets("rtsp://u:p@h:554/x?k=1#f") == "rtsp://h:554/x"
    with pytest.raises(SourceError, match="ftp:// is none of rtsp"):
        open_source("ftp://h/x.mp4")


@contextmanager
def serving(reply: Callable[[http.server.BaseHTTPRequestHandler], None]) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                reply(self)
            except ConnectionError:
                self.close_connection = True

        def log_message(self, *arguments: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _motion_jpeg(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
    handler.end_headers()
    for k in range(12):
        picture = cv2.imencode(".jpg", np.full((48, 64, 3), 16 * k, np.uint8))[1].tobytes()
        handler.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\n")
        handler.wfile.write(b"Content-Length: %d\r\n\r\n%s\r\n" % (len(picture), picture))


def test_a_motion_jpeg_stream_is_read_over_http() -> None:
    with serving(_motion_jpeg) as address:
        source = open_source(f"{address}/door.mjpg", num_frames=5, prefetch=20)
        levels = [float(frame.image.mean()) for frame in source]
        source.close()
    assert source.is_live
    assert source.name == "127.0.0.1-door"
    np.testing.assert_allclose(levels, [0, 16, 32, 48, 64], atol=3)


def test_a_video_file_behind_an_address_loses_no_frame(make_video: Callable[..., Path]) -> None:
    content = make_video(30).read_bytes()

    def reply(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    with serving(reply) as address:
        source = open_source(f"{address}/clip.avi", prefetch=2)
        assert (source.is_live, source.num_frames) == (False, 30)
        assert [frame.index for frame in source] == list(range(30))
        source.close()
