"""The pipelines of a server: started, found by id, ended when nobody asks about them."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from boxtrail.serve.errors import RefusedError
from boxtrail.serve.inference.pipelines.pipeline import Pipeline
from boxtrail.serve.inference.pipelines.sources import PipelineSource
from boxtrail.serve.inference.streams import Streams
from boxtrail.serve.inference.wire import object_of
from boxtrail.serve.inference.workflows.engine import WorkflowEngine
from boxtrail.serve.inference.workflows.specification import parse
from boxtrail.serve.inference.workflows.store import WorkflowStore

if TYPE_CHECKING:
    from boxtrail.serve.app import Service

BUFFER, MOST_BUFFER = 64, 10_000
MOST_SOURCES = 64


class Pipelines:
    """The pipelines of a server; one nobody asked about for long is ended."""

    def __init__(self, service: Service, store: WorkflowStore) -> None:
        self._service, self._store = service, store
        self._pipelines: dict[str, Pipeline] = {}
        self._lock = threading.Lock()

    def start(self, asked: Mapping[str, Any]) -> Pipeline:
        """A new pipeline.

        Raises:
            RefusedError: 400 for a request that cannot be followed, 429 if there are too many.
            WorkflowError: for a specification that cannot be run.
        """
        self.expire()
        video, processing, sink = (
            object_of(name, asked.get(name))
            for name in ("video_configuration", "processing_configuration", "sink_configuration")
        )
        specification = processing.get("workflow_specification") or self._store.find(
            str(processing.get("workspace_name")), str(processing.get("workflow_id"))
        )
        workflow = parse(specification)
        image_input = str(processing.get("image_input_name") or "image")
        if image_input not in workflow.images:
            raise RefusedError(400, f"the workflow has no image input {image_input!r}")
        sources = self._sources(video)
        streams = Streams(self._service)
        pipeline = Pipeline(
            WorkflowEngine(self._service, streams), streams, workflow, sources, image_input=image_input,
            parameters=object_of("workflows_parameters", processing.get("workflows_parameters")),
            buffer_size=_between("results_buffer_size", sink.get("results_buffer_size", BUFFER), MOST_BUFFER),
            max_fps=_rate(video.get("max_fps")),
        )  # fmt: skip
        with self._lock:
            self._pipelines[pipeline.id] = pipeline
        return pipeline

    def _sources(self, video: Mapping[str, Any]) -> list[PipelineSource]:
        references = video.get("video_reference")
        references = references if isinstance(references, list) else [references]
        with self._lock:
            busy = sum(len(pipeline.report()["sources_metadata"]) for pipeline in self._pipelines.values())
        if not references or busy + len(references) > min(MOST_SOURCES, self._service.limits.max_sessions):
            raise RefusedError(429, f"{busy} videos are open, as many as there may be", retry_after=5)
        opened: list[PipelineSource] = []
        try:
            for index, reference in enumerate(references):
                opened.append(
                    PipelineSource(
                        reference, index, roots=self._service.model.video_roots,
                        allow_urls=self._service.model.allow_urls,
                        strategy=video.get("source_buffer_filling_strategy"),
                        max_pixels=self._service.limits.max_pixels,
                    )
                )  # fmt: skip
        except RefusedError:
            for source in opened:
                source.close()
            raise
        return opened

    def find(self, id: str) -> Pipeline:
        """The pipeline of that id.

        Raises:
            RefusedError: 404 if there is none.
        """
        with self._lock:
            pipeline = self._pipelines.get(id)
        if pipeline is None:
            raise RefusedError(404, f"Error with command handling raised by InferencePipeline Manager. "
                                    f"Error type: not_found. Details: there is no pipeline {id!r}")  # fmt: skip
        pipeline.touched = time.monotonic()
        return pipeline

    def names(self) -> list[str]:
        """Their ids."""
        with self._lock:
            return list(self._pipelines)

    def terminate(self, id: str) -> None:
        """End one.

        Raises:
            RefusedError: 404 if there is none.
        """
        pipeline = self.find(id)
        with self._lock:
            self._pipelines.pop(id, None)
        pipeline.terminate()

    def expire(self) -> None:
        """End those nobody asked about for too long."""
        now = time.monotonic()
        with self._lock:
            old = [
                pipeline
                for pipeline in self._pipelines.values()
                if now - pipeline.touched > self._service.limits.idle_seconds
            ]
            for pipeline in old:
                del self._pipelines[pipeline.id]
        for pipeline in old:
            pipeline.terminate()

    def close(self) -> None:
        """End all."""
        for id in self.names():
            self.terminate(id)


def _between(name: str, value: Any, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise RefusedError(400, f"{name} is a whole number from 1 to {most}, not {value!r}")
    return value


def _rate(value: Any) -> float | None:
    if value is None:
        return None
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0.0 < value <= 1000.0:
        raise RefusedError(400, f"max_fps is a number above 0, not {value!r}")
    return float(value)


__all__ = ["Pipelines"]
