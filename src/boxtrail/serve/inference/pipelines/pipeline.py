"""One pipeline: a workflow over the frames of its videos, and the results until somebody takes them."""

from __future__ import annotations

import datetime
import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from boxtrail.errors import BoxtrailError
from boxtrail.io.frame import Frame
from boxtrail.serve.errors import RefusedError
from boxtrail.serve.inference.pipelines.sources import PipelineSource
from boxtrail.serve.inference.streams import Streams
from boxtrail.serve.inference.workflows.engine import WorkflowEngine
from boxtrail.serve.inference.workflows.specification import Workflow
from boxtrail.serve.inference.workflows.values import Picture, VideoMetadata

RUNNING, MUTED, ENDED, ERROR, TERMINATING = "RUNNING", "MUTED", "ENDED", "ERROR", "TERMINATING"
RATE_OVER = 5.0  # seconds over which throughput is told
MOST_UPDATES = 50

logger = logging.getLogger(__name__)


class Pipeline:
    """Works in a thread of its own from the moment it is made; results wait in a buffer that loses the oldest.

    Args:
        engine: what runs the workflow, over streams of this pipeline alone.
        workflow: what to run.
        sources: the videos.
        image_input: name of the workflow's input that gets the frames.
        parameters: its other inputs.
        buffer_size: results kept for the client, at least 1.
        max_fps: most frames a second taken of each video, or None.
    """

    def __init__(
        self,
        engine: WorkflowEngine,
        streams: Streams,
        workflow: Workflow,
        sources: Sequence[PipelineSource],
        *,
        image_input: str,
        parameters: Mapping[str, Any],
        buffer_size: int,
        max_fps: float | None,
    ) -> None:
        self.id = str(uuid.uuid4())
        self._engine, self._streams, self._workflow = engine, streams, workflow
        self._sources, self._image_input, self._parameters = list(sources), image_input, dict(parameters)
        self._pause = 0.0 if max_fps is None else 1.0 / max_fps
        self._results: deque[tuple[list[Any], list[Any]]] = deque(maxlen=buffer_size)
        self._finished: deque[float] = deque(maxlen=1000)
        self._updates: deque[dict[str, Any]] = deque(maxlen=MOST_UPDATES)
        self._lock, self._stop = threading.Lock(), threading.Event()
        self.state, self.num_dropped, self._latency = RUNNING, 0, 0.0
        self.touched = time.monotonic()
        self._note("SOURCE_CONNECTED", {})
        self._thread = threading.Thread(target=self._run, name="boxtrail-pipeline", daemon=True)
        self._thread.start()

    def pause(self) -> None:
        """Frames are lost from here on.

        Raises:
            RefusedError: 500, as Roboflow's server, unless it runs.
        """
        self._switch((RUNNING,), MUTED)

    def resume(self) -> None:
        """Frames are worked on again.

        Raises:
            RefusedError: 500 unless it was paused.
        """
        self._switch((MUTED,), RUNNING)

    def _switch(self, allowed: tuple[str, ...], state: str) -> None:
        with self._lock:
            if self.state not in allowed:
                raise RefusedError(
                    500, f"operation_error: the pipeline is {self.state}, not {' or '.join(allowed)}"
                )
            self.state = state
        for source in self._sources:
            source.mute(state == MUTED)
        self._note(f"SOURCE_{state}", {})

    def consume(self) -> tuple[list[Any], list[Any]]:
        """The oldest result: outputs and metadata, one a video; empty where there is none."""
        self.touched = time.monotonic()
        with self._lock:
            return self._results.popleft() if self._results else ([], [])

    def terminate(self) -> None:
        """Stop, and let go of videos and trackers."""
        self._stop.set()
        for source in self._sources:
            source.close()
        self._thread.join(5.0)
        self._streams.close()

    def report(self) -> dict[str, Any]:
        """How it is doing."""
        now = time.monotonic()
        recent = [moment for moment in self._finished if now - moment < RATE_OVER]
        rate = len(recent) / max(now - recent[0], 0.2) if len(recent) > 1 else 0.0
        return {
            "video_source_status_updates": list(self._updates),
            "latency_reports": [
                {
                    "source_id": source.source_id,
                    "frame_decoding_latency": None,
                    "inference_latency": self._latency,
                    "e2e_latency": self._latency,
                }
                for source in self._sources
            ],
            "inference_throughput": rate,
            "sources_metadata": [self._metadata(source) for source in self._sources],
            "results_buffered": len(self._results),
            "results_dropped": self.num_dropped,
            "frames_dropped": sum(source.num_dropped for source in self._sources),
        }

    def _metadata(self, source: PipelineSource) -> dict[str, Any]:
        video = source.source
        width, height = video.frame_size or (None, None)
        return {
            "source_properties": {
                "width": width,
                "height": height,
                "total_frames": video.source_frames or -1,
                "is_file": not video.is_live,
                "fps": video.fps,
                "is_reconnectable": video.is_live,
                "timestamp_created": None,
            },
            "source_reference": source.reference,
            "buffer_size": 64,
            "state": ENDED if source.ended and self.state != ERROR else self.state,
            "buffer_filling_strategy": source.strategy,
            "buffer_consumption_strategy": "EAGER",
            "source_id": source.source_id,
        }

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                began = time.perf_counter()
                batch = [
                    (source, frame) for source in self._sources if (frame := self._read(source)) is not None
                ]
                if not batch:
                    break
                self._work(batch)
                self._latency = time.perf_counter() - began
                self._stop.wait(max(0.0, self._pause - self._latency))
        except BoxtrailError as error:
            logger.warning("pipeline %s ended: %s", self.id, error)
            self._fail(type(error).__name__, str(error))
        except Exception as error:
            logger.error("pipeline %s failed", self.id, exc_info=error)
            self._fail(type(error).__name__, "the server failed")  # else it would be said to run for ever
        else:
            self.state = TERMINATING if self._stop.is_set() else ENDED
            self._note("VIDEO_CONSUMED", {})

    def _fail(self, kind: str, message: str) -> None:
        self._note("INFERENCE_ERROR", {"error_type": kind, "error_message": message}, severity=3)
        self.state = ERROR

    def _read(self, source: PipelineSource) -> Frame | None:
        return None if source.ended or self._stop.is_set() else source.read()

    def _work(self, batch: Sequence[tuple[PipelineSource, Frame]]) -> None:
        outputs, about = [], []
        for source, frame in batch:
            metadata = VideoMetadata(str(source.source_id), None, source.source.fps)
            picture = Picture(frame.image, self._image_input, metadata)
            inputs = {**self._workflow.parameters, **self._parameters, self._image_input: picture}
            outputs.append(self._engine.run_one(self._workflow, inputs, owner=self.id))
            moment = datetime.datetime.now(datetime.timezone.utc)
            about.append(
                {
                    "frame_timestamp": moment.isoformat(),
                    "frame_id": frame.index + 1,
                    "source_id": source.source_id,
                }
            )
        with self._lock:
            if len(self._results) == self._results.maxlen:
                self.num_dropped += 1
            self._results.append((outputs, about))
        self._finished.append(time.monotonic())

    def _note(self, event: str, payload: Mapping[str, Any], *, severity: int = 1) -> None:
        self._updates.append(
            {
                "timestamp": datetime.datetime.now(datetime.timezone.utc).isoformat(),
                "severity": severity,
                "event_type": event,
                "payload": dict(payload),
                "context": "video_source",
            }
        )


__all__ = ["Pipeline"]
