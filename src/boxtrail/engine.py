"""The path of one frame: detector, camera motion, embedder, tracker."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from boxtrail.detectors.detector import Detections, Detector, Image
from boxtrail.errors import DetectorError
from boxtrail.frame_result import align_rows
from boxtrail.io.frame import Frame
from boxtrail.motion.estimator import MotionEstimator
from boxtrail.results import TrackResults
from boxtrail.run_embedding import NO_EMBEDDING, RunEmbedding, aligned
from boxtrail.timings import Timings


class Tracker(Protocol):
    """What the pipeline asks of a tracker. Only a run with camera motion passes ``warp``."""

    def update(
        self,
        dets: Any,
        img: NDArray[np.uint8] | None = None,
        embs: NDArray[np.float32] | None = None,
        *,
        warp: NDArray[np.float64] | None = None,
        timestamp: float | None = None,
    ) -> TrackResults:
        """Step one frame."""
        ...

    def reset(self) -> None:
        """Forget everything."""
        ...


@dataclass(frozen=True, slots=True)
class TrackedFrame:
    """Tracks of one frame with the detections and embeddings that made them, row by row."""

    tracks: TrackResults
    detections: NDArray[np.float64]  # (M, 6) or (M, 7), zero rows for coasting tracks
    embeddings: NDArray[np.float32]  # (M, D) likewise; D is 0 without an embedder


@dataclass(frozen=True, slots=True)
class Prepared:
    """A frame ready to be tracked, but for embeddings that may still be in the making."""

    frame: Frame
    detections: Detections
    motion: Mapping[str, NDArray[np.float64]]  # the warp, if the run estimates one
    embeddings: Future[NDArray[np.float32] | None] | NDArray[np.float32] | None


@dataclass(frozen=True, slots=True)
class Engine:
    """One detector, one tracker, and perhaps an embedder and an estimator of camera motion."""

    detector: Detector
    tracker: Tracker
    embedding: RunEmbedding = NO_EMBEDDING
    camera_motion: MotionEstimator | None = None

    def reset(self) -> None:
        """Forget the video seen so far."""
        self.detector.reset()
        self.tracker.reset()
        if self.camera_motion is not None:
            self.camera_motion.reset()

    def step(self, frame: Frame, timings: Timings) -> TrackedFrame:
        """Track one frame, adding to the timings of its stages.

        Raises:
            DetectorError: if the detector does not give exactly one array.
            InvalidInputError: if that array is no set of detections.
        """
        return self.track(self.prepare(frame, timings), timings)

    def prepare(self, frame: Frame, timings: Timings, pool: Executor | None = None) -> Prepared:
        """All that comes before tracking; with a ``pool`` the embeddings are made there.

        Raises:
            DetectorError: if the detector does not give exactly one array.
        """
        with timings.measure("detect"):
            batch = self.detector([frame.image], [frame.index])
        if len(batch) != 1:
            raise DetectorError(f"{type(self.detector).__name__} gave {len(batch)} arrays for one image")
        detections = np.asarray(batch[0], dtype=np.float64)
        motion: dict[str, NDArray[np.float64]] = {}
        if self.camera_motion is not None:
            with timings.measure("motion"):
                motion["warp"] = self.camera_motion(frame.image, detections)
        if self.embedding.embed is None:
            return Prepared(frame, detections, motion, None)
        if pool is not None:
            pending = pool.submit(self._embed, frame.image, detections, timings)
            return Prepared(frame, detections, motion, pending)
        with timings.measure("embed"):
            return Prepared(frame, detections, motion, self._embed(frame.image, detections, timings))

    def _embed(self, image: Image, detections: Detections, timings: Timings) -> NDArray[np.float32] | None:
        assert self.embedding.embed is not None
        with timings.measure("embed_work"):
            return self.embedding.embed(image, detections)

    def track(self, prepared: Prepared, timings: Timings) -> TrackedFrame:
        """Track a prepared frame.

        Raises:
            InvalidInputError: if its detections are none.
        """
        frame, detections, embeddings = prepared.frame, prepared.detections, prepared.embeddings
        if isinstance(embeddings, Future):
            with timings.measure("embed"):
                embeddings = embeddings.result()
        with timings.measure("track"):
            tracks = self.tracker.update(
                detections, frame.image, embeddings, timestamp=frame.timestamp, **prepared.motion
            )
        if self.embedding.of_tracks is not None:
            with timings.measure("embed"), timings.measure("embed_work"):
                embeddings = self.embedding.rows_of(frame.image, detections, tracks)
        return TrackedFrame(tracks, align_rows(detections, tracks.det_ind), aligned(embeddings, tracks))


__all__ = ["Engine", "Prepared", "TrackedFrame", "Tracker"]
