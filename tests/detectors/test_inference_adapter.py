"""Detections of an inference server, with the client in its place."""

from __future__ import annotations

import sys
import time
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest

from boxtrail.detectors import InferenceDetector, create_detector
from boxtrail.errors import ConfigError, DetectorError, MissingExtraError

IMAGE = np.zeros((48, 64, 3), np.uint8)
RED = {"x": 20.0, "y": 15.0, "width": 10.0, "height": 6.0, "confidence": 0.9, "class": "red", "class_id": 4}


class HTTPClientError(Exception):
    """As in the package."""


class HTTPCallErrorError(HTTPClientError):
    def __init__(self, status_code: int, api_message: str) -> None:
        super().__init__(api_message)
        self.status_code, self.api_message = status_code, api_message


class Client:
    """Records what it is asked and answers what it is told."""

    made: ClassVar[list[Client]] = []

    def __init__(self, api_url: str, api_key: str | None) -> None:
        self.api_url, self.api_key, self.mode = api_url, api_key, ""
        self.answers: list[Any] = []
        self.asked: list[tuple[int, str]] = []
        Client.made.append(self)

    def configure(self, configuration: dict[str, Any]) -> None:
        self.configuration = configuration

    def select_api_v0(self) -> None:
        self.mode = "v0"

    def select_api_v1(self) -> None:
        self.mode = "v1"

    def infer(self, images: list[Any], model_id: str) -> Any:
        self.asked.append((len(images), model_id))
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer() if callable(answer) else answer


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> list[Client]:
    sdk, http, errors = (
        ModuleType(name) for name in ("inference_sdk", "inference_sdk.http", "inference_sdk.http.errors")
    )
    sdk.InferenceHTTPClient, sdk.InferenceConfiguration = Client, lambda **given: given  # type: ignore[attr-defined]
    errors.HTTPClientError = HTTPClientError  # type: ignore[attr-defined]
    for module in (sdk, http, errors):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.delenv("ROBOFLOW_API_KEY", raising=False)
    Client.made.clear()
    return Client.made


def detector_of(
    answers: list[Any], address: str = "http://host:9001/boxes/1", **options: Any
) -> InferenceDetector:
    made = InferenceDetector(address, **options)
    Client.made[-1].answers = answers
    return made


def test_centres_and_sizes_become_corners(client: list[Client]) -> None:
    detector = detector_of([[{"predictions": [RED]}, {"predictions": []}]])
    first, second = detector([IMAGE, IMAGE])
    np.testing.assert_array_equal(first, [[15.0, 12.0, 25.0, 18.0, 0.9, 4.0]])
    assert second.shape == (0, 6)
    assert dict(detector.names) == {4: "red"}


def test_a_batch_goes_in_one_call_and_one_image_comes_back_bare(client: list[Client]) -> None:
    detector = detector_of([[{"predictions": [RED]}] * 3, {"predictions": [RED]}])
    assert [len(rows) for rows in detector([IMAGE] * 3)] == [1, 1, 1]
    assert len(detector([IMAGE])[0]) == 1
    assert client[0].asked == [(3, "boxes/1"), (1, "boxes/1")]
    assert detector([]) == []


def test_the_confidence_is_always_sent_and_images_keep_their_size(client: list[Client]) -> None:
    create_detector("inference:http://host:9001/boxes/1")
    create_detector("inference:http://host:9001/boxes/1", conf=0.0)
    weak, none = (made.configuration for made in client)
    assert weak["confidence_threshold"] == 0.1
    assert none["confidence_threshold"] == 0.01
    assert weak["client_downsizing_disabled"] is True
    assert weak["max_concurrent_requests"] == 1
    assert weak["max_batch_size"] > 1


@pytest.mark.parametrize(
    ("address", "server", "model", "mode", "key"),
    [
        ("http://host:9001/boxes/1", "http://host:9001", "boxes/1", "v1", "none"),
        ("https://host/a/b/boxes/1?api=v0&api_key=k", "https://host/a/b", "boxes/1", "v0", "k"),
        ("http://host/yolov8n-640", "http://host", "yolov8n-640", "v1", "none"),
    ],
)
def test_an_address_names_server_model_protocol_and_key(
    client: list[Client], address: str, server: str, model: str, mode: str, key: str
) -> None:
    detector = InferenceDetector(address)
    made = client[0]
    assert (made.api_url, detector.model_id, made.mode, made.api_key) == (server, model, mode, key)


@pytest.mark.parametrize(
    "address", ["host/boxes/1", "http://host", "http:///boxes/1", "http://host/a/1?api=v2"]
)
def test_an_address_that_is_none_is_refused(client: list[Client], address: str) -> None:
    with pytest.raises(ConfigError):
        create_detector(f"inference:{address}")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (HTTPCallErrorError(503, "busy"), "http://host:9001/boxes/1: 503: busy"),
        (HTTPClientError("Error with server connection"), "server connection"),
        (ConnectionError("reset"), "reset"),
        (KeyError("request_data"), "request_data"),
        ({"predictions": [{"x": 1.0}]}, "something else than detections"),
        ({"predictions": "none"}, "something else than detections"),
        ([{"predictions": []}] * 2, "2 answers for 1 images"),
    ],
)
def test_what_goes_wrong_is_one_line_with_the_address(client: list[Client], answer: Any, said: str) -> None:
    detector = detector_of([answer])
    with pytest.raises(DetectorError, match=said) as caught:
        detector([IMAGE])
    assert "host:9001" in str(caught.value)


def test_a_server_that_never_answers_is_given_up(client: list[Client]) -> None:
    detector = detector_of([lambda: time.sleep(0.5), {"predictions": [RED]}], seconds=0.02)
    with pytest.raises(DetectorError, match="has not answered"):
        detector([IMAGE])


def test_stubs_and_classes_without_numbers_are_taken(client: list[Client]) -> None:
    bare = {name: RED[name] for name in ("x", "y", "width", "height")}
    entries = [{**bare, "class": "cat"}, {**bare, "class": "dog"}, {**bare, "class": "cat"}]
    detector = detector_of([{"is_stub": True}, {"predictions": entries}])
    assert detector([IMAGE])[0].shape == (0, 6)
    np.testing.assert_array_equal(detector([IMAGE])[0][:, 4:], [[1.0, 0.0], [1.0, 1.0], [1.0, 0.0]])
    assert dict(detector.names) == {0: "cat", 1: "dog"}


def test_neither_key_nor_password_is_told(client: list[Client]) -> None:
    detector = detector_of([OSError("no")], "http://me:secret@host:9001/boxes/1?api_key=hidden")
    with pytest.raises(DetectorError) as caught:
        detector([IMAGE])
    assert "secret" not in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "inference_sdk", None)
    with pytest.raises(MissingExtraError, match=r"boxtrail\[inference\]"):
        create_detector("inference:http://host:9001/boxes/1")
