"""OC-SORT (Cao et al., CVPR 2023): SORT that trusts observations more than the filter's estimates."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association
from boxtrail.reference.assignment import Pairs, assign_sort, unmatched
from boxtrail.reference.motion_model import motion_model
from boxtrail.reference.observation_centric import (
    ObservedTrack,
    aligned,
    assign_if_any,
    momentum,
    predicted_boxes,
    re_update,
    reports,
    seen_before,
    split_by_score,
    start_gaps,
    take_match,
    warp_and_predict,
)
from boxtrail.reference.observations import Observations
from boxtrail.reference.record import Record, note_stage
from boxtrail.reference.sort_lifecycle import describe, give_birth, survivors
from boxtrail.reference.stream import Clock, Report

FloatArray: TypeAlias = NDArray[np.float64]


class OcSort:
    """OC-SORT over one collection of tracks. The options are those of ``OcSortConfig``, none has a default."""

    track_type = ObservedTrack

    def __init__(
        self,
        *,
        oriented: bool,
        det_thresh: float,
        track_low_thresh: float,
        iou_threshold: float,
        max_age: float,
        min_hits: int,
        delta_t: int,
        inertia: float,
        use_byte: bool,
        oru_repeat_last: bool,
        asso_func: str,
        image_diagonal: float,
        buffer_ratio: float,
    ) -> None:
        self.high, self.low, self.min_similarity = det_thresh, track_low_thresh, iou_threshold
        self.max_age, self.min_hits = max_age, min_hits
        self.delta_t, self.inertia, self.use_byte = delta_t, inertia, use_byte
        self.repeat_last = oru_repeat_last
        self.measure = {"image_diagonal": image_diagonal, "buffer_ratio": buffer_ratio}
        self.measure_name = asso_func
        self.model = motion_model("XYSR", oriented=oriented, aspect_epsilon=1e-6)
        self.tracks: list[ObservedTrack] = []
        self.record: Record | None = None

    def step(self, detections: Detections, clock: Clock, dt: float, warp: FloatArray | None) -> list[Report]:
        """Take one frame."""
        high, low = split_by_score(detections, self.high, self.low, use_low=self.use_byte, record=self.record)
        self.tracks = warp_and_predict(self.tracks, self.model, dt, warp, self.record)

        # First association: overlap plus observation-centric momentum (OCM).
        similarity = self._similarity(predicted_boxes(self.tracks, self.model), high)
        direction = momentum(self.tracks, high, self.delta_t, self.inertia)
        pairs = assign_sort(similarity, direction, self.min_similarity)
        note_stage(self.record, "first", self.min_similarity, self.tracks, high, similarity, pairs)
        left = self._match(self.tracks, high, pairs, clock)
        left_high = high.select(unmatched(len(high), [column for _, column in pairs]))

        if self.use_byte:  # unsure detections, as ByteTrack does
            pairs = self._assign_if_any("byte", left, predicted_boxes(left, self.model), low)
            left = self._match(left, low, pairs, clock)

        # Observation-centric recovery (OCR): what is left, against the last observations.
        seen, boxes = seen_before(left, self.model)
        pairs = self._assign_if_any("recovery", seen, boxes, left_high)
        self._match(seen, left_high, pairs, clock)
        left_high = left_high.select(unmatched(len(left_high), [column for _, column in pairs]))

        start_gaps(self.tracks)
        for j in range(len(left_high)):
            self._give_birth(left_high, j, clock)
        shown = reports(self.tracks, self.model, clock, self.min_hits)
        self.tracks = survivors(self.tracks, clock, self.max_age, self.record)
        return shown

    def describe(self, track: ObservedTrack, clock: Clock) -> list[float]:
        """Status, age, hits, misses, score, label, box, velocity."""
        return describe(track, self.model)

    def _similarity(self, boxes: FloatArray, detections: Detections) -> FloatArray:
        return association.similarity(self.measure_name, boxes, detections.boxes, **self.measure)

    def _assign_if_any(
        self, stage: str, tracks: list[ObservedTrack], boxes: FloatArray, detections: Detections
    ) -> Pairs:
        similarity = self._similarity(boxes, detections)
        pairs = assign_if_any(similarity, self.min_similarity)
        note_stage(self.record, stage, self.min_similarity, tracks, detections, similarity, pairs)
        return pairs

    def _match(
        self, tracks: list[ObservedTrack], detections: Detections, pairs: Pairs, clock: Clock
    ) -> list[ObservedTrack]:
        """Update the matched tracks, return the others."""
        for i, j in pairs:
            box = aligned(detections.boxes[j], tracks[i], self.model)
            re_update(tracks[i], box, self.model, repeat_last=self.repeat_last)
            take_match(tracks[i], box, detections, j, clock, self.delta_t)
        return [tracks[i] for i in unmatched(len(tracks), [row for row, _ in pairs])]

    def _give_birth(self, detections: Detections, j: int, clock: Clock) -> None:
        self.tracks.append(
            give_birth(
                ObservedTrack, self.model, detections, j, clock, self.record, observations=Observations.none()
            )
        )
