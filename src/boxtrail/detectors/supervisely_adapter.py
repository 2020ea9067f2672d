"""Detections of a model that Supervisely serves, or ``boxtrail serve``, without Supervisely's SDK.

The SDK cannot send arrays (``predict`` of an array fails in it), sends one path a call at most, and sleeps a second a
batch. The protocol is small: images go as PNG, a batch a request, and the answer is taken as soon as it is there.
"""

from __future__ import annotations

import base64
import json
import time
import zlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import numpy as np

from boxtrail.detectors.arrays import stack_columns
from boxtrail.detectors.detector import DEFAULT_MIN_SCORE, Detections, Image, num_images
from boxtrail.detectors.supervisely_calls import Calls
from boxtrail.errors import BoxtrailError, DetectorError, require

SCORES = ("confidence", "conf", "score")  # tags that hold a score; 1 where there is none
POLL = 0.05  # seconds between looks at a server that has nothing yet
SECONDS = 120.0
PNG_SIZE = slice(16, 24)  # width and height in the first chunk


class SuperviselyDetector:
    """A model behind an address.

    Args:
        address: of the server; ``?token=TOKEN`` where it wants one.
        min_score: lowest score the server is asked for, [0, 1].
        seconds: how long an answer may take.

    Raises:
        ConfigError: for an address that is none, or if the server refuses.
        SourceError: if it cannot be reached.
        MissingExtraError: without ``httpx``.
    """

    names: Mapping[int, str]

    def __init__(
        self, address: str, *, min_score: float = DEFAULT_MIN_SCORE, seconds: float = SECONDS
    ) -> None:
        parts = urlsplit(address)
        token = parse_qs(parts.query).get("token", [None])[-1]
        self._calls = Calls(urlunsplit((*parts[:3], "", "")), token)
        self._shown = self._calls.shown
        self._state = {"settings": {"conf": min_score, "classes": None}}
        self._seconds = seconds
        meta = self._calls.ask("get_output_classes_and_tags")
        try:
            self._names = {number: str(entry["title"]) for number, entry in enumerate(meta["classes"])}
        except (KeyError, TypeError) as error:
            raise DetectorError(f"{self._shown} has no list of classes: it is no such server") from error
        self.names = self._names
        self._labels = {name: number for number, name in self._names.items()}

    def __call__(
        self, images: Sequence[Image], frame_indices: Sequence[int] | None = None
    ) -> list[Detections]:
        """Detections of each image, all in one request.

        Raises:
            DetectorError: if the server cannot be reached, refuses, fails or takes too long.
        """
        if not num_images(images, frame_indices):
            return []
        files: list[Any] = [(f"image_{index}.png", _png(image)) for index, image in enumerate(images)]
        state = json.dumps({**self._state, "batch_size": len(images)})
        try:
            started = self._calls.upload("inference_batch_async", state, files)
            request = {"inference_request_uuid": started["inference_request_uuid"]}
            found = self._results(request, len(images))
            self._calls.ask("clear_inference_request", request)
            return [self._rows(result["annotation"]) for result in found]
        except DetectorError:
            raise
        except BoxtrailError as error:
            raise DetectorError(str(error)) from error
        except (AttributeError, KeyError, TypeError, ValueError, zlib.error) as error:
            raise DetectorError(
                f"{self._shown} answered something else than detections: {error!r}"
            ) from error

    def reset(self) -> None:
        """It remembers no frames."""

    def _results(self, request: Mapping[str, Any], count: int) -> list[Any]:
        """The results in the order of the images."""
        found: list[Any] = []
        deadline = time.monotonic() + self._seconds
        while True:
            answer = self._calls.ask("pop_inference_results", request)
            if said := answer.get("exception"):
                raise DetectorError(f"{self._shown} failed: {said.get('type')}: {said.get('message')}")
            found += answer["pending_results"]
            if len(found) >= count or (answer.get("finished") and not answer["pending_results"]):
                break
            if time.monotonic() > deadline:
                raise DetectorError(f"{self._shown} has not answered for {self._seconds:g} s")
            time.sleep(POLL)
        if len(found) != count:
            raise DetectorError(f"{self._shown} gave {len(found)} answers for {count} images")
        return found

    def _rows(self, annotation: Mapping[str, Any]) -> Detections:
        boxes, scores, labels = [], [], []
        for entry in annotation["objects"]:
            boxes.append(_box(entry))
            tags = {tag["name"]: tag.get("value") for tag in entry.get("tags", [])}
            scores.append(float(next((tags[name] for name in SCORES if tags.get(name) is not None), 1.0)))
            labels.append(self._label(str(entry["classTitle"])))
        return stack_columns(np.array(boxes, np.float64).reshape(-1, 4), scores, labels)

    def _label(self, name: str) -> int:
        """Classes the server has not listed are numbered after those it has."""
        number = self._labels.setdefault(name, len(self._labels))
        self._names.setdefault(number, name)
        return number


def _box(entry: Mapping[str, Any]) -> list[float]:
    """``x1, y1, x2, y2`` of a rectangle, a polygon or a bitmap, which is a PNG cut to what it shows."""
    if "bitmap" in entry:
        left, top = (float(value) for value in entry["bitmap"]["origin"])
        png = zlib.decompress(base64.b64decode(entry["bitmap"]["data"]))
        width, height = np.frombuffer(png[PNG_SIZE], dtype=">u4").tolist()
        return [left, top, left + width, top + height]
    points = np.array(entry["points"]["exterior"], dtype=np.float64).reshape(-1, 2)
    return [*points.min(axis=0).tolist(), *points.max(axis=0).tolist()]


def _png(image: Image) -> bytes:
    cv2 = require("cv2", "predict", "sending images")
    done, encoded = cv2.imencode(".png", image, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    if not done:
        raise DetectorError("an image could not be packed as PNG")
    return bytes(encoded.tobytes())


__all__ = ["SuperviselyDetector"]
