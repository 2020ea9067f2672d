"""Roboflow's protocol: models, detection, workflows."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from starlette.testclient import TestClient

from boxtrail.serve.app import create_app
from boxtrail.serve.inference.workflows.blocks import TRACKERS
from boxtrail.serve.served_model import ServedModel
from square_video import square_detector

OUT = [
    {"type": "JsonField", "name": name, "selector": f"$steps.trk.{name}"}
    for name in ("tracked_detections", "new_instances", "already_seen_instances")
]


def image(offset: int = 30, kind: str = ".png") -> dict[str, Any]:
    pixels = np.full((64, 96, 3), 40, np.uint8)
    pixels[20:44, offset : offset + 16] = (60, 200, 240)
    return {"type": "base64", "value": base64.b64encode(cv2.imencode(kind, pixels)[1]).decode()}


def infer(client: TestClient, **asked: Any) -> Any:
    return client.post("/infer/object_detection", json={"model_id": "a/1", "image": image(), **asked})


def workflow(kind: str = "roboflow_core/trackers_bytetrack@v1", **fields: Any) -> dict[str, Any]:
    is_old = kind.endswith(("byte_tracker@v1", "byte_tracker@v2"))
    about = (
        {"metadata": "$inputs.video_metadata"}
        if kind.endswith("byte_tracker@v1")
        else {"image": "$inputs.image"}
    )
    return {
        "version": "1.0",
        "inputs": [
            {"type": "WorkflowImage", "name": "image"},
            {"type": "WorkflowParameter", "name": "conf", "default_value": 0.4},
            {"type": "WorkflowVideoMetadata", "name": "video_metadata"},
        ],
        "steps": [
            {
                "type": "roboflow_core/roboflow_object_detection_model@v2",
                "name": "det",
                "images": "$inputs.image",
                "model_id": "a/1",
                "confidence": "$inputs.conf",
            },
            {"type": kind, "name": "trk", **about, "detections": "$steps.det.predictions", **fields},
        ],
        "outputs": copy.deepcopy(OUT[:1] if is_old else OUT),
    }


def run(client: TestClient, specification: Any, stream: Any = None, offset: int = 30, **more: Any) -> Any:
    inputs: dict[str, Any] = {"image": image(offset), **more}
    if stream is not None:
        inputs["video_metadata"] = {"video_identifier": stream, "fps": 30}
    return client.post("/workflows/run", json={"specification": specification, "inputs": inputs})


def ids(answer: Any, name: str = "tracked_detections") -> list[int]:
    assert answer.status_code == 200, answer.text
    return [entry["tracker_id"] for entry in answer.json()["outputs"][0][name]["predictions"]]


def test_the_server_tells_who_it_is(client: TestClient) -> None:
    said = client.get("/info").json()
    assert set(said) == {"name", "version", "uuid"}
    assert said == client.get("/info").json()


def test_the_registry_lists_models_under_the_names_clients_sent(client: TestClient) -> None:
    odd = "yolox-m/bytetrack@cam 7?x=1#y"
    for name in ("coco/3", odd):
        said = client.post("/model/add", json={"model_id": name, "api_key": None}).json()
    names = [entry["model_id"] for entry in said["models"]]
    assert names[-2:] == ["coco/3", odd]
    assert {entry["task_type"] for entry in said["models"]} == {"object-detection"}
    assert client.get("/model/registry?api_key=None").json() == said
    infer(client, model_id="b/9")
    assert "b/9" in client.get("/model/registry").text
    left = client.post("/model/remove", json={"model_id": odd}).json()
    assert odd not in [entry["model_id"] for entry in left["models"]]
    assert client.post("/model/clear").json() == {"models": []}
    assert client.post("/model/add", json={}).status_code == 400


def test_detections_are_centres_and_sizes_with_ids_of_their_own(client: TestClient) -> None:
    said = infer(client).json()
    assert said["image"] == {"width": 96, "height": 64}
    best = said["predictions"][0]
    assert {name: best[name] for name in ("x", "y", "width", "height", "confidence", "class_id")} == {
        "x": 38.0, "y": 32.0, "width": 16.0, "height": 24.0, "confidence": 0.9, "class_id": 0,
    }  # fmt: skip
    assert len({entry["detection_id"] for entry in said["predictions"]}) == 2
    assert "tracker_id" not in best
    assert said["time"] > 0
    assert said["inference_id"]


def test_a_batch_is_answered_by_a_list_in_its_order(client: TestClient) -> None:
    said = infer(client, image=[image(offset) for offset in (40, 3, 21)]).json()
    assert [max(said[i]["predictions"], key=lambda p: p["confidence"])["x"] for i in range(3)] == [48, 11, 29]
    assert isinstance(infer(client, image=[image()]).json(), dict)


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({"confidence": 0.85}, 1),
        ({"confidence": 95}, 0),
        ({"confidence": "best"}, 2),
        ({"max_detections": 1}, 1),
        ({"class_filter": ["nothing"]}, 0),
        ({"unknown_key": [1, 2]}, 2),
    ],
)
def test_options_of_a_request_hold(client: TestClient, asked: dict[str, Any], count: int) -> None:
    assert len(infer(client, **asked).json()["predictions"]) == count


def test_the_drawn_image_comes_along_where_it_is_asked_for(client: TestClient) -> None:
    assert "visualization" not in infer(client).json()
    drawn = base64.b64decode(infer(client, visualize_predictions=True).json()["visualization"])
    assert cv2.imdecode(np.frombuffer(drawn, np.uint8), 1).shape == (64, 96, 3)


def test_the_older_protocol_gives_the_same(client: TestClient) -> None:
    headers = {"Content-Type": "application/json"}
    text = image()["value"]
    newer = infer(client).json()["predictions"]
    for body in (text, f"data:image/png;base64,{text}"):
        older = client.post("/a/1?confidence=40&overlap=30&api_key=x", content=body, headers=headers).json()
        assert [entry["x"] for entry in older["predictions"]] == [entry["x"] for entry in newer]
    drawn = client.post("/a/1?format=image", content=text, headers=headers)
    assert drawn.headers["content-type"] == "image/jpeg"
    both = client.post("/a/1?format=image_and_json", content=text, headers=headers).json()
    assert {"predictions", "visualization"} <= set(both)


@pytest.mark.parametrize("how", [{"model_id": "a/1@cam 7"}, {"source": "tracking", "source_info": "cam 7"}])
def test_a_stream_that_has_a_name_is_tracked(client: TestClient, how: dict[str, Any]) -> None:
    seen = [infer(client, image=image(3 * index), **how).json() for index in range(6)]
    by_class = [{entry["class_id"]: entry["tracker_id"] for entry in said["predictions"]} for said in seen]
    assert all(found == by_class[0] for found in by_class)
    assert sorted(by_class[0].values()) == [1, 2]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (
            "/infer/object_detection",
            {"model_id": "a/1", "image": {"type": "base64", "value": "no/such.png"}},
            400,
        ),
        ("/infer/object_detection", {"model_id": "a/1", "image": {"type": "url", "value": "http://x"}}, 400),
        ("/infer/object_detection", {"model_id": "a/1", "image": {"type": "numpy", "value": "gASV"}}, 400),
        (
            "/infer/object_detection",
            {"model_id": "a/1", "image": {"type": "file", "value": "/etc/passwd"}},
            400,
        ),
        ("/infer/object_detection", {"model_id": "a/1"}, 400),
        ("/infer/object_detection", {"image": image()}, 400),
        ("/infer/object_detection", {"model_id": "a/1", "image": image(), "confidence": "high"}, 400),
        ("/infer/object_detection", [1], 400),
        ("/infer/classification", {}, 404),
        ("/doctr/ocr", {}, 404),
        ("/sam2/segment_image", {}, 404),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_json_object(
    client: TestClient, path: str, body: Any, status: int
) -> None:
    answer = client.post(path, json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert isinstance(answer.json()["message"], str)


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
