"""The path of one frame: detector, camera motion, embedder, tracker."""

from __future__ import annotations

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


class Embedder(Protocol):
    """Appearance of each detection."""

    def __call__(self, image: Image, detections: Detections) -> NDArray[np.float32]:
        """(N, D) float32 unit rows for the (N, 6) or (N, 7) detections in the (H, W, 3) BGR image."""
        ...


@dataclass(frozen=True, slots=True)
class TrackedFrame:
    """Tracks of one frame with the detections and embeddings that made them, row by row."""

    tracks: TrackResults
    detections: NDArray[np.float64]  # (M, 6) or (M, 7), zero rows for coasting tracks
    embeddings: NDArray[np.float32]  # (M, D) likewise; D is 0 without an embedder


@dataclass(frozen=True, slots=True)
class Engine:
    """One detector, one tracker, and perhaps an embedder and an estimator of camera motion."""

    detector: Detector
    tracker: Tracker
    embedder: Embedder | None = None
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
        with timings.measure("detect"):
            batch = self.detector([frame.image], [frame.index])
        if len(batch) != 1:
            raise DetectorError(f"{type(self.detector).__name__} gave {len(batch)} arrays for one image")
        detections = np.asarray(batch[0], dtype=np.float64)
        motion: dict[str, NDArray[np.float64]] = {}
        if self.camera_motion is not None:
            with timings.measure("motion"):
                motion["warp"] = self.camera_motion(frame.image, detections)
        embeddings: NDArray[np.float32] | None = None
        if self.embedder is not None:
            with timings.measure("embed"):
                embeddings = self.embedder(frame.image, detections)
        with timings.measure("track"):
            tracks = self.tracker.update(
                detections, frame.image, embeddings, timestamp=frame.timestamp, **motion
            )
        if embeddings is None:
            embeddings = np.empty((len(detections), 0), dtype=np.float32)
        made = tracks.det_ind
        return TrackedFrame(tracks, align_rows(detections, made), align_rows(embeddings, made))


__all__ = ["Embedder", "Engine", "TrackedFrame", "Tracker"]
