"""Roboflow's protocol: models and detection."""

from __future__ import annotations

import base64
from typing import Any

import cv2
import numpy as np
import pytest
from starlette.testclient import TestClient

from roboflow_requests import image, infer


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
