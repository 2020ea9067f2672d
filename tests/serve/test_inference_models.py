"""What Roboflow's client asks of a server about its models, and what the server tells of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from boxtrail.detectors import factory
from boxtrail.serve.app import create_app
from boxtrail.serve.served_model import ServedModel
from square_video import square_detector


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [entry["model_id"] for entry in answer.json()["models"]]


def test_models_are_listed_under_the_name_they_were_asked_for(client: TestClient) -> None:
    assert "boxes/1" in names(client.post("/model/add", json={"model_id": "boxes/1", "api_key": None}))
    assert "boxes/1" in names(client.get("/model/registry", params={"api_key": "None"}))
    assert "boxes/1" not in names(client.post("/model/remove", json={"model_id": "boxes/1"}))
    assert names(client.post("/model/clear")) == []


def test_unloading_needs_no_token_and_loading_does(model: ServedModel) -> None:
    with TestClient(create_app(model, token="secret")) as client:
        assert client.post("/model/add", json={"model_id": "boxes/1"}).status_code == 401
        names(client.post("/model/add", json={"model_id": "boxes/1", "api_key": "secret"}))
        assert "boxes/1" not in names(client.post("/model/remove", json={"model_id": "boxes/1"}))
        assert client.post("/model/remove", json={}).status_code == 400
        assert names(client.post("/model/clear")) == []


def test_the_key_of_another_server_is_told_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    made = factory.CallableDetector(square_detector)
    monkeypatch.setattr(factory, "InferenceDetector", lambda address, min_score: made)
    served = ServedModel("inference:http://host:9001/boxes/1?api_key=hidden")
    with TestClient(create_app(served)) as client:
        answers = [client.get("/model/registry"), client.post("/get_deploy_info"), client.post("/get_status")]
    assert "inference:http://host:9001/boxes/1" in names(answers[0])
    assert "hidden" not in json.dumps([answer.json() for answer in answers])
