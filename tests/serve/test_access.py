"""Tokens, and addresses as clients write them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from boxtrail.serve.app import Application, create_app
from boxtrail.serve.served_model import ServedModel
from square_video import square_detector

TOKEN = "s3cret-ünd-long"
OPEN = {"/healthz", "/readiness", "/info", "/model/remove", "/model/clear"}
APPLICATION = create_app(ServedModel(square_detector), token=TOKEN)


def routes(app: Application) -> list[tuple[str, str]]:
    """Method and path of every route, with something in place of its parameters."""
    found = [("GET", path) for path in ("/", "/docs", "/openapi.json")]
    for path, methods in app.api.openapi()["paths"].items():
        address = path.replace("{version}", "1").replace("{", "").replace("}", "")
        found += [(method.upper(), address) for method in methods]
    return found


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(APPLICATION) as client:
        yield client


def test_there_are_routes_to_walk() -> None:
    assert len(routes(APPLICATION)) > 50
    assert {path for _, path in routes(APPLICATION)} >= OPEN


@pytest.mark.parametrize("shown", [None, "wrong", "", "None"])
@pytest.mark.parametrize(("method", "path"), routes(APPLICATION))
def test_every_route_but_the_open_ones_wants_the_token(
    client: TestClient, method: str, path: str, shown: str | None
) -> None:
    headers = {} if shown is None else {"Authorization": f"Bearer {shown}", "x-api-key": shown}
    body = {"api_key": shown, "model_id": "a/1"}
    for address in (path, f"/{path}", f"/t/wrong{path}", f"{path}?api_key={shown}&token=wrong"):
        answer = client.request(method, f"http://testserver{address}", headers=headers, json=body)
        if path in OPEN:
            assert answer.status_code != 401, address
        else:
            assert answer.status_code == 401, (address, answer.text)
            if method != "HEAD":
                assert "message" in answer.json()


def test_a_path_nobody_knows_tells_a_stranger_nothing(client: TestClient) -> None:
    assert client.get("/v1/secrets").status_code == 401
    assert client.get("/t/wrong/v1/secrets").status_code == 401


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("/v1/sessions", {"Authorization": f"Bearer {TOKEN}".encode()}),
        ("/v1/sessions", {"authorization": f"bearer {TOKEN} ".encode()}),
        ("/v1/sessions", {"x-api-key": TOKEN.encode()}),
        (f"/v1/sessions?api_key={TOKEN}", {}),
        (f"/v1/sessions?token={TOKEN}", {}),
        (f"/t/{TOKEN}/v1/sessions", {}),
        (f"//t/{TOKEN}//v1/sessions", {}),
    ],
)
def test_the_token_comes_in_any_way_a_client_knows(
    client: TestClient, address: str, headers: dict[str, Any]
) -> None:
    answer = client.get(f"http://testserver{address}", headers=headers)
    assert answer.status_code == 200
    assert answer.json() == []


IN_BODY = ["/infer/object_detection", "/workflows/run", "/infer/workflows", "/a/workflows/b", "/model/add"]


@pytest.mark.parametrize("path", [*IN_BODY, "/inference_pipelines/initialise"])
def test_roboflows_client_has_its_key_in_the_body(client: TestClient, path: str) -> None:
    for wrong in (None, "wrong", 5, "é", [TOKEN]):
        assert client.post(path, content=json.dumps({"api_key": wrong})).status_code == 401
    assert client.post(path, content=b'{"api_key": "\\ud800"}').status_code == 400  # no text at all
    assert client.post(path, content=json.dumps({"api_key": TOKEN})).status_code != 401


@pytest.mark.parametrize("path", ["list", "x/status", "x/consume"])
def test_roboflows_client_sends_a_body_with_a_get(client: TestClient, path: str) -> None:
    for key, allowed in ((None, False), ("wrong", False), (TOKEN, True)):
        answer = client.request("GET", f"/inference_pipelines/{path}", json={"api_key": key})
        assert (answer.status_code != 401) is allowed


def test_a_session_cannot_be_reached_by_a_stranger(client: TestClient) -> None:
    headers = {"x-api-key": TOKEN.encode()}
    session = client.post("/v1/sessions", json={}, headers=headers).json()["id"]
    for token in ("", "?token=wrong"):
        with (
            pytest.raises(WebSocketDisconnect) as closed,
            client.websocket_connect(f"/v1/sessions/{session}/stream{token}"),
        ):
            pass
        assert closed.value.code == 4401
    with client.websocket_connect(f"/t/{TOKEN}/v1/sessions/{session}/stream") as socket:
        socket.send_json({"detections": []})
        assert socket.receive_json() == {"frame": 0, "tracks": []}


def test_a_server_without_a_token_takes_everybody() -> None:
    with TestClient(create_app(ServedModel(square_detector))) as client:
        for headers in ({}, {"Authorization": "Bearer anything"}):
            assert client.get("/v1/sessions", headers=headers).status_code == 200
        assert client.get("http://testserver//v1//sessions").status_code == 200
