"""boxtrail's own protocol: frames in every form."""

from __future__ import annotations

import cv2
import msgpack
import numpy as np
import pytest
from starlette.testclient import TestClient

from boxtrail import create_tracker
from boxtrail.serve.stepping import LONGEST_GAP
from own_requests import MSGPACK, RAW, open_session, send
from served_frames import boxes, tracked
from square_video import square_detector


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
