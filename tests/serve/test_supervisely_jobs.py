"""Requests of Supervisely's SDK while they are worked on, and those that fail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from boxtrail.serve.app import create_app
from boxtrail.serve.limits import Limits
from boxtrail.serve.served_model import ServedModel
from boxtrail.serve.supervisely import jobs as jobs_module
from left_files import files_in, files_named
from square_video import NUM_FRAMES, square_detector
from supervisely_requests import File, ask, begin, png, results, start


@pytest.fixture
def gate() -> Iterator[tuple[TestClient, threading.Event]]:
    """A server whose detector waits for the event."""
    may_go_on = threading.Event()

    def waits(image: np.ndarray) -> list[list[float]]:
        assert may_go_on.wait(30)
        return square_detector(image) if image.shape[0] == 64 else []

    with TestClient(create_app(ServedModel(waits), Limits(max_sessions=2))) as client:
        may_go_on.set()
        client.get("/healthz")
        may_go_on.clear()
        yield client, may_go_on
        may_go_on.set()


def test_progress_tells_how_far_it_is(gate: tuple[TestClient, threading.Event], file: File) -> None:
    client, may_go_on = gate
    job = begin(client, "video", [file], {"batch_size": 1})
    said = ask(client, "get_inference_progress", job).json()
    assert said["progress"]["total"] == NUM_FRAMES
    assert said["progress"]["current"] == 0
    assert said["is_inferring"] is True
    assert said["stage"] not in ("preparing", "preprocess", None)
    assert ask(client, "get_inference_result", job).json() is None
    may_go_on.set()
    assert len(results(client, job)) == NUM_FRAMES
    said = ask(client, "get_inference_progress", job).json()
    assert (said["is_inferring"], said["stage"]) == (False, "Finished")
    assert said["progress"]["current"] == NUM_FRAMES
    status = ask(client, "get_inference_status", job).json()
    assert {"gpu_memory", "ram_memory", "stage"} <= set(status)
    assert "pending_results" not in status


def test_stopping_keeps_what_is_there_and_may_be_repeated(
    gate: tuple[TestClient, threading.Event], file: File
) -> None:
    client, may_go_on = gate
    job = begin(client, "video", [file], {"batch_size": 1, "tracker": "bytetrack"})
    threading.Timer(0.2, may_go_on.set).start()
    assert ask(client, "stop_inference", job).json()["success"] is True
    assert ask(client, "get_inference_progress", job).json()["is_inferring"] is False
    found = results(client, job)
    assert [result["frame_index"] for result in found] == list(range(len(found)))
    assert len(found) < NUM_FRAMES
    annotation = ask(client, "get_inference_result", job).json()["video_ann"]
    assert len(annotation["frames"]) == len(found)
    for _ in range(2):
        assert ask(client, "clear_inference_request", job).json() == {"success": True}
        assert ask(client, "stop_inference", job).status_code == 200
        assert ask(client, "get_inference_result", job).status_code == 200


def test_a_request_nobody_knows_is_404_but_stop_and_clear_are_not(client: TestClient) -> None:
    for what in ("get_inference_progress", "pop_inference_results", "get_inference_result"):
        assert ask(client, what, "f" * 32).status_code == 404
        answer = ask(client, what)
        assert answer.status_code == 400
        assert "'inference_request_uuid' is required" in answer.json()["message"]
    for what in ("stop_inference", "clear_inference_request"):
        assert ask(client, what, "f" * 32).status_code == 200


def test_an_error_in_the_work_comes_as_an_exception_after_the_results_before_it(file: File) -> None:
    def fails(image: np.ndarray) -> list[list[float]]:
        if np.flatnonzero(image[32, :, 1] > 120).min() > 20:
            raise RuntimeError("the model broke")
        return square_detector(image)

    with TestClient(create_app(ServedModel(fails))) as client:
        job = begin(client, "video", [file], {"batch_size": 1})
        found: list[Any] = []
        while (said := ask(client, "pop_inference_results", job).json())["exception"] is None:
            found += said["pending_results"]
            assert not said["finished"]
        assert len(found) == 7
        assert "the model broke" in said["exception"]["message"]
        assert set(said["exception"]) == {"type", "message", "traceback"}
        assert ask(client, "get_inference_progress", job).json()["stage"] == "Error"


@pytest.mark.parametrize(
    ("what", "files", "state", "message"),
    [
        ("batch", [], None, "files"),
        ("batch", [("a.png", b"x")], "{", "JSON"),
        ("batch", [("a.png", b"x")], "[]", "object"),
        ("video", [("a.mp4", b"x"), ("b.mp4", b"x")], None, "one video"),
        ("video", [("a.mp4", b"no video")], None, "cannot read video"),
        ("video", [("a.mp4", b"")], None, "empty"),
        ("batch", [("a.png", b"x")], {"settings": {"conf": "high"}}, "conf"),
        ("batch", [("a.png", b"x")], {"batch_size": 0}, "batch_size"),
        ("batch", [("..", b"x")], None, "cannot predict on file"),
    ],
)
def test_what_cannot_be_started_is_400_and_leaves_no_file(
    client: TestClient, temporary: Path, what: str, files: Any, state: Any, message: str
) -> None:
    answer = start(client, what, files, state)
    assert answer.status_code == 400
    assert message in answer.json()["message"]
    assert not files_in(temporary)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"tracker": "bytrack"}, "bytetrack"),
        ({"tracker": "botsort", "tracker_settings": {"track_bufer": 3}}, "track_buffer"),
        ({"tracker": "botsort", "tracker_settings": [1]}, "tracker_settings"),
        ({"stride": 0}, "stride"),
        ({"stride": "two"}, "stride"),
    ],
)
def test_wrong_settings_of_a_video_are_told_at_once(
    client: TestClient, file: File, state: dict[str, Any], message: str
) -> None:
    answer = start(client, "video", [file], state)
    assert answer.status_code == 400
    assert message in answer.json()["message"]


def test_a_broken_image_is_told_when_its_turn_comes(client: TestClient) -> None:
    job = begin(client, "batch", [("a.png", png(3)), ("b.png", b"no image")])
    with pytest.raises(RuntimeError, match=r"^SourceError: cannot read image b\.png"):
        results(client, job)


def test_files_are_gone_when_the_request_is(
    model: ServedModel, temporary: Path, file: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(model)
    with TestClient(app) as client:
        job = begin(client, "video", [file])
        results(client, job)
        assert files_named(temporary, "walk.mp4")
        ask(client, "clear_inference_request", job)
        assert files_named(temporary, "walk.mp4")
        monkeypatch.setattr(jobs_module, "AFTER_CLEAR", -1.0)
        for expire in app.service.expiring:
            expire()
        assert not files_named(temporary, "walk.mp4")
        assert ask(client, "get_inference_progress", job).status_code == 404
        begin(client, "video", [file])
    assert not list(temporary.iterdir())


def test_an_upload_is_never_answered_by_what_makes_the_client_repeat_it(
    gate: tuple[TestClient, threading.Event], file: File
) -> None:
    client, _ = gate
    for _ in range(2):
        begin(client, "video", [file])
    answer = start(client, "video", [file])
    assert answer.status_code == 400
    assert "as many as there may be" in answer.json()["message"]


@pytest.mark.parametrize("path", ["batch_ids", "video_id", "project_id"])
def test_what_is_on_the_platform_is_refused(client: TestClient, path: str) -> None:
    answer = client.post(f"/inference_{path}_async", json={"state": {"project_id": 1}})
    assert answer.status_code == 400
    assert "Supervisely" in answer.json()["message"]
