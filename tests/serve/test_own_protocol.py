"""boxtrail's own protocol over HTTP."""

from __future__ import annotations

import json
import threading
from typing import Any

import cv2
import msgpack
import numpy as np
import pytest
from starlette.testclient import TestClient

from boxtrail import create_tracker
from boxtrail.serve.app import create_app
from boxtrail.serve.limits import Limits
from boxtrail.serve.served_model import ServedModel
from boxtrail.serve.stepping import LONGEST_GAP
from served_frames import boxes, tracked
from square_video import square_detector

RAW, MSGPACK = "application/octet-stream", "application/msgpack"


def open_session(client: TestClient, **new: Any) -> str:
    answer = client.post("/v1/sessions", json=new)
    assert answer.status_code == 201, answer.text
    return f"/v1/sessions/{answer.json()['id']}"


def send(client: TestClient, session: str, rows: Any, form: str = "json", **more: Any) -> np.ndarray:
    """One frame in one of the forms; the rows of its tracks."""
    rows = np.asarray(rows, dtype=float)
    if form == "raw":
        place = {"columns": rows.shape[1], **more}
        content, kind = rows.astype("<f4").tobytes(), RAW
    else:
        place, said = {}, {"detections": rows.tolist(), **more}
        content, kind = (json.dumps(said).encode(), "application/json") if form == "json" else (
            msgpack.packb(said), MSGPACK,
        )  # fmt: skip
    answer = client.post(f"{session}/frames", content=content, params=place, headers={"Content-Type": kind})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == kind
    if form == "raw":
        return np.frombuffer(answer.content, "<f4").reshape(-1, rows.shape[1] + 2).astype(float)
    found = answer.json() if form == "json" else msgpack.unpackb(answer.content)
    return np.array(found["tracks"], dtype=float).reshape(-1, rows.shape[1] + 2)


@pytest.mark.parametrize("form", ["json", "msgpack", "raw"])
@pytest.mark.parametrize("tracker", ["bytetrack", "ocsort"])
def test_every_form_gives_the_rows_of_a_tracker_in_this_process(
    client: TestClient, form: str, tracker: str
) -> None:
    frames = boxes()
    session = open_session(client, tracker=tracker, options={"max_age": 5} if tracker == "ocsort" else {})
    expected = tracked(frames, tracker, **({"max_age": 5} if tracker == "ocsort" else {}))
    for rows, theirs in zip(frames, expected, strict=True):
        ours = send(client, session, rows, form)
        assert ours.shape == theirs.shape
        assert np.array_equal(ours, theirs.astype(np.float32) if form == "raw" else theirs)
    assert any(len(rows) for rows in expected)


@pytest.mark.parametrize("form", ["json", "msgpack", "raw"])
def test_oriented_boxes_travel_in_every_form(client: TestClient, form: str) -> None:
    frames = [np.array([[100.0 + 2 * index, 80, 40, 20, 0.5, 0.9375, 0]]) for index in range(4)]
    session = open_session(client)
    for rows, theirs in zip(frames, tracked(frames), strict=True):
        assert np.allclose(send(client, session, rows, form), theirs, atol=1e-4)


def test_an_image_is_tracked_by_what_the_servers_detector_finds(client: TestClient) -> None:
    session, tracker = open_session(client), create_tracker("bytetrack")
    for index in range(5):
        image = np.full((64, 96, 3), 40, np.uint8)
        image[20:44, 3 * index : 3 * index + 16] = (60, 200, 240)
        content = cv2.imencode(".png", image)[1].tobytes()
        answer = client.post(f"{session}/frames", content=content, headers={"Content-Type": "image/png"})
        theirs = tracker.update(np.array(square_detector(image)), image)
        assert answer.json() == {"frame": index, "tracks": theirs.tolist()}


def test_the_answer_comes_in_the_form_that_is_asked_for(client: TestClient) -> None:
    session = open_session(client)
    rows = boxes()[0]
    answer = client.post(f"{session}/frames", json={"detections": rows.tolist()}, headers={"Accept": MSGPACK})
    assert msgpack.unpackb(answer.content) == {"frame": 0, "tracks": tracked([rows])[0].tolist()}


@pytest.mark.parametrize("form", ["json", "msgpack", "raw"])
def test_frames_left_out_count_as_frames_without_detections(client: TestClient, form: str) -> None:
    frames = boxes()
    session = open_session(client, tracker="sort", options={"max_age": 5})
    empty = np.zeros((0, 6))
    expected = tracked([*frames[:3], empty, empty, frames[5]], "sort", max_age=5)
    for index in (0, 1, 2, 5):
        found = send(client, session, frames[index], form, frame=index)
        assert np.allclose(found, expected[index], atol=1e-3), index


def test_a_track_does_not_outlive_a_long_gap(client: TestClient) -> None:
    session = open_session(client)
    box = [[10, 10, 50, 90, 0.9, 0]]
    ids = [send(client, session, box, frame=index)[:, 4].tolist() for index in (0, 1, 80, 81)]
    assert ids == [[1.0], [1.0], [], [2.0]]


def test_timestamps_tell_the_time_instead_of_gaps(client: TestClient) -> None:
    frames = boxes()
    session = open_session(client, options={"variable_dt": True}, frame_rate=10)
    tracker = create_tracker("bytetrack", variable_dt=True, frame_rate=10.0)
    for index in (0, 1, 2, 7, 8):
        theirs = tracker.update(frames[index], timestamp=index / 10)
        ours = send(client, session, frames[index], frame=index, timestamp=index / 10)
        assert np.array_equal(ours, theirs)


def test_embeddings_reach_the_tracker(client: TestClient) -> None:
    frames, rng = boxes(), np.random.default_rng(1)
    session, tracker = open_session(client, tracker="deepocsort"), create_tracker("deepocsort")
    for rows in frames:
        looks = rng.integers(1, 9, (len(rows), 4)).astype(np.float32)
        theirs = tracker.update(rows, embs=looks)
        assert np.array_equal(send(client, session, rows, "msgpack", embeddings=looks.tolist()), theirs)


WRONG: list[tuple[str, bytes, str]] = [
    ("application/json", b'{"detections": [[1, 2, 3, 4, NaN, 0]]}', "no JSON"),
    ("application/json", b'{"detections": [[1, 2, Infinity, 4, 0.5, 0]]}', "no JSON"),
    ("application/json", b'{"detections": [[1, 2, 3]]}', "6"),
    ("application/json", b'{"detections": [[1, 2, 3, 4, 0.5, 0], [1]]}', "one length"),
    ("application/json", b'{"detections": [["1", "2", "3", "4", "0.5", "0"]]}', "numbers"),
    ("application/json", b'{"detections": 5}', "rows of numbers"),
    ("application/json", b'{"detections": [[1, 2, 3, 4, 1' + b"0" * 400 + b", 0]]}", "no JSON"),
    ("application/json", b'{"detection": []}', "unknown key 'detection'"),
    ("application/json", b'{"detections": [], "frame": -1}', "whole number from 0"),
    ("application/json", b'{"detections": [], "frame": 1.5}', "whole number from 0"),
    ("application/json", b'{"detections": [], "frame": 3}', "comes after frame 3"),
    ("application/json", b'{"detections": [], "timestamp": 1' + b"0" * 400 + b"}", "no JSON"),
    ("application/json", b"{", "no JSON"),
    ("application/json", b"[]", "must be an object"),
    ("application/json", b"[" * 100_000, "no JSON"),
    (MSGPACK, b"\xc1", "no msgpack"),
    (MSGPACK, b"\xdd\xff\xff\xff\xff", "no msgpack"),
    (MSGPACK, msgpack.packb([[]] * 200_000), "lists in it"),
    (RAW, b"12345", "no rows of 6"),
    (RAW, np.full((1, 6), np.nan, "<f4").tobytes(), "finite|NaN|nan"),
    ("image/jpeg", b"no image", "no image"),
    ("image/jpeg", b"", "no image"),
]


@pytest.mark.parametrize(("kind", "content", "message"), WRONG)
def test_a_wrong_frame_is_refused_and_changes_nothing(
    client: TestClient, kind: str, content: bytes, message: str
) -> None:
    frames = boxes()
    session = open_session(client)
    for rows in frames[:4]:
        send(client, session, rows)
    before = client.get(f"{session}/state").json()
    answer = client.post(f"{session}/frames", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert answer.json()["message"] == answer.json()["detail"]
    assert any(word in answer.json()["message"] for word in message.split("|")), answer.json()
    assert client.get(f"{session}/state").json() == before
    assert np.array_equal(send(client, session, frames[4]), tracked(frames)[4])


def test_a_wrong_frame_after_a_gap_leaves_no_gap_behind(client: TestClient) -> None:
    frames = boxes()
    session = open_session(client)
    for rows in frames[:3]:
        send(client, session, rows)
    before = client.get(f"{session}/state").json()
    for wrong in ([[1, 2, 3, 4, None, 0]], [[1, 2, 3]]):  # found before and after the gap
        said = {"detections": wrong, "frame": 9}
        assert client.post(f"{session}/frames", json=said).status_code == 400
        assert client.get(f"{session}/state").json() == before
    huge = {"detections": [], "frame": 4 + LONGEST_GAP}
    assert "leaves out" in client.post(f"{session}/frames", json=huge).json()["message"]
    assert np.array_equal(send(client, session, frames[3]), tracked(frames)[3])


def test_a_form_nobody_knows_is_415(client: TestClient) -> None:
    session = open_session(client)
    answer = client.post(f"{session}/frames", content=b"1,2", headers={"Content-Type": "text/csv"})
    assert answer.status_code == 415
    assert "application/msgpack" in answer.json()["message"]


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
