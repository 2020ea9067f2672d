"""SORT (Bewley et al., ICIP 2016): Kalman prediction, IoU association, nothing else."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association
from boxtrail.reference.assignment import assign_sort, unmatched
from boxtrail.reference.class_votes import take_detection
from boxtrail.reference.kalman import predict, to_box, update
from boxtrail.reference.motion_model import motion_model
from boxtrail.reference.oriented import align
from boxtrail.reference.record import Record, note_stage
from boxtrail.reference.sort_lifecycle import (
    SortTrack,
    count_hit,
    describe,
    give_birth,
    grow_older,
    is_reported,
    survivors,
    without_diverged,
)
from boxtrail.reference.stream import Clock, Report
from boxtrail.reference.warp import warp_state

FloatArray: TypeAlias = NDArray[np.float64]


class Sort:
    """SORT over one collection of tracks. The options are those of ``SortConfig``, none has a default."""

    track_type = SortTrack

    def __init__(
        self,
        *,
        oriented: bool,
        iou_threshold: float,
        max_age: float,
        min_hits: int,
        asso_func: str,
        image_diagonal: float,
        buffer_ratio: float,
    ) -> None:
        self.min_similarity, self.max_age, self.min_hits = iou_threshold, max_age, min_hits
        self.measure = {"image_diagonal": image_diagonal, "buffer_ratio": buffer_ratio}
        self.measure_name = asso_func
        self.model = motion_model("XYSR", oriented=oriented)
        self.tracks: list[SortTrack] = []
        self.record: Record | None = None

    def step(self, detections: Detections, clock: Clock, dt: float, warp: FloatArray | None) -> list[Report]:
        """Take one frame."""
        for track in self.tracks:
            if warp is not None:
                warp_state(self.model, warp, track.state)
            predict(self.model, track.state, dt)
            grow_older(track)
        self.tracks = without_diverged(self.tracks, self.model, self.record)

        boxes = np.array([to_box(self.model, track.state) for track in self.tracks]).reshape(-1, self.model.n)
        similarity = association.similarity(self.measure_name, boxes, detections.boxes, **self.measure)
        pairs = assign_sort(similarity, np.zeros_like(similarity), self.min_similarity)
        note_stage(self.record, "iou", self.min_similarity, self.tracks, detections, similarity, pairs)
        for i, j in pairs:
            self._match(self.tracks[i], detections, j, clock)
        for j in unmatched(len(detections), [column for _, column in pairs]):
            self._give_birth(detections, j, clock)

        reported = [track for track in self.tracks if is_reported(track, clock, self.min_hits)]
        for track in reported:
            track.confirmed = True
        self.tracks = survivors(self.tracks, clock, self.max_age, self.record)
        return [
            Report(to_box(self.model, track.state), track.id, track.score, track.label, track.row)
            for track in reported
        ]

    def describe(self, track: SortTrack, clock: Clock) -> list[float]:
        """Status, age, hits, misses, score, label, box, velocity."""
        return describe(track, self.model)

    def _match(self, track: SortTrack, detections: Detections, j: int, clock: Clock) -> None:
        box = detections.boxes[j]
        if self.model.n == 5:
            box = np.array(align(box.tolist(), to_box(self.model, track.state).tolist()))
        update(self.model, track.state, box)
        take_detection(track, detections, j)
        count_hit(track, clock)

    def _give_birth(self, detections: Detections, j: int, clock: Clock) -> None:
        self.tracks.append(give_birth(SortTrack, self.model, detections, j, clock, self.record))
