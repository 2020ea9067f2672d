"""A model behind an address: ``boxtrail serve``, or any server that speaks Supervisely's protocol."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np

from boxtrail.detectors.supervisely_calls import Calls, open_file
from boxtrail.errors import ConfigError, DetectorError, SourceError, require
from boxtrail.predict.inputs import ImageInput, VideoInput, resolve
from boxtrail.predict.model import UPLOADING
from boxtrail.predict.prediction import Prediction
from boxtrail.predict.region import Region
from boxtrail.predict.session import Work
from boxtrail.predict.settings import Settings, settings_of

ENDPOINTS = {
    "freeze_model": "freeze_model",
    "get_classes": "get_output_classes_and_tags",
    "get_info": "get_deploy_info",
    "get_model_meta": "get_output_classes_and_tags",
    "get_settings": "get_custom_inference_settings",
    "get_tracking_settings": "get_tracking_settings",
    "is_deployed": "is_ready",
    "list_pretrained_model_infos": "list_pretrained_model_infos",
    "list_pretrained_models": "list_pretrained_models",
    "load": "deploy_from_api",
    "shutdown": "tasks.stop",
    "status": "get_status",
}
PLATFORM = {
    "image_id": ("inference_batch_ids_async", "batch_ids"),
    "image_ids": ("inference_batch_ids_async", "batch_ids"),
    "video_id": ("inference_video_id_async", "videoId"),
    "project_id": ("inference_project_id_async", "projectId"),
    "dataset_id": ("inference_project_id_async", "dataset_ids"),
}
POLL = 0.2  # seconds between looks at a server that has nothing new


class RemoteModel:
    """See :class:`boxtrail.predict.ModelAPI`.

    Raises:
        ConfigError: for an address that is none.
        MissingExtraError: without ``httpx``.
    """

    def __init__(self, url: str, *, token: str | None = None) -> None:
        self._calls = Calls(url, token)

    def start(self, input: Any, **arguments: Any) -> Work:
        """Predictions of ``input``, made by the server; arrays are sent as PNG, files as they are.

        Raises:
            ConfigError: for an argument that makes no sense, or that the server refuses.
            SourceError: if the input cannot be read, or the server not be reached.
        """
        target = {name: arguments.pop(name) for name in PLATFORM if name in arguments}
        extra: dict[str, Any] = {name: arguments.pop(name) for name in UPLOADING if name in arguments}
        settings = settings_of(**arguments)
        names = [entry["title"] for entry in self.ask("get_model_meta").get("classes", [])]
        if target:
            (name, value), *_ = target.items()
            endpoint, key = PLATFORM[name]
            ids = value if name not in ("image_id", "dataset_id") else [value]
            starts = [lambda: self._calls.ask(endpoint, {**state_of(settings), **extra, key: ids})]
            return RemoteWork(self._calls, starts, [(None, {})], names, tracked=settings.tracker is not None)
        inputs = resolve(input, recursive=settings.recursive, allow_urls=False)
        return self._uploads(inputs, settings, names)

    def _uploads(
        self, inputs: Sequence[ImageInput | VideoInput], settings: Settings, names: list[str]
    ) -> Work:
        """One request for all images, and one a video, in this order."""
        images = [entry for entry in inputs if isinstance(entry, ImageInput)]
        videos = [entry for entry in inputs if isinstance(entry, VideoInput)]
        starts: list[Any] = []
        origins: list[Any] = []
        if images:
            starts.append(lambda: self._send("inference_batch_async", images, settings))
            origins.append((images, {}))
        for video in videos:
            starts.append(lambda video=video: self._send("inference_video_async", [video], settings))
            origins.append(([video], {"is_video": True}))
        return RemoteWork(self._calls, starts, origins, names, tracked=settings.tracker is not None)

    def _send(self, endpoint: str, inputs: Sequence[ImageInput | VideoInput], settings: Settings) -> Any:
        with ExitStack() as stack:
            files = [
                (entry.name or f"image_{index}.png", _content(entry, stack))
                for index, entry in enumerate(inputs)
            ]
            return self._calls.upload(endpoint, json.dumps(state_of(settings)), files)

    def ask(self, what: str, **arguments: Any) -> Any:
        """See :class:`boxtrail.predict.ModelAPI`."""
        state = {"model_name": arguments["model"], "deploy_params": arguments} if what == "load" else None
        answer = self._calls.ask(ENDPOINTS[what], state)
        if what == "get_classes":
            return [entry["title"] for entry in answer["classes"]]
        if what == "get_settings":
            return answer["settings"]
        if what == "is_deployed":
            return answer.get("status") == "ready"
        return answer


class RemoteWork:
    """Requests sent one after the other, and their results as they come."""

    def __init__(
        self,
        calls: Calls,
        starts: Sequence[Any],
        origins: Sequence[tuple[Sequence[ImageInput | VideoInput] | None, Mapping[str, bool]]],
        class_names: list[str],
        *,
        tracked: bool,
    ) -> None:
        self._calls, self._starts, self._origins = calls, starts, origins
        self._names, self._tracked = class_names, tracked
        self._stopped = False
        self._uuid = str(starts[0]()["inference_request_uuid"])  # now: what is refused is refused here
        self.context: dict[str, Any] = {"requests": len(starts)}
        self.final_result: Any = None
        first = self._ask("get_inference_progress")
        self.message = str(first["progress"].get("message", ""))
        self.total = int(first["progress"]["total"]) if len(starts) == 1 else None

    def __iter__(self) -> Iterator[Prediction]:
        for index, (inputs, about) in enumerate(self._origins):
            if index and not self._stopped:
                self._uuid = str(self._starts[index]()["inference_request_uuid"])
            if self._stopped and index:
                return
            yield from self._results(inputs, is_video=about.get("is_video", False))
            self.final_result = self._ask("get_inference_result")
            self._ask("clear_inference_request")

    def stop(self) -> None:
        """Ask the server to stop."""
        self._stopped = True
        self._ask("stop_inference")

    def _results(
        self, inputs: Sequence[ImageInput | VideoInput] | None, *, is_video: bool
    ) -> Iterator[Prediction]:
        count = 0
        while True:
            answer = self._ask("pop_inference_results")
            if error := answer.get("exception"):
                raise DetectorError(f"the server failed: {error.get('type')}: {error.get('message')}")
            pending = answer["pending_results"]
            for result in pending:
                origin = {} if inputs is None else _origin(inputs[0 if is_video else count])
                count += 1
                yield Prediction.from_json(result, self._names, tracked=self._tracked, **origin)
            if answer.get("finished") and not pending:
                return
            if not pending:
                time.sleep(POLL)

    def _ask(self, endpoint: str) -> Any:
        return self._calls.ask(endpoint, {"inference_request_uuid": self._uuid})


def state_of(settings: Settings) -> dict[str, Any]:
    """Settings as the protocol has them."""
    frames = settings.frames
    said: dict[str, Any] = {"settings": {"classes": list(settings.classes) if settings.classes else None}}
    for name, value in (
        ("conf", settings.conf),
        ("img_size", settings.img_size),
        ("recursive", settings.recursive),
    ):
        if value is not None:
            said["settings"][name] = value
    if settings.region is not None:
        said["settings"] |= _rectangles(settings.region)
    if settings.windows is not None:
        windows = settings.windows
        said["settings"] |= {
            "inference_mode": "sliding_window",
            "sliding_window_params": {
                "windowWidth": windows.width,
                "windowHeight": windows.height,
                "overlapX": windows.overlap_x,
                "overlapY": windows.overlap_y,
            },
        }
    if settings.tracker is not None:
        said |= {"tracker": settings.tracker, "tracker_settings": dict(settings.tracker_options)}
    range_ = {
        name: getattr(frames, name)
        for name in ("start_frame", "num_frames", "stride", "end_frame", "duration", "direction")
    }
    return {
        **said,
        **{name: value for name, value in range_.items() if value is not None},
        "batch_size": settings.batch_size,
    }


def _rectangles(region: Region) -> dict[str, Any]:
    """``rectangle`` for all images, or ``rectangles``, one for each; the last pixels belong to them."""
    boxes = region if isinstance(region[0], tuple) else (region,)
    corners = [[[x1, y1], [x2 - 1, y2 - 1]] for x1, y1, x2, y2 in boxes]
    found = [{"points": {"exterior": pair, "interior": []}} for pair in corners]
    return {"rectangles": found} if boxes is region else {"rectangle": found[0]}


def _content(entry: ImageInput | VideoInput, stack: ExitStack) -> IO[bytes] | bytes:
    if entry.path is not None:
        return stack.enter_context(open_file(Path(entry.path)))
    if isinstance(entry, ImageInput) and entry.array is not None:
        cv2 = require("cv2", "predict", "sending arrays")
        done, encoded = cv2.imencode(".png", np.ascontiguousarray(entry.array[..., ::-1]))
        if not done:
            raise ConfigError("an array could not be packed as PNG")
        return bytes(encoded.tobytes())
    raise SourceError(f"{entry.url}: a server is sent files and arrays, not addresses")


def _origin(entry: ImageInput | VideoInput) -> dict[str, Any]:
    known = {
        "source": entry.source,
        "name": entry.name,
        "path": None if entry.path is None else str(entry.path),
    }
    return {name: value for name, value in known.items() if value is not None}


__all__ = ["RemoteModel"]
