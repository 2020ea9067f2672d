"""The protocol of Supervisely's SDK, as its client calls it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from starlette.testclient import TestClient

from boxtrail.predict import ModelAPI
from boxtrail.serve.app import create_app
from boxtrail.serve.limits import Limits
from boxtrail.serve.served_model import ServedModel
from boxtrail.serve.supervisely import jobs as jobs_module
from boxtrail.trackers import TRACKERS
from left_files import files_in, files_named
from square_video import NUM_FRAMES, square_detector

File = tuple[str, bytes]


def png(offset: int) -> bytes:
    image = np.full((64, 96, 3), 40, np.uint8)
    image[20:44, offset : offset + 16] = (60, 200, 240)
    return bytes(cv2.imencode(".png", image)[1].tobytes())


def ask(client: TestClient, what: str, job: str | None = None) -> Any:
    state = {} if job is None else {"inference_request_uuid": job}
    return client.post(f"/{what}", json={"state": state, "context": {}})


def start(client: TestClient, what: str, files: Sequence[File], state: Any = None) -> Any:
    parts = [("files", (name, content, "application/octet-stream")) for name, content in files]
    data = {} if state is None else {"state": state if isinstance(state, str) else json.dumps(state)}
    return client.post(f"/inference_{what}_async", files=parts, data=data)


def begin(client: TestClient, what: str, files: Sequence[File], state: Any = None) -> str:
    answer = start(client, what, files, state)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["inference_request_uuid"])


def results(client: TestClient, job: str) -> list[dict[str, Any]]:
    """As the client takes them: until it is finished and nothing is left."""
    found: list[dict[str, Any]] = []
    while True:
        said = ask(client, "pop_inference_results", job).json()
        if said["exception"] is not None:
            raise RuntimeError(f"{said['exception']['type']}: {said['exception']['message']}")
        found += said["pending_results"]
        if said["finished"] and not said["pending_results"]:
            return found


def ids(found: Sequence[dict[str, Any]]) -> list[list[int]]:
    return [result["annotation"]["customBigData"] for result in found]


@pytest.fixture
def file(video: Path) -> File:
    return "walk.mp4", video.read_bytes()


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("get_model_meta", {"classes", "tags"}),
        ("get_output_classes_and_tags", {"classes", "tags"}),
        ("get_custom_inference_settings", {"settings"}),
        ("get_session_info", {"tracking_on_videos_support", "task type", "tracking_algorithms"}),
        ("get_deploy_info", {"checkpoint_name", "model_name", "runtime", "deploy_params", "hardware"}),
        ("get_status", {"is_deployed", "progress", "gpu_memory", "ram_memory"}),
        ("is_ready", {"status"}),
        ("freeze_model", {"message"}),
    ],
)
@pytest.mark.parametrize("body", [b"", b"{}", b'{"state": {}}'])
def test_what_the_client_asks_of_the_model_is_answered(
    client: TestClient, what: str, expected: set[str], body: bytes
) -> None:
    answer = client.post(f"/{what}", content=body)
    assert answer.status_code == 200
    assert expected <= set(answer.json())


def test_every_tracker_is_offered_with_its_options(client: TestClient) -> None:
    said = ask(client, "get_tracking_settings").json()
    assert set(said) == set(TRACKERS)
    assert said["botsort"]["track_high_thresh"] == 0.6
    assert ask(client, "list_pretrained_models").json() == ["motion", "hog"]
    assert client.get("/is_ready").json() == {"status": "ready"}


def test_an_image_is_predicted_under_its_name(client: TestClient) -> None:
    job = begin(client, "batch", [("a.png", png(30))], {"settings": {"classes": None}})
    found = results(client, job)
    assert [result["name"] for result in found] == ["a.png"]
    assert found[0]["frame_index"] is None
    exteriors = [entry["points"]["exterior"] for entry in found[0]["annotation"]["objects"]]
    assert exteriors == [[[70, 50], [90, 60]], [[30, 20], [46, 44]]]
    assert ask(client, "get_inference_result", job).json() is None


def test_a_directory_keeps_its_order_and_its_repeated_names(client: TestClient) -> None:
    offsets = [33, 3, 60, 12, 48]
    files = [(name, png(offset)) for name, offset in zip("cabab", offsets, strict=True)]
    found = results(client, begin(client, "batch", [(f"{name}.png", data) for name, data in files]))
    assert [result["name"] for result in found] == ["c.png", "a.png", "b.png", "a.png", "b.png"]
    assert [entry["annotation"]["objects"][1]["points"]["exterior"][0][0] for entry in found] == offsets


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.png", "/etc/x.png", "a\\..\\b.png", "ü" * 200 + ".png", "a\0b.png"]
)
def test_a_name_leads_nowhere_else(client: TestClient, temporary: Path, name: str) -> None:
    boundary = "xyz"
    head = f'Content-Disposition: form-data; name="files"; filename="{name}"'
    body = f"--{boundary}\r\n{head}\r\n\r\n".encode() + png(30) + f"\r\n--{boundary}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    answer = client.post("/inference_batch_async", content=body, headers=kind)
    assert answer.status_code == 200, answer.text
    assert len(results(client, answer.json()["inference_request_uuid"])) == 1
    assert not [path for path in temporary.parent.rglob("*.png") if not path.is_relative_to(temporary)]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({}, range(NUM_FRAMES)),
        ({"settings": {"start_frame": 20}}, range(20, NUM_FRAMES)),
        ({"start_frame": 3, "end_frame": 6}, range(3, 6)),
        ({"startFrameIndex": 3, "framesCount": 2}, range(3, 5)),
        ({"num_frames": 4, "stride": 2}, range(0, 8, 2)),
        ({"duration": 0.5}, range(6)),
        ({"start_frame": 5, "direction": "backward"}, range(5, -1, -1)),
        ({"start_frame": 99}, range(0)),
    ],
)
@pytest.mark.parametrize("tracker", [None, "botsort"])
def test_every_setting_of_a_video_is_honoured(
    client: TestClient, file: File, state: dict[str, Any], expected: range, tracker: str | None
) -> None:
    job = begin(client, "video", [file], {**state, **({} if tracker is None else {"tracker": tracker})})
    assert [result["frame_index"] for result in results(client, job)] == list(expected)
    final = ask(client, "get_inference_result", job).json()
    assert (final["video_ann"] is None) is (tracker is None)
    if tracker is not None:
        assert [frame["index"] for frame in final["video_ann"]["frames"]] == sorted(expected)


@pytest.mark.parametrize("tracker", ["botsort", "bytetrack", "ocsort"])
def test_ids_are_those_of_a_prediction_in_this_process(
    client: TestClient, file: File, video: Path, tracker: str
) -> None:
    state = {"tracker": tracker, "tracker_settings": {"track_buffer": 12} if tracker != "ocsort" else {}}
    config = {"tracker": tracker, **state["tracker_settings"]}
    alone = ModelAPI(detector=square_detector).predict(video, tracking=True, tracking_config=config)
    job = begin(client, "video", [file], state)
    found = results(client, job)
    assert ids(found) == [list(map(int, prediction.track_ids)) for prediction in alone]
    assert any(ids(found))
    annotation = ask(client, "get_inference_result", job).json()["video_ann"]
    by_frame = [[int(figure["trackId"]) for figure in frame["figures"]] for frame in annotation["frames"]]
    assert by_frame == ids(found)
    assert annotation["framesCount"] == NUM_FRAMES


def test_two_videos_at_once_have_ids_of_their_own(client: TestClient, file: File) -> None:
    jobs = [begin(client, "video", [file], {"tracker": "bytetrack"}) for _ in range(3)]
    found = [ids(results(client, job)) for job in jobs]
    assert found[1:] == found[:1] * 2


def test_confidence_and_classes_are_filtered_before_tracking(client: TestClient, file: File) -> None:
    for settings in ({"conf": 0.85}, {"confidence_thresh": 0.85}):
        found = results(
            client, begin(client, "video", [file], {"settings": settings, "tracker": "bytetrack"})
        )
        assert {len(entry["annotation"]["objects"]) for entry in found} <= {0, 1}
        assert {number for frame in ids(found) for number in frame} == {1}


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
