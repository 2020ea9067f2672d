"""Roboflow's protocol: workflows."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from boxtrail.serve.app import create_app
from boxtrail.serve.inference.workflows.blocks import TRACKERS
from boxtrail.serve.inference.workflows.errors import WorkflowError
from boxtrail.serve.inference.workflows.specification import parse
from boxtrail.serve.served_model import ServedModel
from roboflow_requests import ids, image, infer, run, workflow
from square_video import square_detector


@pytest.mark.parametrize("kind", sorted(TRACKERS))
def test_every_tracker_block_keeps_its_state_by_stream(client: TestClient, kind: str) -> None:
    one = {"minimum_consecutive_frames": 1} if "sort" in kind and "bot" not in kind else {}
    seen: dict[str, list[list[int]]] = {"north": [], "south": []}
    for index in range(6):
        for stream, found in seen.items():
            found.append(ids(run(client, workflow(kind, **one), stream, 3 * index)))
    assert seen["north"] == seen["south"]
    assert seen["north"][-1]
    assert seen["north"][-1] == seen["north"][-2]
    assert set(seen["north"][-1]) <= {1, 2}


def test_ids_are_told_new_once(client: TestClient) -> None:
    specification = workflow("roboflow_core/byte_tracker@v3")
    said = []
    for index in range(3):
        answer = run(client, specification, "gate", 3 * index)
        said.append((len(ids(answer, "new_instances")), len(ids(answer, "already_seen_instances"))))
    assert said == [(2, 0), (0, 2), (0, 2)]


def test_without_a_stream_an_image_stands_alone(client: TestClient) -> None:
    specification = workflow("roboflow_core/byte_tracker@v3")
    for _ in range(3):
        assert sorted(ids(run(client, specification), "new_instances")) == [1, 2]
    assert client.get("/v1/sessions").json() == []


@pytest.mark.parametrize("kind", ["roboflow_core/trackers_bytetrack@v1", "roboflow_core/byte_tracker@v3"])
def test_tracks_are_handed_on_after_as_many_frames_as_the_block_says(client: TestClient, kind: str) -> None:
    said = workflow(kind, minimum_consecutive_frames=3)
    assert [len(ids(run(client, said, "gate", 3 * index))) for index in range(4)] == [0, 0, 2, 2]
    assert ids(run(client, said)) == []


def test_bot_sort_may_hand_on_those_of_the_first_frame_at_once(client: TestClient) -> None:
    kind = "roboflow_core/trackers_botsort@v1"
    for instant, counts in ((True, [2, 2, 2]), (False, [0, 2, 2])):
        said = workflow(kind, instant_first_frame_activation=instant)
        stream = f"instant {instant}"
        assert [len(ids(run(client, said, stream, 3 * index))) for index in range(3)] == counts


def test_the_stream_may_stand_beside_the_image_or_in_it(client: TestClient) -> None:
    specification = workflow("roboflow_core/byte_tracker@v3")
    about = {"video_identifier": "x", "frame_number": 1, "frame_timestamp": "2026-01-01T00:00:00"}
    first = run(client, specification, **{"image": {**image(), "video_metadata": about}})
    assert len(ids(first, "new_instances")) == 2
    later = run(client, specification, **{"video_identifier": "x"})
    assert len(ids(later, "already_seen_instances")) == 2
    back = run(client, specification, **{"image": {**image(), "video_metadata": about}})
    assert back.status_code == 400
    assert "comes after" in back.json()["message"]


def test_clients_with_different_keys_never_share_a_stream(client: TestClient) -> None:
    for key in ("a", "b"):
        body = {
            "api_key": key,
            "specification": workflow("roboflow_core/byte_tracker@v3"),
            "inputs": {"image": image(), "video_identifier": "gate"},
        }
        assert len(ids(client.post("/workflows/run", json=body), "new_instances")) == 2


def test_clients_with_different_keys_never_share_a_detector_or_a_named_stream() -> None:
    app = create_app(ServedModel("motion"))
    with TestClient(app) as client:
        for key in ("ours", "theirs"):
            inputs = {"image": image(), "video_identifier": "gate"}
            body = {"specification": workflow(), "inputs": inputs, "api_key": key}
            assert client.post("/workflows/run", json=body).status_code == 200
            assert infer(client, api_key=key, source="tracking", source_info="gate").status_code == 200
        detectors = [session.detector for session in app.service.sessions.all() if session.detector]
    assert len({id(detector) for detector in detectors}) == len(detectors) == 4


def test_a_batch_of_images_is_one_stream_in_its_order(client: TestClient) -> None:
    inputs = {"image": [image(3 * index) for index in range(4)], "video_identifier": "batch"}
    body = {"specification": workflow("roboflow_core/byte_tracker@v3"), "inputs": inputs}
    outputs = client.post("/workflows/run", json=body).json()["outputs"]
    assert [len(out["new_instances"]["predictions"]) for out in outputs] == [2, 0, 0, 0]


def test_outputs_are_in_the_documented_form(client: TestClient) -> None:
    specification = workflow()
    specification["outputs"] = [
        {"type": "JsonField", "name": "all", "selector": "$steps.det.*"},
        {"type": "JsonField", "name": "found", "selector": "$steps.det.predictions"},
        {"type": "JsonField", "name": "image", "selector": "$inputs.image"},
        {"type": "JsonField", "name": "conf", "selector": "$inputs.conf"},
    ]
    out = run(client, specification).json()["outputs"][0]
    assert set(out["all"]) == {"predictions", "inference_id", "model_id"}
    assert out["found"]["image"] == {"width": 96, "height": 64}
    assert out["found"]["predictions"][0]["parent_id"] == "image"
    assert (out["image"], out["conf"]) == (image(), 0.4)
    none = run(client, specification, conf=0.99).json()["outputs"][0]["found"]
    assert none == {"image": {"width": None, "height": None}, "predictions": []}
    body = {"specification": specification, "inputs": {"image": image()}, "excluded_fields": ["image", "all"]}
    assert set(client.post("/infer/workflows", json=body).json()["outputs"][0]) == {"found", "conf"}


def broken(name: str) -> Any:
    specification = workflow()
    if name == "block":
        specification["steps"][1]["type"] = "roboflow_core/deep_sort@v1"
    elif name == "selector":
        specification["steps"][1]["detections"] = "$steps.nobody.predictions"
    elif name == "circle":
        specification["steps"][0]["confidence"] = "$steps.trk.tracked_detections"
    elif name == "output":
        specification["outputs"][0]["selector"] = "$steps.trk.nothing"
    elif name == "twice":
        specification["steps"][1]["name"] = "det"
    elif name == "input":
        specification["inputs"][0]["type"] = "WorkflowSound"
    else:
        return {"list": [], "none": None, "empty": {}}[name]
    return specification


@pytest.mark.parametrize(
    "name", ["block", "selector", "circle", "output", "twice", "input", "list", "none", "empty"]
)
def test_a_workflow_that_cannot_be_run_is_told_in_the_documented_form(client: TestClient, name: str) -> None:
    answer = run(client, broken(name))
    assert answer.status_code == 400
    said = answer.json()
    assert {
        "message",
        "error_type",
        "context",
        "inner_error_type",
        "inner_error_message",
        "blocks_errors",
    } <= set(said)
    assert said["error_type"] == "WorkflowSyntaxError"
    assert isinstance(said["blocks_errors"], list)


@pytest.mark.parametrize(
    "inputs",
    [
        {},
        {"image": image(), "nobody": 1},
        {"image": image(), "video_metadata": {"video_identifier": "a", "fps": 0}},
        {"image": image(), "video_metadata": {"video_identifier": "a", "frame_number": "x"}},
    ],
)
def test_inputs_that_do_not_fit_are_told(client: TestClient, inputs: dict[str, Any]) -> None:
    answer = client.post("/workflows/run", json={"specification": workflow(), "inputs": inputs})
    assert answer.status_code == 400
    assert answer.json()["error_type"] == "RuntimeInputError"


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[TestClient]:
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "gate.json").write_text(json.dumps(workflow("roboflow_core/byte_tracker@v3")))
    (tmp_path / "acme" / "broken.json").write_text("{")
    (tmp_path / "secret.json").write_text(json.dumps(workflow()))
    with TestClient(create_app(ServedModel(square_detector, workflows=tmp_path))) as client:
        yield client


def test_a_workflow_is_found_by_its_name_and_nothing_else_is(stored: TestClient) -> None:
    body = {"inputs": {"image": image(), "video_identifier": "x"}}
    for path in ("/acme/workflows/gate", "/infer/workflows/acme/gate"):
        assert len(ids(stored.post(path, json=body))) == 2
    assert len(ids(stored.post("/acme/workflows/gate", json=body), "already_seen_instances")) == 2
    assert stored.post("/acme/workflows/nobody", json=body).status_code == 404
    assert stored.post("/acme/workflows/broken", json=body).status_code == 500
    for path in (
        "/acme/workflows/..%2Fsecret",
        "/../workflows/secret",
        "/./workflows/secret",
        "/acme/workflows/.hidden",
    ):
        assert stored.post(path, json=body).status_code in (400, 404)


def test_a_specification_is_read_once_for_all_frames_that_bring_it() -> None:
    first = parse(workflow())
    assert parse(copy.deepcopy(workflow())) is first
    assert parse(dict(reversed(workflow().items()))) is first
    other = workflow(lost_track_buffer=31)
    assert parse(other) is not first
    assert parse(other).key != first.key


def test_a_very_long_specification_is_not_kept() -> None:
    long = {**workflow(), "comment": "x" * 2**16}
    assert parse(long) is not parse(long)
    assert parse(long).key == parse(long).key


def test_a_specification_that_cannot_be_run_is_told_every_time() -> None:
    for _ in range(2):
        with pytest.raises(WorkflowError, match="no block"):
            parse(workflow("nobody/knows@v1"))
