"""The same frames over a WebSocket."""

from __future__ import annotations

import json
import threading
from typing import Any

import cv2
import msgpack
import numpy as np
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from boxtrail import create_tracker
from boxtrail.serve.app import create_app
from boxtrail.serve.images import decode_image
from boxtrail.serve.limits import Limits
from boxtrail.serve.served_model import ServedModel
from own_requests import open_session
from served_frames import boxes, tracked
from square_video import square_detector


@pytest.mark.parametrize("form", ["json", "msgpack", "raw"])
def test_every_form_gives_the_rows_of_a_tracker_in_this_process(client: TestClient, form: str) -> None:
    frames = boxes()
    session = open_session(client)
    with client.websocket_connect(f"{session}/stream?form={form}") as socket:
        for rows, theirs in zip(frames, tracked(frames), strict=True):
            if form == "raw":
                socket.send_bytes(rows.astype("<f4").tobytes())
                ours = np.frombuffer(socket.receive_bytes(), "<f4").reshape(-1, 8)
                assert np.array_equal(ours, theirs.astype(np.float32))
                continue
            said = {"detections": rows.tolist()}
            if form == "json":
                socket.send_text(json.dumps(said))
                found = socket.receive_json()
            else:
                socket.send_bytes(msgpack.packb(said))
                found = msgpack.unpackb(socket.receive_bytes())
            assert found["tracks"] == theirs.tolist()
    assert client.get(session).json()["frames"] == len(frames)


def test_images_come_as_binary_messages(client: TestClient) -> None:
    image = np.full((64, 96, 3), 40, np.uint8)
    image[20:44, 30:46] = (60, 200, 240)
    theirs = create_tracker("bytetrack").update(np.array(square_detector(image)), image)
    with client.websocket_connect(f"{open_session(client)}/stream?form=image") as socket:
        socket.send_bytes(cv2.imencode(".png", image)[1].tobytes())
        assert socket.receive_json()["tracks"] == theirs.tolist()


def test_a_wrong_message_is_answered_and_changes_nothing(client: TestClient) -> None:
    frames = boxes()
    with client.websocket_connect(f"{open_session(client)}/stream") as socket:
        for wrong in ("{", "[]", '{"detections": [[NaN, 2, 3, 4, 0.5, 0]]}', '{"frame": -1}'):
            socket.send_text(wrong)
            assert list(socket.receive_json()) == ["message"]
        for rows, theirs in zip(frames, tracked(frames), strict=True):
            socket.send_json({"detections": rows.tolist()})
            assert socket.receive_json()["tracks"] == theirs.tolist()


@pytest.mark.parametrize("address", ["/v1/sessions/nobody/stream", "{session}/stream?form=csv"])
def test_a_stream_of_nothing_is_closed(client: TestClient, address: str) -> None:
    address = address.format(session=open_session(client))
    with client.websocket_connect(address) as socket, pytest.raises(WebSocketDisconnect) as closed:
        socket.receive_text()
    assert closed.value.code == 4404


def test_a_closed_session_ends_its_stream(client: TestClient) -> None:
    session = open_session(client)
    with client.websocket_connect(f"{session}/stream") as socket:
        client.delete(session)
        socket.send_json({"detections": []})
        assert "closed" in socket.receive_json()["message"]
        with pytest.raises(WebSocketDisconnect):
            socket.receive_text()


def test_a_message_that_is_too_large_ends_the_stream(model: ServedModel) -> None:
    with TestClient(create_app(model, Limits(max_message_bytes=1000))) as client:
        with client.websocket_connect(f"{open_session(client)}/stream") as socket:
            socket.send_text(" " * 1001)
            with pytest.raises(WebSocketDisconnect) as closed:
                socket.receive_text()
        assert closed.value.code == 4413
        assert client.get("/healthz").status_code == 200


def picture(index: int) -> bytes:
    image = np.full((64, 96, 3), 40, np.uint8)
    image[20:44, 3 * index : 3 * index + 16] = (60, 200, 240)
    return cv2.imencode(".png", image)[1].tobytes()


def test_an_image_is_decoded_while_the_one_before_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looks, both = threading.Event(), threading.Event()

    def slow_detector(image: Any) -> Any:
        looks.set()
        assert both.wait(30)  # goes on only when the next image is decoded
        return square_detector(image)

    def decode(data: bytes, max_pixels: int) -> Any:
        if looks.is_set():
            both.set()
        return decode_image(data, max_pixels)

    monkeypatch.setattr("boxtrail.serve.answering.decode_image", decode)
    with TestClient(create_app(ServedModel(slow_detector), Limits(workers=2))) as client:
        for _ in range(5):  # streams that end in the middle leave room for the images of others
            with client.websocket_connect(f"{open_session(client)}/stream?form=image") as socket:
                for index in range(3):
                    socket.send_bytes(picture(index))
                socket.receive_json()
        looks.clear()
        both.clear()
        with client.websocket_connect(f"{open_session(client)}/stream?form=image") as socket:
            for index in range(2):
                socket.send_bytes(picture(index))
            assert [socket.receive_json()["frame"] for _ in range(2)] == [0, 1]


def test_images_sent_ahead_are_answered_in_order_whatever_is_among_them(client: TestClient) -> None:
    with client.websocket_connect(f"{open_session(client)}/stream?form=image") as socket:
        for index in range(6):
            socket.send_bytes(picture(index))
            socket.send_bytes(b"no image")
        answers = [socket.receive_json() for _ in range(12)]
    assert [answer["frame"] for answer in answers[::2]] == list(range(6))
    assert all("no image" in answer["message"] for answer in answers[1::2])
    assert {row[4] for answer in answers[::2] for row in answer["tracks"]} == {1.0, 2.0}
