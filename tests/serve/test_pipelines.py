"""Roboflow's pipelines: workflows over videos that the server opens."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from boxtrail.serve.app import Application, create_app
from boxtrail.serve.limits import Limits
from boxtrail.serve.served_model import ServedModel
from square_video import NUM_FRAMES, square_detector
from waiting import until

SPECIFICATION = {
    "version": "1.0",
    "inputs": [{"type": "WorkflowImage", "name": "image"}],
    "steps": [
        {"type": "ObjectDetectionModel", "name": "det", "images": "$inputs.image", "model_id": "a/1"},
        {
            "type": "roboflow_core/byte_tracker@v3",
            "name": "trk",
            "image": "$inputs.image",
            "detections": "$steps.det.predictions",
        },
    ],
    "outputs": [
        {"type": "JsonField", "name": "tracked", "selector": "$steps.trk.tracked_detections"},
        {"type": "JsonField", "name": "found", "selector": "$steps.det.predictions"},
    ],
}
Initialise = Callable[..., Any]


@pytest.fixture
def app(video: Path) -> Application:
    model = ServedModel(square_detector, video_roots=[video.parent])
    return create_app(model, Limits(max_sessions=4, idle_seconds=300))


@pytest.fixture
def client(app: Application) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


def initialise(
    client: TestClient, reference: Any, *, buffer: int = 64, strategy: str = "WAIT", **more: Any
) -> Any:
    body = {
        "api_key": None,
        "video_configuration": {
            "type": "VideoConfiguration",
            "video_reference": reference,
            "source_buffer_filling_strategy": strategy,
            **more,
        },
        "processing_configuration": {
            "type": "WorkflowConfiguration",
            "workflow_specification": SPECIFICATION,
        },
        "sink_configuration": {"type": "MemorySinkConfiguration", "results_buffer_size": buffer},
    }
    return client.post("/inference_pipelines/initialise", json=body)


def start(client: TestClient, reference: Any, **given: Any) -> str:
    answer = initialise(client, str(reference) if isinstance(reference, Path) else reference, **given)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["status"] == "success"
    return f"/inference_pipelines/{said['context']['pipeline_id']}"


def states(client: TestClient, pipeline: str) -> set[str]:
    report = client.get(f"{pipeline}/status").json()["report"]
    return {source["state"] for source in report["sources_metadata"]}


def consume(client: TestClient, pipeline: str, **body: Any) -> Any:
    answer = client.request("GET", f"{pipeline}/consume", json={"api_key": None, **body})
    assert answer.status_code == 200
    return answer.json()


def test_every_frame_of_a_file_comes_in_order_with_stable_ids(client: TestClient, video: Path) -> None:
    pipeline = start(client, video)
    entries = [
        until(lambda: (said := consume(client, pipeline))["outputs"] and said) for _ in range(NUM_FRAMES)
    ]
    assert [entry["frames_metadata"][0]["frame_id"] for entry in entries] == list(range(1, NUM_FRAMES + 1))
    assert {entry["frames_metadata"][0]["source_id"] for entry in entries} == {0}
    ids = [
        {found["tracker_id"] for found in entry["outputs"][0]["tracked"]["predictions"]} for entry in entries
    ]
    assert ids == [{1, 2}] * NUM_FRAMES
    until(lambda: states(client, pipeline) == {"ENDED"})
    nothing = consume(client, pipeline)
    assert (nothing["outputs"], nothing["frames_metadata"]) == ([], [])
    assert pipeline.rpartition("/")[2] in client.get("/inference_pipelines/list").json()["pipelines"]


def test_a_client_that_does_not_take_results_loses_the_oldest_and_is_told_how_many(
    client: TestClient, video: Path
) -> None:
    pipeline = start(client, video, buffer=5)
    until(lambda: states(client, pipeline) == {"ENDED"})
    report = client.get(f"{pipeline}/status").json()["report"]
    assert report["results_dropped"] == NUM_FRAMES - 5
    assert report["results_buffered"] == 5
    kept = [consume(client, pipeline)["frames_metadata"][0]["frame_id"] for _ in range(5)]
    assert kept == list(range(NUM_FRAMES - 4, NUM_FRAMES + 1))


def test_fields_can_be_left_out(client: TestClient, video: Path) -> None:
    pipeline = start(client, video)
    entry = until(lambda: (said := consume(client, pipeline, excluded_fields=["found"]))["outputs"] and said)
    assert set(entry["outputs"][0]) == {"tracked"}


def test_two_videos_of_a_pipeline_have_tracks_of_their_own(client: TestClient, video: Path) -> None:
    pipeline = start(client, [str(video), str(video)])
    entries = [until(lambda: (said := consume(client, pipeline))["outputs"] and said) for _ in range(5)]
    for entry in entries:
        assert [about["source_id"] for about in entry["frames_metadata"]] == [0, 1]
        first, second = (
            [found["tracker_id"] for found in out["tracked"]["predictions"]] for out in entry["outputs"]
        )
        assert first == second


def test_a_paused_pipeline_goes_on_when_it_is_resumed(client: TestClient, video: Path) -> None:
    pipeline = start(client, video, max_fps=20)
    assert client.post(f"{pipeline}/resume").status_code == 500
    assert client.post(f"{pipeline}/pause").json()["status"] == "success"
    assert states(client, pipeline) <= {"MUTED", "ENDED"}
    again = client.post(f"{pipeline}/pause")
    assert again.status_code == 500
    assert "operation_error" in again.json()["message"]
    assert client.post(f"{pipeline}/resume").status_code == 200
    until(lambda: states(client, pipeline) == {"ENDED"})


def test_a_terminated_pipeline_is_gone_with_its_sessions(
    client: TestClient, app: Application, video: Path
) -> None:
    pipeline = start(client, video, max_fps=20)
    until(lambda: len(app.service.sessions) > 0)
    assert client.post(f"{pipeline}/terminate").status_code == 200
    assert len(app.service.sessions) == 0
    for verb, what in (("GET", "status"), ("GET", "consume"), ("POST", "pause"), ("POST", "terminate")):
        answer = client.request(verb, f"{pipeline}/{what}")
        assert answer.status_code == 404
        assert "not_found" in answer.json()["message"]
    assert client.get("/inference_pipelines/list").json()["pipelines"] == []


def test_a_pipeline_nobody_asks_about_is_ended(
    app: Application, video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TestClient(app) as client:
        pipeline = start(client, video)
        later = time.monotonic() + 301
        monkeypatch.setattr(time, "monotonic", lambda: later)
        for expire in app.service.expiring:
            expire()
        monkeypatch.undo()
        assert client.get(f"{pipeline}/status").status_code == 404


def test_pipelines_end_with_the_server(app: Application, video: Path) -> None:
    with TestClient(app) as client:
        start(client, video, max_fps=5)
        until(lambda: len(app.service.sessions) > 0)
    assert len(app.service.sessions) == 0


@pytest.mark.parametrize(
    "reference",
    [
        "/etc/passwd",
        "{root}/../x.mp4",
        "{root}/nobody.mp4",
        "rtsp://127.0.0.1/x",
        0,
        "0",
        None,
        True,
        [],
        [[]],
    ],
)
def test_only_videos_below_the_roots_are_opened(client: TestClient, video: Path, reference: Any) -> None:
    if isinstance(reference, str):
        reference = reference.format(root=video.parent)
    answer = initialise(client, reference)
    assert answer.status_code in (400, 429)
    assert answer.json()["message"]
    assert client.get("/inference_pipelines/list").json()["pipelines"] == []


@pytest.mark.parametrize(
    "wrong", [{"buffer": 0}, {"buffer": "many"}, {"buffer": 10**9}, {"max_fps": -1}, {"strategy": "HOPE"}]
)
def test_options_that_make_no_sense_are_400(client: TestClient, video: Path, wrong: dict[str, Any]) -> None:
    assert initialise(client, str(video), **wrong).status_code == 400


def test_no_more_videos_than_there_may_be(client: TestClient, video: Path) -> None:
    assert initialise(client, [str(video)] * 5).status_code == 429
    for _ in range(4):
        start(client, video)
    assert initialise(client, str(video)).status_code == 429


def test_an_exported_workflow_with_a_name_is_run_like_one_in_the_request(video: Path, tmp_path: Path) -> None:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "count.json").write_text(json.dumps({"specification": SPECIFICATION}))
    model = ServedModel(square_detector, video_roots=[video.parent], workflows=tmp_path)
    with TestClient(create_app(model)) as client:
        body = {
            "video_configuration": {"video_reference": str(video)},
            "processing_configuration": {"workspace_name": "acme", "workflow_id": "count"},
        }
        said = client.post("/inference_pipelines/initialise", json=body).json()
        pipeline = f"/inference_pipelines/{said['context']['pipeline_id']}"
        until(lambda: consume(client, pipeline)["outputs"])


def test_a_pipeline_whose_detector_breaks_is_not_said_to_run(video: Path) -> None:
    def broken(image: Any) -> Any:
        raise KeyError("a secret")

    with TestClient(create_app(ServedModel(broken, video_roots=[video.parent]))) as client:
        pipeline = start(client, video)
        until(lambda: states(client, pipeline) == {"ERROR"})
        report = client.get(f"{pipeline}/status").json()["report"]
        (error,) = [entry for entry in report["video_source_status_updates"] if entry["severity"] == 3]
        assert error["payload"]["error_type"]
        assert client.post(f"{pipeline}/terminate").status_code == 200


def test_the_status_tells_the_size_of_the_frames(client: TestClient, video: Path) -> None:
    report = client.get(f"{start(client, video)}/status").json()["report"]
    about = report["sources_metadata"][0]["source_properties"]
    assert (about["width"], about["height"], about["total_frames"]) == (96, 64, NUM_FRAMES)
