"""Any value anywhere in a request: what makes no sense is refused, and the server never fails on it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from boxtrail.serve.app import create_app
from boxtrail.serve.limits import Limits
from boxtrail.serve.served_model import ServedModel
from roboflow_requests import image, workflow
from supervisely_requests import png

VALUES = (
    b"null", b"true", b"-1", b"1e308", b"1" + b"0" * 400, b'"x"', b'"\\ud800"', b'"$steps.a"', b"[]", b"[[1]]",
    b'{"a": 1}',
)  # fmt: skip
PLACE = "<here>"
PICTURE = {**image(), "video_metadata": {"video_identifier": "a", "frame_number": 1, "fps": 30.0}}
BLOCK = {
    "instances_cache_size": 10, "lost_track_buffer": 30, "enable_cmc": False, "cmc_method": "orb",
    "minimum_iou_threshold_first_assoc": 0.2, "minimum_consecutive_frames": 2,
}  # fmt: skip
SPECIFICATION = workflow("roboflow_core/trackers_botsort@v1", **BLOCK)
BODIES: dict[str, Any] = {
    "/infer/object_detection": {
        "api_key": None, "model_id": "boxes/1", "confidence": 0.4, "iou_threshold": 0.3, "max_detections": 300,
        "class_filter": ["x"], "class_agnostic_nms": False, "visualize_predictions": True, "source": "tracking",
        "source_info": "cam", "image": PICTURE,
    },
    "/workflows/run": {
        "inputs": {"image": PICTURE, "conf": 0.4, "video_metadata": {"video_identifier": "a"}},
        "excluded_fields": ["new_instances"], "specification": SPECIFICATION,
    },
    "/model/add": {"model_id": "a/1", "api_key": None},
    "/inference_pipelines/initialise": {
        "video_configuration": {
            "video_reference": "{video}", "max_fps": None, "source_buffer_filling_strategy": "WAIT",
        },
        "processing_configuration": {
            "workflow_specification": SPECIFICATION, "workspace_name": None, "workflow_id": None,
            "image_input_name": "image", "workflows_parameters": {"conf": 0.3},
        },
        "sink_configuration": {"results_buffer_size": 64},
    },
    "/v1/sessions": {
        "tracker": "botsort", "options": {"track_buffer": 3, "cmc_method": "none"}, "frame_size": [640, 480],
        "frame_rate": 30.0, "label": "x",
    },
    "/pop_inference_results": {"state": {"inference_request_uuid": "abc", "settings": {}}, "context": {}},
    "/deploy_from_api": {"state": {"model_name": "nobody", "deploy_params": {}}},
}  # fmt: skip
STATE = {
    "settings": {
        "conf": 0.3, "classes": ["x"], "img_size": 64, "inference_mode": "sliding_window",
        "sliding_window_params": {"windowHeight": 32, "windowWidth": 32, "overlapX": 4, "overlapY": 4},
    },
    "tracker": "botsort", "tracker_settings": {"track_buffer": 30, "cmc_method": "none"},
    "start_frame": 0, "num_frames": 3, "stride": 1, "end_frame": 5, "duration": 1.0, "direction": "forward",
    "batch_size": 4,
}  # fmt: skip


def places(value: Any, depth: int, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value within a value, so many steps deep."""
    yield path
    if len(path) == depth:
        return
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in inner:
        yield from places(entry, depth, (*path, key))


def spoilt(value: Any, depth: int = 9) -> Iterator[bytes]:
    """The JSON of a value with each wrong one in each place."""
    for path in places(value, depth):
        holder = {"value": copy.deepcopy(value)}
        place: Any = holder
        for key in ("value", *path)[:-1]:
            place = place[key]
        place[("value", *path)[-1]] = PLACE
        text = json.dumps(holder["value"]).encode()
        for wrong in VALUES:
            yield text.replace(b'"%s"' % PLACE.encode(), wrong)


@pytest.fixture
def open_server(video: Path) -> Iterator[TestClient]:
    model = ServedModel(lambda image: [[2.0, 3.0, 20.0, 30.0, 0.9, 0.0]], video_roots=[video.parent])
    with TestClient(create_app(model, Limits(max_sessions=10**6)), raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("path", BODIES)
def test_no_value_in_a_body_makes_the_server_fail(open_server: TestClient, video: Path, path: str) -> None:
    for body in spoilt(BODIES[path], depth=2 if "pipelines" in path else 9):
        body = body.replace(b"{video}", str(video).encode())
        answer = open_server.post(path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code < 500, (body, answer.text)
        assert isinstance(answer.json(), (dict, list)), body
        if path.endswith("initialise") and answer.status_code == 200:
            pipeline = f"/inference_pipelines/{answer.json()['context']['pipeline_id']}"
            for what in ("status", "consume"):
                assert open_server.get(f"{pipeline}/{what}").status_code == 200, body
            open_server.post(f"{pipeline}/terminate")
    for other in ("/model/registry", "/v1/sessions", "/inference_pipelines/list", "/metrics"):
        assert open_server.get(other).status_code == 200


def test_no_value_in_a_state_makes_the_server_fail(open_server: TestClient) -> None:
    session = f"/v1/sessions/{open_server.post('/v1/sessions', json={}).json()['id']}"
    frame = {"detections": [[1, 2, 30, 40, 0.9, 0]], "timestamp": 1.0}
    assert open_server.post(f"{session}/frames", json=frame).status_code == 200
    for body in spoilt(open_server.get(f"{session}/state").json(), depth=4):
        answer = open_server.put(
            f"{session}/state", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code < 500, (body, answer.text)
        assert open_server.post(f"{session}/frames", json={**frame, "timestamp": None}).status_code < 500, (
            body
        )


@pytest.mark.parametrize("kind", ["video", "batch"])
def test_no_value_in_the_state_of_an_upload_makes_the_server_fail(
    open_server: TestClient, video: Path, kind: str
) -> None:
    file = ("v.mp4", video.read_bytes()) if kind == "video" else ("a.png", png(30))
    for state in spoilt(STATE):
        answer = open_server.post(
            f"/inference_{kind}_async", files=[("files", file)], data={"state": state.decode()}
        )
        assert answer.status_code in (200, 400), (state, answer.text)
        if answer.status_code == 200:
            job = {"state": {"inference_request_uuid": answer.json()["inference_request_uuid"]}}
            said: dict[str, Any] = {"pending_results": [0]}
            while said["pending_results"] or not (said["finished"] or said["exception"]):
                said = open_server.post("/pop_inference_results", json=job).json()
            error = said["exception"] or {"type": "ConfigError"}
            assert error["type"].endswith("Error"), state
            assert error["type"] in ("ConfigError", "InvalidInputError", "SourceError"), (state, error)
            open_server.post("/clear_inference_request", json=job)


def test_a_name_that_is_no_text_does_not_break_the_list_of_models_for_others(open_server: TestClient) -> None:
    half = b'{"model_id": "\\ud800"}'
    assert open_server.post("/model/add", content=half).status_code == 400
    assert len(open_server.get("/model/registry").json()["models"]) == 1


@pytest.mark.parametrize(
    "options", [{"preset": "/etc/passwd"}, {"tracker_config": "/etc/passwd"}, {"reid_weights": "histogram"},
                {"record": True}, {"tracker_type": "sort"}, {"name": "sort"}]
)  # fmt: skip
def test_a_client_cannot_name_files_of_the_server_nor_fill_its_memory(
    open_server: TestClient, video: Path, options: dict[str, Any]
) -> None:
    own = open_server.post("/v1/sessions", json={"tracker": "botsort", "options": options})
    assert own.status_code == 400
    (name,) = options
    assert repr(name) in own.json()["message"]
    if name != "reid_weights":  # Supervisely's client may send it, and means nothing by it here
        state = json.dumps({"tracker": "botsort", "tracker_settings": options})
        file = ("v.mp4", video.read_bytes())
        job = open_server.post("/inference_video_async", files=[("files", file)], data={"state": state})
        assert job.status_code == 400
