"""Deep OC-SORT (Maggiolino et al., ICIP 2023): OC-SORT with camera motion and an appearance that knows its worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association
from boxtrail.reference.appearance import Embedding, adaptive_alpha, likeness, smooth
from boxtrail.reference.appearance_weight import appearance_weight
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


@dataclass(slots=True)
class DeepOcSortTrack(ObservedTrack):
    """One track; ``embedding`` is None until it was seen with one."""

    embedding: Embedding | None


class DeepOcSort:
    """Deep OC-SORT over one collection of tracks. The options are those of ``DeepOcSortConfig``, none has a default."""

    track_type = DeepOcSortTrack

    def __init__(
        self,
        *,
        oriented: bool,
        det_thresh: float,
        iou_threshold: float,
        max_age: float,
        min_hits: int,
        delta_t: int,
        inertia: float,
        oru_repeat_last: bool,
        w_association_emb: float,
        alpha_fixed_emb: float,
        aw_metric: str,
        aw_param: float,
        asso_func: str,
        image_diagonal: float,
        buffer_ratio: float,
    ) -> None:
        self.high, self.min_similarity = det_thresh, iou_threshold
        self.max_age, self.min_hits = max_age, min_hits
        self.delta_t, self.inertia, self.repeat_last = delta_t, inertia, oru_repeat_last
        self.weight, self.weight_metric, self.weight_limit = w_association_emb, aw_metric, aw_param
        self.alpha = alpha_fixed_emb
        self.measure = {"image_diagonal": image_diagonal, "buffer_ratio": buffer_ratio}
        self.measure_name = asso_func
        self.model = motion_model("XYSR", oriented=oriented, aspect_epsilon=1e-6)
        self.tracks: list[DeepOcSortTrack] = []
        self.record: Record | None = None

    def step(self, detections: Detections, clock: Clock, dt: float, warp: FloatArray | None) -> list[Report]:
        """Take one frame."""
        high, _ = split_by_score(detections, self.high, 0.0, use_low=False, record=self.record)
        self.tracks = warp_and_predict(self.tracks, self.model, dt, warp, self.record)

        # First association: overlap, momentum (OCM) and appearance; the latter two act where overlap is ambiguous.
        similarity = self._similarity(predicted_boxes(self.tracks, self.model), high)
        extra = momentum(self.tracks, high, self.delta_t, self.inertia) + self._appearance(similarity, high)
        pairs = assign_sort(similarity, extra, self.min_similarity)
        note_stage(self.record, "first", self.min_similarity, self.tracks, high, similarity, pairs)
        left = self._match(self.tracks, high, pairs, clock)
        high = high.select(unmatched(len(high), [column for _, column in pairs]))

        # Observation-centric recovery (OCR): what is left, against the last observations.
        seen, boxes = seen_before(left, self.model)
        similarity = self._similarity(boxes, high)
        pairs = assign_if_any(similarity, self.min_similarity)
        note_stage(self.record, "recovery", self.min_similarity, seen, high, similarity, pairs)
        self._match(seen, high, pairs, clock)
        high = high.select(unmatched(len(high), [column for _, column in pairs]))

        start_gaps(self.tracks)
        for j in range(len(high)):
            self._give_birth(high, j, clock)
        shown = reports(self.tracks, self.model, clock, self.min_hits)
        self.tracks = survivors(self.tracks, clock, self.max_age, self.record)
        return shown

    def describe(self, track: DeepOcSortTrack, clock: Clock) -> list[float]:
        """Status, age, hits, misses, score, label, box, velocity."""
        return describe(track, self.model)

    def _similarity(self, boxes: FloatArray, detections: Detections) -> FloatArray:
        return association.similarity(self.measure_name, boxes, detections.boxes, **self.measure)

    def _appearance(self, similarity: FloatArray, detections: Detections) -> FloatArray:
        """(N, M) weighted cosines; 0 in a frame without embeddings."""
        if detections.embeddings is None or not similarity.size:
            return np.zeros_like(similarity)
        cosine = likeness([track.embedding for track in self.tracks], detections.embeddings)
        if self.weight_metric == "max":  # where this form is in use, only boxes that overlap are compared
            cosine = np.where(similarity > 0.0, cosine, 0.0)
        return appearance_weight(self.weight_metric, cosine, self.weight, self.weight_limit) * cosine

    def _match(
        self, tracks: list[DeepOcSortTrack], detections: Detections, pairs: Pairs, clock: Clock
    ) -> list[DeepOcSortTrack]:
        """Update the matched tracks, return the others."""
        for i, j in pairs:
            track = tracks[i]
            box = aligned(detections.boxes[j], track, self.model)
            re_update(track, box, self.model, repeat_last=self.repeat_last)
            take_match(track, box, detections, j, clock, self.delta_t)
            # A detection that is barely one says little of how the track looks.
            alpha = adaptive_alpha(self.alpha, track.score, self.high)
            track.embedding = smooth(track.embedding, detections.embedding(j), alpha)
        return [tracks[i] for i in unmatched(len(tracks), [row for row, _ in pairs])]

    def _give_birth(self, detections: Detections, j: int, clock: Clock) -> None:
        self.tracks.append(
            give_birth(
                DeepOcSortTrack,
                self.model,
                detections,
                j,
                clock,
                self.record,
                observations=Observations.none(),
                embedding=smooth(None, detections.embedding(j), 0.0),
            )
        )
