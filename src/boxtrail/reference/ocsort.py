"""OC-SORT (Cao et al., CVPR 2023): SORT that trusts observations more than the filter's estimates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association
from boxtrail.reference.assignment import assign_full, assign_sort, unmatched
from boxtrail.reference.class_votes import ClassVote, first_vote, take_detection
from boxtrail.reference.kalman import State, initiate, motion_model, predict, to_box, update
from boxtrail.reference.observations import Observations, centre, replay
from boxtrail.reference.oriented import align
from boxtrail.reference.record import Record, note_birth, note_scores, note_stage
from boxtrail.reference.sort_lifecycle import (
    count_hit,
    describe,
    grow_older,
    is_reported,
    survivors,
    without_diverged,
)
from boxtrail.reference.stream import Clock, Report
from boxtrail.reference.warp import warp_state

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(slots=True)
class OcSortTrack:
    """One track; ``row`` is the detection it was last matched with."""

    id: int
    state: State
    observations: Observations
    score: float
    label: int
    row: int
    votes: list[ClassVote]
    age: int
    hits: int
    streak: int
    misses: int
    last_time: float
    confirmed: bool


class OcSort:
    """OC-SORT over one collection of tracks. The options are those of ``OcSortConfig``, none has a default."""

    track_type = OcSortTrack

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
        self.tracks: list[OcSortTrack] = []
        self.record: Record | None = None

    def step(self, detections: Detections, clock: Clock, dt: float, warp: FloatArray | None) -> list[Report]:
        """Take one frame."""
        # A score equal to the threshold falls in neither band, as in the authors' code.
        high = detections.select(detections.scores > self.high)
        is_low = (detections.scores > self.low) & (detections.scores < self.high) & self.use_byte
        low = detections.select(is_low)
        unused = detections.select(~is_low & ~(detections.scores > self.high))
        note_scores(self.record, unused, "det_thresh", self.high)
        self._predict(dt, warp)

        # First association: overlap plus observation-centric momentum (OCM).
        similarity = self._similarity(self._predicted_boxes(self.tracks), high)
        pairs = assign_sort(similarity, self._momentum(high), self.min_similarity)
        note_stage(self.record, "first", self.min_similarity, self.tracks, high, similarity, pairs)
        left = self._match(self.tracks, high, pairs, clock)
        left_high = high.select(unmatched(len(high), [column for _, column in pairs]))

        if self.use_byte:  # unsure detections, as ByteTrack does
            pairs = self._assign_if_any("byte", left, self._predicted_boxes(left), low)
            left = self._match(left, low, pairs, clock)

        # Observation-centric recovery (OCR): what is left, against the last observations.
        seen = [track for track in left if track.observations.last is not None]
        boxes = np.array([track.observations.last for track in seen]).reshape(-1, self.model.n)
        pairs = self._assign_if_any("recovery", seen, boxes, left_high)
        self._match(seen, left_high, pairs, clock)
        left_high = left_high.select(unmatched(len(left_high), [column for _, column in pairs]))

        for track in self.tracks:
            if track.misses > 0:
                track.observations.miss(track.state)
        for j in range(len(left_high)):
            self._give_birth(left_high, j, clock)

        reported = [track for track in self.tracks if is_reported(track, clock, self.min_hits)]
        for track in reported:
            track.confirmed = True
        self.tracks = survivors(self.tracks, clock, self.max_age, self.record)
        return [
            Report(self._output_box(track), track.id, track.score, track.label, track.row)
            for track in reported
        ]

    def describe(self, track: OcSortTrack, clock: Clock) -> list[float]:
        """Status, age, hits, misses, score, label, box, velocity."""
        return describe(track, self.model)

    def _predict(self, dt: float, warp: FloatArray | None) -> None:
        for track in self.tracks:
            if warp is not None:
                warp_state(self.model, warp, track.state)
                track.observations.warp(self.model, warp)
            predict(self.model, track.state, dt)
            grow_older(track)
            track.observations.pass_frame(dt)
        self.tracks = without_diverged(self.tracks, self.model, self.record)

    def _similarity(self, boxes: FloatArray, detections: Detections) -> FloatArray:
        return association.similarity(self.measure_name, boxes, detections.boxes, **self.measure)

    def _assign_if_any(
        self, stage: str, tracks: list[OcSortTrack], boxes: FloatArray, detections: Detections
    ) -> list[tuple[int, int]]:
        similarity = self._similarity(boxes, detections)
        pairs: list[tuple[int, int]] = []
        if similarity.size and similarity.max() > self.min_similarity:
            pairs = assign_full(similarity, similarity, self.min_similarity)
        note_stage(self.record, stage, self.min_similarity, tracks, detections, similarity, pairs)
        return pairs

    def _momentum(self, detections: Detections) -> FloatArray:
        """(N, M) OCM term; 0 for a track that has no observation yet."""
        if not self.tracks or not len(detections):
            return np.zeros((len(self.tracks), len(detections)))
        references = [track.observations.reference(track.age, self.delta_t) for track in self.tracks]
        known = np.array([reference is not None for reference in references])
        points = np.array([(0.0, 0.0) if box is None else centre(box) for box in references])
        directions = np.array([track.observations.direction for track in self.tracks])
        centres = np.array([centre(box) for box in detections.boxes])
        term = association.direction_consistency(directions, points, centres, detections.scores, self.inertia)
        return np.where(known[:, None], term, 0.0)

    def _match(
        self, tracks: list[OcSortTrack], detections: Detections, pairs: list[tuple[int, int]], clock: Clock
    ) -> list[OcSortTrack]:
        """Update the matched tracks, return the others."""
        for i, j in pairs:
            track, box = tracks[i], detections.boxes[j]
            if self.model.n == 5:
                box = np.array(align(box.tolist(), to_box(self.model, track.state).tolist()))
            self._measure(track, box)
            track.observations.observe(box, track.age, self.delta_t)
            take_detection(track, detections, j)
            count_hit(track, clock)
        return [tracks[i] for i in unmatched(len(tracks), [row for row, _ in pairs])]

    def _measure(self, track: OcSortTrack, box: FloatArray) -> None:
        replayed = replay(self.model, track.observations, box)  # observation-centric re-update (ORU)
        if replayed is not None:
            track.state = replayed
            if not self.repeat_last:
                return
        # After a replay the authors take the same measurement a second time.
        update(self.model, track.state, box)

    def _give_birth(self, detections: Detections, j: int, clock: Clock) -> None:
        self.tracks.append(
            OcSortTrack(
                id=clock.new_id(),
                state=initiate(self.model, detections.boxes[j]),
                observations=Observations.none(),
                score=float(detections.scores[j]),
                label=int(detections.labels[j]),
                row=int(detections.rows[j]),
                votes=first_vote(int(detections.labels[j]), float(detections.scores[j])),
                age=0,
                hits=0,
                streak=0,
                misses=0,
                last_time=clock.time,
                confirmed=False,
            )
        )
        note_birth(self.record, self.tracks[-1].id, self.tracks[-1].row)

    def _output_box(self, track: OcSortTrack) -> FloatArray:
        last = track.observations.last
        return to_box(self.model, track.state) if last is None else last

    def _predicted_boxes(self, tracks: list[OcSortTrack]) -> FloatArray:
        return np.array([to_box(self.model, track.state) for track in tracks]).reshape(-1, self.model.n)
