"""Videos whose headers promise frames that fill the memory, and settings that would make them."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from PIL import Image

from boxtrail.errors import SourceError
from boxtrail.io.sources import open_source
from boxtrail.io.video import VideoReader
from boxtrail.serve.limits import Limits
from boxtrail.serve.served_model import ServedModel
from hostile_bodies import alive, little_memory
from left_files import files_named
from roboflow_requests import workflow
from served_sockets import Running
from supervisely_requests import png

SIDE = 16_000  # what FFmpeg itself refuses is larger


@pytest.fixture
def bomb(tmp_path: Path) -> Path:
    """A video of some kilobytes whose header tells of frames of 768 megabytes each."""
    path = tmp_path / "bomb.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"FFV1"), 12.0, (96, 64))
    for _ in range(3):
        writer.write(np.full((64, 96, 3), 40, np.uint8))
    writer.release()
    path.write_bytes(path.read_bytes().replace(struct.pack("<II", 96, 64), struct.pack("<II", SIDE, SIDE)))
    with closing(VideoReader(path)) as reader:
        assert reader.frame_size == (SIDE, SIDE)
    return path


def upload(server: Running, kind: str, name: str, data: bytes, state: Any = None) -> httpx.Response:
    said = {} if state is None else {"state": json.dumps(state)}
    return httpx.post(
        f"{server.url}/inference_{kind}_async", files=[("files", (name, data))], data=said, timeout=120
    )


def outcome(server: Running, started: httpx.Response) -> Any:
    """What ended a job, or None."""
    assert started.status_code == 200, started.text
    job = {"state": {"inference_request_uuid": started.json()["inference_request_uuid"]}}
    while True:
        said = httpx.post(f"{server.url}/pop_inference_results", json=job, timeout=120).json()
        if said["exception"] or (said["finished"] and not said["pending_results"]):
            return said["exception"]


def test_a_video_that_promises_huge_frames_is_refused_before_one_is_decoded(
    server: Running, bomb: Path, temporary: Path
) -> None:
    with little_memory():
        answer = upload(server, "video", "a.avi", bomb.read_bytes(), {"tracker": "bytetrack"})
    assert answer.status_code == 413, answer.text
    assert f"{SIDE} × {SIDE} pixels" in answer.json()["message"]
    assert not files_named(temporary, "*.avi")
    assert alive(server)


def test_a_pipeline_refuses_it_too(serve: Any, bomb: Path) -> None:
    model = ServedModel(lambda image: [], video_roots=[bomb.parent])
    body = {
        "video_configuration": {"video_reference": str(bomb)},
        "processing_configuration": {"workflow_specification": workflow()},
    }
    with serve(model=model) as server, little_memory():
        answer = httpx.post(f"{server.url}/inference_pipelines/initialise", json=body, timeout=120)
        assert answer.status_code == 400
        assert "pixels" in answer.json()["message"]


def test_frames_that_grow_later_are_brought_to_the_size_that_was_promised(tmp_path: Path) -> None:
    frames = [np.full((side, side, 3), 90, np.uint8) for side in (64, 64, 640)]
    path = tmp_path / "grows.mjpeg"
    path.write_bytes(b"".join(cv2.imencode(".jpg", frame)[1].tobytes() for frame in frames))
    shapes = {frame.image.shape for frame in open_source(path, prefetch=0, max_pixels=64 * 64)}
    assert shapes == {(64, 64, 3)}
    with pytest.raises(SourceError, match="64 × 64 pixels; at most 4095"):
        open_source(path, max_pixels=64 * 64 - 1)


def test_a_video_within_the_limit_is_tracked(serve: Any, video: Path) -> None:
    for most, status in ((96 * 64, 200), (96 * 64 - 1, 413)):
        with serve(limits=Limits(max_pixels=most)) as server:
            assert upload(server, "video", "a.mp4", video.read_bytes()).status_code == status


@pytest.mark.parametrize("img_size", [20_000, [20_000, 20_000], 10**9])
def test_images_are_not_blown_up_beyond_the_limit(server: Running, img_size: Any) -> None:
    with little_memory():
        started = upload(server, "batch", "a.png", png(30), {"settings": {"img_size": img_size}})
        if started.status_code == 200:
            assert outcome(server, started)["type"] == "ConfigError"
        else:
            assert started.status_code == 400
            assert "img_size" in started.json()["message"]


class CountingDetector:
    """Finds nothing, and remembers how many images it got at once."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.batches: list[int] = []

    def __call__(self, images: Sequence[Any], frame_indices: Sequence[int] | None = None) -> list[Any]:
        self.batches.append(len(images))
        return [np.zeros((0, 6)) for _ in images]

    def reset(self) -> None:
        """It remembers no frames."""


def test_a_batch_has_no_more_images_than_fit_into_memory(serve: Any) -> None:
    detector = CountingDetector()
    file = io.BytesIO()
    Image.new("1", (1000, 1000)).save(file, "PNG")
    files = [("files", ("a.png", file.getvalue())) for _ in range(20)]
    with serve(limits=Limits(max_pixels=10**6), model=ServedModel(detector)) as server:
        started = httpx.post(
            f"{server.url}/inference_batch_async",
            files=files,
            data={"state": '{"batch_size": 1000000}'},
            timeout=120,
        )
        assert outcome(server, started) is None
    assert max(detector.batches) == 4


def test_windows_without_number_are_told_as_an_error(server: Running) -> None:
    params = {"windowHeight": 1, "windowWidth": 1}
    settings = {"inference_mode": "sliding_window", "sliding_window_params": params, "img_size": 4000}
    with little_memory():
        error = outcome(server, upload(server, "batch", "a.png", png(30), {"settings": settings}))
    assert error["type"] == "ConfigError"
    assert "windows" in error["message"]
