"""Detections of Roboflow's inference server, or any that speaks its protocol, through ``inference_sdk``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np

from boxtrail.detectors.arrays import stack_columns
from boxtrail.detectors.detector import DEFAULT_MIN_SCORE, Detections, Image, num_images
from boxtrail.errors import ConfigError, DetectorError, require

BATCH_SIZE = 8  # images a request
SECONDS = 120.0  # the client waits for ever by itself
LEAST_SCORE = 0.01  # below it the server takes no threshold
MODES = ("v0", "v1")
KEY = "ROBOFLOW_API_KEY"


class InferenceDetector:
    """A model of an inference server.

    The confidence is always sent, for the server's own of 0.4 would starve the stages that look at weak boxes. Images
    go in full size, as JPEG, several a request, one request after the other. Class names are known once a box of the
    class was seen: the protocol has no list of them.

    Args:
        address: ``http://host:port/project/version``, or a free name of one part; ``?api=v0`` for the older protocol,
            which asks once a frame where v1 asks twice; ``?api_key=KEY``, else the environment's ``ROBOFLOW_API_KEY``.
        min_score: lowest score the server is asked for, [0, 1].
        batch_size: images a request, in v1.
        seconds: how long an answer may take.
        client: an ``InferenceHTTPClient`` made elsewhere; it is configured here.

    Raises:
        ConfigError: for an address that is none.
        MissingExtraError: without ``inference_sdk``.
    """

    names: Mapping[int, str]

    def __init__(
        self,
        address: str,
        *,
        min_score: float = DEFAULT_MIN_SCORE,
        batch_size: int = BATCH_SIZE,
        seconds: float = SECONDS,
        client: Any = None,
    ) -> None:
        server, self.model_id, options = _parts(address)
        sdk: Any = require("inference_sdk", "inference", "a detector of an inference server")
        errors: Any = require("inference_sdk.http.errors", "inference", "a detector of an inference server")
        # What the client itself lets through: broken JSON, an answer of another shape, requests' own errors.
        self._errors = (errors.HTTPClientError, OSError, ValueError, KeyError, TypeError, AttributeError)
        mode, key = options.get("api", "v1"), options.get("api_key", os.environ.get(KEY))
        if mode not in MODES:
            raise ConfigError(f"{address}: api is v0 or v1, not {mode!r}")
        self._client = client or sdk.InferenceHTTPClient(api_url=server, api_key=key or "none")
        self._client.configure(
            sdk.InferenceConfiguration(
                confidence_threshold=max(min_score, LEAST_SCORE),
                client_downsizing_disabled=True,
                max_batch_size=batch_size,
                max_concurrent_requests=1,
                api_key_transport="both",
            )
        )
        self._client.select_api_v0() if mode == "v0" else self._client.select_api_v1()
        self._shown = f"{server.rpartition('@')[2]}/{self.model_id}"  # without user and password
        self._seconds = seconds
        self._worker = ThreadPoolExecutor(1, "boxtrail-inference")
        self._labels: dict[str, int] = {}
        self._names: dict[int, str] = {}
        self.names = self._names

    def __call__(
        self, images: Sequence[Image], frame_indices: Sequence[int] | None = None
    ) -> list[Detections]:
        """Detections of each image.

        Raises:
            DetectorError: if the server cannot be reached, refuses, fails or takes too long.
        """
        if not num_images(images, frame_indices):
            return []
        try:
            asked = self._worker.submit(self._client.infer, list(images), model_id=self.model_id)
            found = asked.result(self._seconds)
        except TooLate as error:
            self._worker = ThreadPoolExecutor(1, "boxtrail-inference")  # the other still waits
            raise DetectorError(f"{self._shown} has not answered for {self._seconds:g} s") from error
        except self._errors as error:
            raise DetectorError(f"{self._shown}: {_reason(error)}") from error
        answers = found if isinstance(found, list) else [found]
        if len(answers) != len(images):  # the client cuts without a word
            raise DetectorError(f"{self._shown} gave {len(answers)} answers for {len(images)} images")
        return [self._rows(answer) for answer in answers]

    def reset(self) -> None:
        """It remembers no frames."""

    def _rows(self, answer: Mapping[str, Any]) -> Detections:
        try:
            entries = answer.get("predictions") or []  # a stub has none
            centres = np.array([[entry["x"], entry["y"]] for entry in entries], np.float64).reshape(-1, 2)
            sizes = np.array([[entry["width"], entry["height"]] for entry in entries], np.float64)
            scores = [float(entry.get("confidence", 1.0)) for entry in entries]
            labels = [self._label(entry) for entry in entries]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise DetectorError(
                f"{self._shown} answered something else than detections: {error!r}"
            ) from error
        halves = sizes.reshape(-1, 2) / 2.0
        return stack_columns(np.hstack([centres - halves, centres + halves]), scores, labels)

    def _label(self, entry: Mapping[str, Any]) -> int:
        """The class's number; where it has none, names are numbered as they come."""
        name = str(entry.get("class", ""))
        label = entry.get("class_id")
        number = self._labels.setdefault(name, len(self._labels)) if label is None else int(label)
        self._names.setdefault(number, name or f"class {number}")
        return number


def _parts(address: str) -> tuple[str, str, dict[str, str]]:
    """Server, model and options: the model is the last two parts of the path, or its only one."""
    parts = urlsplit(address)
    path = [part for part in parts.path.split("/") if part]
    if parts.scheme not in ("http", "https") or not parts.hostname or not path:
        raise ConfigError(
            f"a model of an inference server is inference:http://host:port/project/version, not {address!r}"
        )
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    before = "".join(f"/{part}" for part in path[:-2])
    return f"{parts.scheme}://{parts.netloc}{before}", "/".join(path[-2:]), options


def _reason(error: BaseException) -> str:
    """What the server said where it said something."""
    said = getattr(error, "api_message", None)
    status = getattr(error, "status_code", None)
    if said and status:
        return f"{status}: {said}"
    return str(error) or type(error).__name__


__all__ = ["InferenceDetector"]
