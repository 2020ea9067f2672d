"""boxtrail's own protocol: sessions, their states, and how many there may be."""

from __future__ import annotations

import threading
from typing import Any

import cv2
import numpy as np
import pytest
from starlette.testclient import TestClient

from boxtrail.serve.app import create_app
from boxtrail.serve.limits import Limits
from boxtrail.serve.served_model import ServedModel
from own_requests import open_session, send
from served_frames import boxes, tracked
from square_video import square_detector


@pytest.mark.parametrize(
    ("new", "status", "message"),
    [
        ({"tracker": "bytrack"}, 400, "bytetrack"),
        ({"options": {"max_aeg": 3}}, 400, "max_age|track_buffer|unknown"),
        ({"frame_rate": 0}, 422, "frame_rate"),
        ({"frame_size": [640]}, 422, "frame_size"),
        ({"colour": "red"}, 422, "colour"),
    ],
)
def test_a_session_that_cannot_be_is_refused_by_name(
    client: TestClient, new: dict[str, Any], status: int, message: str
) -> None:
    answer = client.post("/v1/sessions", json=new)
    assert answer.status_code == status
    assert any(word in answer.json()["message"] for word in message.split("|")), answer.json()
    assert client.get("/v1/sessions").json() == []


def test_a_session_tells_of_itself_until_it_is_closed(client: TestClient) -> None:
    session = open_session(client, label="gate 3", tracker="sort")
    for rows in boxes()[:3]:
        send(client, session, rows)
    told = client.get(session).json()
    assert (told["label"], told["tracker"], told["frames"], told["protocol"]) == ("gate 3", "sort", 3, "v1")
    assert client.get("/v1/sessions").json()[0]["id"] == told["id"]
    assert {track["id"] for track in client.get(f"{session}/tracks").json()} >= {1, 2}
    assert client.delete(session).status_code == 204
    for answer in (client.get(session), client.delete(session), client.post(f"{session}/frames", json={})):
        assert answer.status_code == 404


def test_a_session_moves_to_another_server_and_goes_on_as_if_it_had_not(
    client: TestClient, model: ServedModel
) -> None:
    frames = boxes(20)
    expected = tracked(frames, "ocsort")
    first = open_session(client, tracker="ocsort")
    for rows, theirs in zip(frames[:10], expected[:10], strict=True):
        assert np.array_equal(send(client, first, rows), theirs)
    state = client.get(f"{first}/state").json()
    with TestClient(create_app(model)) as other:
        second = open_session(other, tracker="ocsort")
        assert other.put(f"{second}/state", json=state).status_code == 200
        for index, (rows, theirs) in enumerate(zip(frames[10:], expected[10:], strict=True), 10):
            assert np.array_equal(send(other, second, rows, frame=index), theirs)


@pytest.mark.parametrize("foreign", ["another tracker", "another option", "nonsense", "no frame", "cut"])
def test_a_foreign_state_is_refused_and_changes_nothing(client: TestClient, foreign: str) -> None:
    frames = boxes()
    session = open_session(client, tracker="ocsort")
    for rows in frames[:4]:
        send(client, session, rows)
    before = client.get(f"{session}/state").json()
    if foreign.startswith("another"):
        is_option = foreign == "another option"
        other = open_session(
            client, tracker="ocsort" if is_option else "sort", options={"max_age": 7} if is_option else {}
        )
        send(client, other, frames[0])
        state = client.get(f"{other}/state").json()
    elif foreign == "nonsense":
        state = {"last_frame": 3, "tracker": {"a": [1, {"b": None}]}}
    elif foreign == "no frame":
        state = {**before, "last_frame": "three"}
    else:
        state = {**before, "tracker": {key: before["tracker"][key] for key in list(before["tracker"])[:-1]}}
    answer = client.put(f"{session}/state", json=state)
    assert answer.status_code == (422 if foreign == "no frame" else 409)
    assert answer.json()["message"]
    assert client.get(f"{session}/state").json() == before
    assert np.array_equal(send(client, session, frames[4]), tracked(frames, "ocsort")[4])


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_session_nobody_uses_is_closed(model: ServedModel) -> None:
    clock = Clock()
    app = create_app(model, Limits(idle_seconds=60), clock=clock)
    with TestClient(app) as client:
        idle, used = open_session(client), open_session(client)
        clock.now += 50
        send(client, used, boxes()[0])
        assert client.get(used).json()["idle_seconds"] == 0
        clock.now += 20
        assert app.service.sessions.expire() == 1
        assert client.get(idle).status_code == 404
        assert "idle" in client.get(idle).json()["message"]
        assert client.get(used).status_code == 200


def test_no_more_sessions_than_there_may_be(model: ServedModel) -> None:
    clock = Clock()
    with TestClient(create_app(model, Limits(max_sessions=3, idle_seconds=60), clock=clock)) as client:
        sessions = [open_session(client) for _ in range(3)]
        answer = client.post("/v1/sessions", json={})
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        client.delete(sessions[0])
        open_session(client)
        assert client.post("/v1/sessions", json={}).status_code == 429
        clock.now += 61  # the others are idle by now and make room
        open_session(client)


def test_no_more_frames_of_a_session_wait_than_may() -> None:
    working, may_go_on = threading.Event(), threading.Event()

    def waits(image: np.ndarray) -> list[list[float]]:
        if image.any():
            working.set()
            assert may_go_on.wait(30)
        return []

    image = cv2.imencode(".png", np.full((8, 8, 3), 9, np.uint8))[1].tobytes()
    with TestClient(create_app(ServedModel(waits), Limits(max_queue=1))) as client:
        session, other = open_session(client), open_session(client)
        answers = []

        def slow() -> None:
            kind = {"Content-Type": "image/png"}
            answers.append(client.post(f"{session}/frames", content=image, headers=kind))

        thread = threading.Thread(target=slow)
        thread.start()
        assert working.wait(30)
        refused = client.post(f"{session}/frames", json={"detections": []})
        assert refused.status_code == 429
        assert "wait already" in refused.json()["message"]
        assert client.post(f"{other}/frames", json={"detections": []}).status_code == 200
        may_go_on.set()
        thread.join(30)
        assert answers[0].status_code == 200
        assert client.post(f"{session}/frames", json={"detections": []}).json()["frame"] == 1


@pytest.mark.parametrize("path", ["/frames", "/state"])
@pytest.mark.parametrize("says_so", [True, False])
def test_a_body_that_is_too_large_is_413_whatever_its_header_says(
    model: ServedModel, path: str, says_so: bool
) -> None:
    limits = Limits(max_body_bytes=4000, max_message_bytes=2000)
    with TestClient(create_app(model, limits)) as client:
        session = open_session(client)
        for size in (3000, 5000):
            body = b'{"detections": [], "tracker": {}, "last_frame": 1' + b" " * size + b"}"
            content = body if says_so else iter([body[:1000], body[1000:]])
            verb = client.put if path == "/state" else client.post
            answer = verb(session + path, content=content, headers={"Content-Type": "application/json"})
            assert answer.status_code == 413, (size, answer.text)
            assert "at most" in answer.json()["message"] or "more than" in answer.json()["message"]
        send(client, session, boxes()[0])


class Looks:
    """Tells things apart by the column they begin in, and counts its frames."""

    dim = 4

    def __init__(self) -> None:
        self.frames = 0

    def embed(self, image: Any, boxes: Any) -> Any:
        self.frames += 1
        rows = np.zeros((len(boxes), self.dim), np.float32)
        rows[np.arange(len(boxes)), (np.asarray(boxes)[:, 0] > 50).astype(int)] = 1.0
        return rows


@pytest.mark.parametrize(("tracker", "count"), [("botsort", 3), ("bytetrack", 0)])
def test_the_embedder_of_the_server_is_for_every_session_whose_tracker_goes_by_looks(
    tracker: str, count: int
) -> None:
    looks = Looks()
    with TestClient(create_app(ServedModel(square_detector, reid=looks))) as client:
        session = open_session(client, tracker=tracker, options={"with_reid": True} if count else {})
        for index in range(3):
            pixels = np.full((64, 96, 3), 40, np.uint8)
            pixels[20:44, 3 * index : 3 * index + 16] = (60, 200, 240)
            picture = cv2.imencode(".png", pixels)[1].tobytes()
            kind = {"Content-Type": "image/png"}
            assert client.post(f"{session}/frames", content=picture, headers=kind).status_code == 200
    assert looks.frames == count
