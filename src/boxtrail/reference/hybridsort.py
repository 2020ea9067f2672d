"""HybridSORT (Yang et al., AAAI 2024): OC-SORT with weak cues, the score of a track and the height of its box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association
from boxtrail.reference.appearance import Embedding, is_given, likeness, smooth
from boxtrail.reference.assignment import Pairs, assign_full, assign_sort, unmatched
from boxtrail.reference.corner_momentum import (
    NUM_CORNERS,
    corner_directions,
    corner_momentum,
    warp_corner_directions,
)
from boxtrail.reference.feature_bank import FeatureBank
from boxtrail.reference.kalman import predict
from boxtrail.reference.motion_model import motion_model
from boxtrail.reference.observation_centric import (
    ObservedTrack,
    aligned,
    assign_if_any,
    predicted_boxes,
    re_update,
    reports,
    seen_before,
    split_by_score,
    start_gaps,
    take_match,
)
from boxtrail.reference.observations import Observations
from boxtrail.reference.record import Record, note_stage
from boxtrail.reference.score_memory import ScoreMemory, predict_score
from boxtrail.reference.sort_lifecycle import describe, give_birth, grow_older, survivors, without_diverged
from boxtrail.reference.stream import Clock, Report
from boxtrail.reference.warp import warp_corners, warp_state

FloatArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]


@dataclass(slots=True)
class HybridSortTrack(ObservedTrack):
    """One track; ``corner_directions`` (4, 2) are (dy, dx), ``embedding`` is None until it was seen with one."""

    corner_directions: FloatArray
    scores: ScoreMemory
    embedding: Embedding | None
    bank: FeatureBank


class HybridSort:
    """HybridSORT over one collection of tracks. The options are those of ``HybridSortConfig``, none has a default."""

    track_type = HybridSortTrack

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
        tcm_first_step_weight: float,
        tcm_byte_step_weight: float,
        tcm_byte_gate: bool,
        eg_weight_high_score: float,
        eg_weight_low_score: float,
        with_longterm_reid_correction: bool,
        longterm_reid_correction_thresh: float,
        longterm_reid_correction_thresh_low: float,
        longterm_reid_weight: float,
        longterm_bank_length: int,
        alpha: float,
        adapfs: bool,
        warp_observations: bool,
        asso_func: str,
        image_diagonal: float,
        buffer_ratio: float,
    ) -> None:
        self.high, self.low, self.min_similarity = det_thresh, track_low_thresh, iou_threshold
        self.max_age, self.min_hits = max_age, min_hits
        self.delta_t, self.inertia, self.use_byte = delta_t, inertia, use_byte
        self.repeat_last, self.warp_observations = oru_repeat_last, warp_observations
        self.score_weight, self.low_score_weight = tcm_first_step_weight, tcm_byte_step_weight
        self.score_in_low_gate = tcm_byte_gate
        self.look_weight, self.low_look_weight = eg_weight_high_score, eg_weight_low_score
        self.correction = with_longterm_reid_correction
        self.max_distance = longterm_reid_correction_thresh
        self.max_low_distance = longterm_reid_correction_thresh_low
        self.bank_weight, self.bank_length = longterm_reid_weight, longterm_bank_length
        self.alpha, self.adaptive = alpha, adapfs
        self.measure = {"image_diagonal": image_diagonal, "buffer_ratio": buffer_ratio}
        self.measure_name = asso_func
        self.model = motion_model("XYSR", oriented=oriented, aspect_epsilon=1e-6)
        self.tracks: list[HybridSortTrack] = []
        self.record: Record | None = None

    def step(self, detections: Detections, clock: Clock, dt: float, warp: FloatArray | None) -> list[Report]:
        """Take one frame."""
        high, low = split_by_score(detections, self.high, self.low, use_low=self.use_byte, record=self.record)
        self._predict(dt, warp)

        left = self._associate(high, clock)
        if self.use_byte:
            left = self._associate_low(left, low, clock)
        high = self._unseen(high)

        # Observation-centric recovery (OCR): what is left, against the last observations.
        seen, boxes = seen_before(left, self.model)
        similarity = self._similarity(boxes, high)
        pairs = assign_if_any(similarity, self.min_similarity)
        note_stage(self.record, "recovery", self.min_similarity, seen, high, similarity, pairs)
        self._match(seen, high, pairs, clock, learn=False)
        high = self._unseen(high)

        start_gaps(self.tracks)
        for track in self.tracks:
            if track.misses > 0:
                track.scores.miss(observed=track.observations.last is not None)
        for j in range(len(high)):
            self._give_birth(high, j, clock)
        shown = reports(self.tracks, self.model, clock, self.min_hits)
        self.tracks = survivors(self.tracks, clock, self.max_age, self.record)
        return shown

    def describe(self, track: HybridSortTrack, clock: Clock) -> list[float]:
        """Status, age, hits, misses, score, label, box, velocity."""
        return describe(track, self.model)

    def _predict(self, dt: float, warp: FloatArray | None) -> None:
        for track in self.tracks:
            predict(self.model, track.state, dt)
            predict_score(track.scores.state, dt)
            grow_older(track)
            track.observations.pass_frame(dt)
            if warp is None:
                continue
            if not self.warp_observations:  # the authors move the mean of the filter and nothing else
                warp_corners(self.model, warp, track.state)
                continue
            warp_state(self.model, warp, track.state)
            track.observations.warp(self.model, warp)
            track.corner_directions = warp_corner_directions(warp, track.corner_directions)
        self.tracks = without_diverged(self.tracks, self.model, self.record)

    def _associate(self, high: Detections, clock: Clock) -> list[HybridSortTrack]:
        """First association: overlap, corner momentum, score (TCM), and appearance where there is one."""
        similarity = self._similarity(predicted_boxes(self.tracks, self.model), high)
        scores = np.array([track.scores.filtered(self.high) for track in self.tracks])
        difference = self.score_weight * np.abs(scores[:, None] - high.scores[None, :])
        extra = self._momentum(high) - difference
        gate = similarity
        if self.look_weight > 0.0 and high.embeddings is not None:
            distance, known = self._distance(self.tracks, high)
            penalty = self.look_weight * distance
            if self.bank_weight > 0.0:
                penalty = penalty + self.bank_weight * self._bank_distance(high)
            gate = similarity - difference
            if self.correction:  # a pair that looks alike is let through whatever the boxes say
                alike = known & (distance <= self.max_distance)
                gate = np.where(alike, np.maximum(gate, self.min_similarity), gate)
            pairs = assign_full(similarity + (extra - penalty), gate, self.min_similarity)
        else:
            pairs = assign_sort(similarity, extra, self.min_similarity)
        note_stage(self.record, "first", self.min_similarity, self.tracks, high, gate, pairs)
        return self._match(self.tracks, high, pairs, clock, learn=True)

    def _associate_low(
        self, tracks: list[HybridSortTrack], low: Detections, clock: Clock
    ) -> list[HybridSortTrack]:
        """Second association: unsure detections, as ByteTrack does, by overlap, score and appearance."""
        similarity = self._similarity(predicted_boxes(tracks, self.model), low)
        scores = np.array([track.scores.extrapolated(track.score, self.high) for track in tracks])
        extra = -(self.low_score_weight * np.abs(scores[:, None] - low.scores[None, :]))
        gate = similarity + extra if self.score_in_low_gate else similarity
        if self.low_look_weight > 0.0 and low.embeddings is not None:
            distance, known = self._distance(tracks, low)
            extra = extra - self.low_look_weight * distance
            if self.correction:
                gate = np.where(known & (distance > self.max_low_distance), -1.0, gate)
        pairs: Pairs = []
        if similarity.size and similarity.max() > self.min_similarity:
            pairs = assign_full(similarity + extra, gate, self.min_similarity)
        note_stage(self.record, "byte", self.min_similarity, tracks, low, gate, pairs)
        return self._match(tracks, low, pairs, clock, learn=False)

    def _similarity(self, boxes: FloatArray, detections: Detections) -> FloatArray:
        return association.similarity(self.measure_name, boxes, detections.boxes, **self.measure)

    def _momentum(self, detections: Detections) -> FloatArray:
        references = [track.observations.reference(track.age, self.delta_t) for track in self.tracks]
        directions = np.array([track.corner_directions for track in self.tracks]).reshape(-1, NUM_CORNERS, 2)
        return corner_momentum(directions, references, detections.boxes, detections.scores, self.inertia)

    def _distance(
        self, tracks: list[HybridSortTrack], detections: Detections
    ) -> tuple[FloatArray, BoolArray]:
        """(N, M) cosine distances, and whether both sides have an embedding; 0 where one has none."""
        return _cosine_distance([track.embedding for track in tracks], detections)

    def _bank_distance(self, detections: Detections) -> FloatArray:
        """(N, M) cosine distances to the means of the banks."""
        return _cosine_distance([track.bank.mean() for track in self.tracks], detections)[0]

    def _match(
        self,
        tracks: list[HybridSortTrack],
        detections: Detections,
        pairs: Pairs,
        clock: Clock,
        *,
        learn: bool,
    ) -> list[HybridSortTrack]:
        """Update the matched tracks, with ``learn`` their embeddings too; return the others."""
        for i, j in pairs:
            track, score = tracks[i], float(detections.scores[j])
            box = aligned(detections.boxes[j], track, self.model)
            memory = track.observations
            if memory.last is not None:
                track.corner_directions = corner_directions(memory, box, track.age, self.delta_t)
            track.scores.observe(track.score, score, memory.gap, repeat_last=self.repeat_last)
            re_update(track, box, self.model, repeat_last=self.repeat_last)
            if learn:
                self._learn(track, detections.embedding(j), score)
            take_match(track, box, detections, j, clock, self.delta_t)
        return [tracks[i] for i in unmatched(len(tracks), [row for row, _ in pairs])]

    def _learn(self, track: HybridSortTrack, embedding: Embedding | None, score: float) -> None:
        """Take over how a detection with ``score`` looks; ``track.score`` is still the one before."""
        if embedding is None or not is_given(embedding):
            return
        alpha = self.alpha
        if self.adaptive:  # the surer of the two counts for more
            old, new = alpha * track.score, (1.0 - alpha) * score
            alpha = old / (old + new)
        track.embedding = smooth(track.embedding, embedding, alpha)
        if self.bank_weight > 0.0:
            track.bank.add(embedding, self.bank_length)

    def _unseen(self, detections: Detections) -> Detections:
        """The detections that no track was seen with in this frame."""
        taken = {track.row for track in self.tracks if track.misses == 0}
        return detections.select([j for j, row in enumerate(detections.rows.tolist()) if row not in taken])

    def _give_birth(self, detections: Detections, j: int, clock: Clock) -> None:
        score = float(detections.scores[j])
        track = give_birth(
            HybridSortTrack, self.model, detections, j, clock, self.record,
            observations=Observations.none(), corner_directions=np.zeros((NUM_CORNERS, 2)),
            scores=ScoreMemory.newborn(score), embedding=None, bank=FeatureBank.empty(),
        )  # fmt: skip
        self._learn(track, detections.embedding(j), score)
        self.tracks.append(track)


def _cosine_distance(looks: list[Embedding | None], detections: Detections) -> tuple[FloatArray, BoolArray]:
    embeddings = detections.embeddings
    assert embeddings is not None
    distance = np.maximum(1.0 - likeness(looks, embeddings), 0.0)
    seen, given = np.array([is_given(look) for look in looks], bool), np.any(embeddings, axis=1)
    known: BoolArray = seen[:, None] & np.asarray(given)[None, :]
    return np.where(known, distance, 0.0), known
