"""Runs a workflow, image by image; trackers keep their state from one request to the next."""

from __future__ import annotations

import time
import uuid
from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.serve.errors import RefusedError
from boxtrail.serve.inference.detection import keep
from boxtrail.serve.inference.streams import Streams, rows_and_ids, track
from boxtrail.serve.inference.workflows.blocks import ALL_OUTPUTS, DETECTORS, TRACKERS, Asked, TrackerBlock
from boxtrail.serve.inference.workflows.errors import WorkflowError
from boxtrail.serve.inference.workflows.specification import Step, Workflow, is_selector
from boxtrail.serve.inference.workflows.values import (
    Found,
    Picture,
    VideoMetadata,
    metadata_of,
    pictures_of,
    to_json,
)

if TYPE_CHECKING:
    from boxtrail.serve.app import Service
    from boxtrail.trackers import Tracker

STREAM_PARAMETERS = (
    "video_metadata",
    "video_identifier",
)  # of a request, where the image itself does not say
MODEL_OPTIONS = ("iou_threshold", "max_detections", "class_filter", "class_agnostic_nms")


class WorkflowEngine:
    """Workflows over the detector and the sessions of a server."""

    def __init__(self, service: Service, streams: Streams) -> None:
        self._service, self._streams = service, streams

    def run(self, workflow: Workflow, inputs: Mapping[str, Any], *, owner: str = "") -> list[dict[str, Any]]:
        """The outputs, one object an image.

        Args:
            workflow: what to run.
            inputs: images as JSON and parameters, by name.
            owner: whose request it is: streams of different owners never meet.

        Raises:
            WorkflowError, RefusedError: for inputs that do not fit.
        """
        unknown = set(inputs) - {*workflow.images, *workflow.parameters, *STREAM_PARAMETERS}
        if unknown:
            raise WorkflowError(f"the workflow has no input {sorted(unknown)[0]!r}", kind="RuntimeInputError")
        missing = [name for name in workflow.images if name not in inputs]
        if missing:
            raise WorkflowError(f"input {missing[0]!r} is missing", kind="RuntimeInputError")
        about = next((inputs[name] for name in STREAM_PARAMETERS if inputs.get(name) is not None), None)
        most = self._service.limits.max_pixels
        images = {name: pictures_of(name, inputs[name], about, most) for name in workflow.images}
        count = max((len(pictures) for pictures in images.values()), default=1)
        if any(len(pictures) not in (1, count) for pictures in images.values()):
            raise WorkflowError("the image inputs have different numbers of images", kind="RuntimeInputError")
        parameters = {
            **workflow.parameters,
            **{name: inputs[name] for name in workflow.parameters if name in inputs},
        }
        return [
            self.run_one(
                workflow,
                {
                    **parameters,
                    **{name: pictures[index % len(pictures)] for name, pictures in images.items()},
                },
                owner=owner,
            )
            for index in range(count)
        ]

    def run_one(self, workflow: Workflow, inputs: Mapping[str, Any], *, owner: str) -> dict[str, Any]:
        """The outputs for one image of each image input."""
        results: dict[str, dict[str, Any]] = {}
        for step in workflow.steps:
            fields = {
                name: _select(value, inputs, results) if is_selector(value) else value
                for name, value in step.fields.items()
            }
            run = self._detect if step.kind in DETECTORS else self._track
            results[step.name] = run(step, fields, f"{owner}/{workflow.key}/{step.name}")
        return {
            name: to_json(_select(selector, inputs, results)) for name, selector in workflow.outputs.items()
        }

    def _detect(self, step: Step, fields: Mapping[str, Any], key: str) -> dict[str, Any]:
        picture = fields.get("images")
        if not isinstance(picture, Picture):
            raise WorkflowError(f"step {step.name!r}: images selects no image", step=step.name)
        names = self._service.model.names
        if fields.get("confidence_mode") == "custom":
            confidence = fields.get("custom_confidence", 0.4)
        else:
            confidence = fields.get("confidence")
        asked = {name: fields[name] for name in MODEL_OPTIONS if fields.get(name) is not None}
        rows = self._rows(picture, key)
        found = Found.new(keep(rows, {**asked, "confidence": confidence}, names), picture, names)
        return {"predictions": found, "inference_id": str(uuid.uuid4()), "model_id": fields.get("model_id")}

    def _rows(self, picture: Picture, key: str) -> NDArray[np.float64]:
        """Detections in a picture; a detector that remembers frames must be the stream's own."""
        detectors, identifier = self._service.model.detectors, picture.metadata.identifier
        if identifier is None:
            return np.asarray(detectors.take()([picture.pixels])[0], dtype=np.float64)
        return self._streams.session(f"{key}/{identifier}", "detector").detect(detectors, picture.pixels)

    def _track(self, step: Step, fields: Mapping[str, Any], key: str) -> dict[str, Any]:
        block = TRACKERS[step.kind]
        found = fields.get("detections")
        if not isinstance(found, Found):
            raise WorkflowError(f"step {step.name!r}: detections selects no detections", step=step.name)
        metadata = found.picture.metadata
        if (
            fields.get("metadata") is not None
        ):  # the first version of the block is told the stream apart from the image
            metadata = metadata_of(fields["metadata"])
        try:
            asked = block.asked(fields, metadata.fps)
        except (TypeError, ValueError, OverflowError) as error:
            raise WorkflowError(
                f"step {step.name!r}: {error}", kind="RuntimeInputError", step=step.name
            ) from error
        rows, ids, is_new = self._update(key, block, asked, found, metadata)
        tracked = found.select(rows, ids)
        fresh = [position for position, new in enumerate(is_new) if new]
        seen = [position for position, new in enumerate(is_new) if not new]
        outputs = {
            "tracked_detections": tracked,
            "new_instances": tracked.select(fresh, [ids[position] for position in fresh]),
            "already_seen_instances": tracked.select(seen, [ids[position] for position in seen]),
        }
        return {name: outputs[name] for name in block.outputs}

    def _update(
        self, key: str, block: TrackerBlock, asked: Asked, found: Found, metadata: VideoMetadata
    ) -> tuple[list[int], list[int], list[bool]]:
        """Rows of ``found`` that have a track, the ids of these, and whether each is seen for the first time."""
        image = found.picture.pixels if block.reads_pixels else None
        if metadata.identifier is None:  # stands alone: a tracker for this image, and nobody after it
            alone = self._service.model.new_tracker(block.tracker, **asked.options)
            rows, ids = _grown(alone, *rows_and_ids(alone.update(found.rows, image)), asked, 0, ())
            return rows, ids, [True] * len(rows)
        session = self._streams.session(
            f"{key}/{metadata.identifier}", metadata.identifier, block.tracker,
            frame_rate=metadata.fps, **asked.options,
        )  # fmt: skip
        began = time.perf_counter()
        with self._service.sessions.at_work(session):
            if metadata.frame_number is not None and metadata.frame_number <= session.last_number:
                raise RefusedError(
                    400,
                    f"frame {metadata.frame_number} of {metadata.identifier!r} comes after {session.last_number}",
                )
            rows, ids = track(session, found.rows, image, found.picture.pixels)
            rows, ids = _grown(session.tracker, rows, ids, asked, session.last_frame, session.seen)
            if metadata.frame_number is not None:
                session.last_number = metadata.frame_number
            seen = _note_seen(session.seen, ids, asked.most_seen)
        self._service.sessions.note(session, time.perf_counter() - began)
        return rows, ids, seen


def _grown(
    tracker: Tracker, rows: list[int], ids: list[int], asked: Asked, last_frame: int, seen: Collection[int]
) -> tuple[list[int], list[int]]:
    """Those of tracks with detections enough, or that there were from the first frame if these count at once.

    ``seen`` are ids that were handed on before; where all were, the tracker is not asked.
    """
    if asked.least_hits <= 1 or all(number in seen for number in ids):
        return rows, ids
    grown = {
        one.id
        for one in tracker.tracks
        if one.hits >= asked.least_hits or (asked.instant and one.age == last_frame)
    }
    kept = [position for position, number in enumerate(ids) if number in grown]
    return [rows[position] for position in kept], [ids[position] for position in kept]


def _note_seen(cache: OrderedDict[int, None], ids: list[int], most: int) -> list[bool]:
    """Whether each id is new; the oldest ids are forgotten."""
    is_new = [number not in cache for number in ids]
    for number in ids:
        cache[number] = None
    while len(cache) > max(most, 1):
        cache.popitem(last=False)
    return is_new


def _select(selector: str, inputs: Mapping[str, Any], results: Mapping[str, Mapping[str, Any]]) -> Any:
    parts = selector.split(".")
    if parts[0] == "$inputs":
        return inputs.get(parts[1])
    return results[parts[1]] if parts[2] == "*" else results[parts[1]][parts[2]]


__all__ = ["ALL_OUTPUTS", "WorkflowEngine"]
