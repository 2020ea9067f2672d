"""Detections of a model at an address, from a server that answers as Supervisely's do."""

from __future__ import annotations

import base64
import json
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import cv2
import numpy as np
import pytest

from boxtrail.detectors import SuperviselyDetector, create_detector
from boxtrail.errors import ConfigError, DetectorError, SourceError

pytest.importorskip("httpx", reason="httpx is not installed")

IMAGE = np.full((48, 64, 3), 90, np.uint8)
RECTANGLE = {
    "classTitle": "car",
    "tags": [{"name": "confidence", "value": 0.75}],
    "points": {"exterior": [[10.5, 20.25], [30, 40]], "interior": []},
}


class Server(ThreadingHTTPServer):
    """Answers every path with what it is told; remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Any] = {
            "get_output_classes_and_tags": {"classes": [{"title": "person"}, {"title": "car"}]},
            "inference_batch_async": {"inference_request_uuid": "abc"},
            "clear_inference_request": {"success": True},
        }
        self.asked: list[tuple[str, bytes, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def results(self, *answers: dict[str, Any]) -> None:
        self.answers["pop_inference_results"] = list(answers)


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        name = self.path.rsplit("/", 1)[-1]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.path, body, self.headers.get("x-api-key")))
        answer = self.server.answers.get(name, {"message": f"nothing at {name}"})
        if isinstance(answer, list):
            answer = answer.pop(0)
        status = answer.pop("status_code", 200) if isinstance(answer, dict) else 200
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: pytest's output is for tests."""


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def popped(*annotations: list[dict[str, Any]], finished: bool = True) -> dict[str, Any]:
    results = [
        {"annotation": {"size": {"height": 48, "width": 64}, "objects": list(objects)}}
        for objects in annotations
    ]
    return {"pending_results": results, "finished": finished, "exception": None}


def test_rectangles_polygons_and_bitmaps_become_boxes(server: Server) -> None:
    polygon = {
        "classTitle": "person",
        "tags": [],
        "points": {"exterior": [[1, 2], [9, 4], [5, 8]], "interior": []},
    }
    png = cv2.imencode(".png", np.full((7, 5), 255, np.uint8))[1].tobytes()
    data = base64.b64encode(zlib.compress(png)).decode()
    bitmap = {
        "classTitle": "bus",
        "tags": [{"name": "conf", "value": 0.5}],
        "bitmap": {"origin": [3, 4], "data": data},
    }
    server.results(popped([RECTANGLE, polygon, bitmap], []))
    detector = create_detector(f"supervisely:{server.url}")
    first, second = detector([IMAGE, IMAGE])
    expected = [[10.5, 20.25, 30, 40, 0.75, 1], [1, 2, 9, 8, 1.0, 0], [3, 4, 8, 11, 0.5, 2]]
    np.testing.assert_array_equal(first, expected)
    assert second.shape == (0, 6)
    assert dict(detector.names) == {0: "person", 1: "car", 2: "bus"}


def test_a_batch_is_one_upload_of_lossless_images_with_a_low_confidence(server: Server) -> None:
    server.results(popped([RECTANGLE], finished=False), popped(finished=False), popped([], [RECTANGLE]))
    found = SuperviselyDetector(server.url)([IMAGE] * 3)
    assert [len(rows) for rows in found] == [1, 0, 1]
    uploads = [body for path, body, _ in server.asked if path == "/inference_batch_async"]
    assert len(uploads) == 1
    assert uploads[0].count(b"\x89PNG") == 3
    assert b'"conf": 0.1' in uploads[0]
    assert server.asked[-1][0] == "/clear_inference_request"


def test_a_path_and_a_token_are_kept(server: Server) -> None:
    server.results(popped([]))
    SuperviselyDetector(f"{server.url}/models/7?token=hidden")([IMAGE])
    assert {path.rpartition("/")[0] for path, *_ in server.asked} == {"/models/7"}
    assert {token for *_, token in server.asked} == {"hidden"}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"pending_results": [], "exception": {"type": "ValueError", "message": "boom"}}, "ValueError: boom"),
        (popped([], [], []), "3 answers for 2 images"),
        (popped([]), "1 answers for 2 images"),
        ({"pending_results": [{"annotation": None}] * 2, "finished": True}, "something else than detections"),
        ({"status_code": 404, "message": "no such request"}, "no such request"),
    ],
)
def test_what_goes_wrong_is_one_line(server: Server, answer: dict[str, Any], said: str) -> None:
    server.results(answer, popped())
    detector = SuperviselyDetector(server.url)
    with pytest.raises(DetectorError, match=said):
        detector([IMAGE, IMAGE])


def test_a_server_that_never_answers_is_given_up(server: Server) -> None:
    server.results(*[popped(finished=False) for _ in range(100)])
    with pytest.raises(DetectorError, match="has not answered"):
        SuperviselyDetector(server.url, seconds=0.01)([IMAGE])


def test_another_server_is_recognised_as_such(server: Server) -> None:
    server.answers["get_output_classes_and_tags"] = {"message": "hello"}
    with pytest.raises(DetectorError, match="no list of classes"):
        create_detector(f"supervisely:{server.url}")


def test_nobody_at_the_address_and_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boxtrail.detectors.supervisely_calls.PAUSE", 0.0)
    with pytest.raises(SourceError, match="cannot reach"):
        create_detector("supervisely:http://127.0.0.1:1")
    with pytest.raises(ConfigError, match="http://"):
        create_detector("supervisely:model.pt")
