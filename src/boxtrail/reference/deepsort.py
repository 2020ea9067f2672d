"""DeepSORT (Wojke et al., ICIP 2017): SORT that remembers what a track looked like."""

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
from boxtrail.reference.warp import warp_state

FloatArray: TypeAlias = NDArray[np.float64]


class DeepSort:
    """DeepSORT over one collection of tracks. The options are those of ``DeepSortConfig``, none has a default."""

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
        nn_budget: int,
        max_coasted: int,
        asso_func: str,
        image_diagonal: float,
        buffer_ratio: float,
    ) -> None:
        self.min_score, self.max_cosine = min_confidence, max_cosine_distance
        self.max_age, self.min_hits = max_age, min_hits
        self.budget, self.max_coasted = nn_budget, max_coasted
        self.overlap = Overlap(asso_func, image_diagonal, buffer_ratio, max_iou_distance)
        self.model: MotionModel = motion_model("XYWH" if oriented else "XYAH", oriented=oriented)
        self.tracks: list[DeepSortTrack] = []
        self.record: Record | None = None

    def step(self, detections: Detections, clock: Clock, dt: float, warp: FloatArray | None) -> list[Report]:
        """Take one frame."""
        detections = keep_sure(detections, self.min_score, self.record)
        for track in self.tracks:
            if warp is not None:
                warp_state(self.model, warp, track.state)
            predict(self.model, track.state, dt)
            grow_older(track)
        self.tracks = without_diverged(self.tracks, self.model, self.record)

        detections = self._cascade(detections, clock)
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

    def _cascade(self, detections: Detections, clock: Clock) -> Detections:
        """Confirmed tracks by their looks, those seen last first; the detections that are left.

        A track that has just outlived ``max_age`` takes no part.
        """
        confirmed = [
            track for track in self.tracks if track.confirmed and clock.time - track.last_time <= self.max_age
        ]
        for misses in sorted({track.misses for track in confirmed}):
            level = [track for track in confirmed if track.misses == misses]
            pairs = associate_by_appearance(
                "cascade",
                self.model,
                level,
                detections,
                appearance_weight=1.0,
                max_cost=self.max_cosine,
                record=self.record,
            )
            detections = self._match(level, detections, pairs, clock)
        return detections

    def _match(
        self, tracks: list[DeepSortTrack], detections: Detections, pairs: Pairs, clock: Clock
    ) -> Detections:
        """Update the matched tracks; the detections that are left."""
        for i, j in pairs:
            track, box = tracks[i], detections.boxes[j]
            if self.model.n == 5:
                box = np.array(align(box.tolist(), to_box(self.model, track.state).tolist()))
            update(self.model, track.state, box)
            track.gallery.add(detections.embedding(j), self.budget)
            count_hit(track, detections, j, clock, self.min_hits)
        return detections.select(unmatched(len(detections), [column for _, column in pairs]))
