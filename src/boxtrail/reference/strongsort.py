"""StrongSORT (Du et al., IEEE TMM 2023): DeepSORT with camera motion, a smoothed look and motion in the cost."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference.assignment import Pairs, unmatched
from boxtrail.reference.deepsort_association import (
    Overlap,
    associate_by_appearance,
    associate_by_overlap,
    keep_sure,
)
from boxtrail.reference.deepsort_lifecycle import (
    DeepSortTrack,
    count_hit,
    describe,
    grow_older,
    newborn,
    reports,
    survivors,
)
from boxtrail.reference.kalman import predict, to_box, update
from boxtrail.reference.motion_model import MotionModel, motion_model
from boxtrail.reference.oriented import align
from boxtrail.reference.record import Record
from boxtrail.reference.sort_lifecycle import without_diverged
from boxtrail.reference.stream import Clock, Report
from boxtrail.reference.warp import warp_corners, warp_state

FloatArray: TypeAlias = NDArray[np.float64]

MIN_NOISE = 1e-6  # a score of 1 would make a measurement exact, and the next one impossible to weigh


class StrongSort:
    """StrongSORT over one collection of tracks. The options are those of ``StrongSortConfig``, none has a default."""

    track_type = DeepSortTrack

    def __init__(
        self,
        *,
        oriented: bool,
        min_confidence: float,
        max_cosine_distance: float,
        max_iou_distance: float,
        max_age: float,
        min_hits: int,
        mc_lambda: float,
        ema_alpha: float,
        nn_budget: int,
        warp_covariance: bool,
        max_coasted: int,
        asso_func: str,
        image_diagonal: float,
        buffer_ratio: float,
    ) -> None:
        self.min_score, self.max_cost = min_confidence, max_cosine_distance
        self.max_age, self.min_hits = max_age, min_hits
        self.appearance_weight, self.alpha = mc_lambda, ema_alpha
        self.budget, self.max_coasted = nn_budget, max_coasted
        self.warp_covariance = warp_covariance
        self.overlap = Overlap(asso_func, image_diagonal, buffer_ratio, max_iou_distance)
        self.model: MotionModel = motion_model("XYWH" if oriented else "XYAH", oriented=oriented)
        self.tracks: list[DeepSortTrack] = []
        self.record: Record | None = None

    def step(self, detections: Detections, clock: Clock, dt: float, warp: FloatArray | None) -> list[Report]:
        """Take one frame."""
        detections = keep_sure(detections, self.min_score, self.record)
        self._predict(dt, warp)

        # By looks: all confirmed tracks at once; the authors found the cascade to stand in a strong tracker's way.
        confirmed = [track for track in self.tracks if track.confirmed]
        pairs = associate_by_appearance(
            "appearance",
            self.model,
            confirmed,
            detections,
            appearance_weight=self.appearance_weight,
            max_cost=self.max_cost,
            record=self.record,
        )
        detections = self._match(confirmed, detections, pairs, clock)
        # By overlap: newcomers, and tracks seen in the last frame whose looks did not do.
        recent = [track for track in self.tracks if track.misses == 1]
        pairs = associate_by_overlap(self.model, recent, detections, self.overlap, self.record)
        detections = self._match(recent, detections, pairs, clock)
        for j in range(len(detections)):
            self.tracks.append(newborn(self.model, detections, j, clock, self.min_hits, self.record))
            self.tracks[-1].gallery.add(detections.embedding(j), self.budget)
        self.tracks = survivors(self.tracks, clock, self.max_age, self.record)
        return reports(self.tracks, self.model, self.max_coasted)

    def describe(self, track: DeepSortTrack, clock: Clock) -> list[float]:
        """Status, age, hits, misses, score, label, box, velocity."""
        return describe(track, self.model)

    def _predict(self, dt: float, warp: FloatArray | None) -> None:
        move = warp_state if self.warp_covariance else warp_corners
        for track in self.tracks:
            if warp is not None:
                move(self.model, warp, track.state)
            predict(self.model, track.state, dt)
            grow_older(track)
        self.tracks = without_diverged(self.tracks, self.model, self.record)

    def _match(
        self, tracks: list[DeepSortTrack], detections: Detections, pairs: Pairs, clock: Clock
    ) -> Detections:
        """Update the matched tracks; the detections that are left."""
        for i, j in pairs:
            track, box = tracks[i], detections.boxes[j]
            if self.model.n == 5:
                box = np.array(align(box.tolist(), to_box(self.model, track.state).tolist()))
            doubt = 1.0 - float(detections.scores[j])
            # NSA Kalman: a sure detection is measured with less noise.
            update(self.model, track.state, box, noise=max(doubt * doubt, MIN_NOISE))
            track.gallery.add_smoothed(detections.embedding(j), self.alpha, self.budget)
            count_hit(track, detections, j, clock, self.min_hits)
        return detections.select(unmatched(len(detections), [column for _, column in pairs]))
