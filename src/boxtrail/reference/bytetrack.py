"""ByteTrack (Zhang et al., ECCV 2022): every detection box is associated, the sure ones first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association
from boxtrail.reference.assignment import Pairs, assign_partial, unmatched
from boxtrail.reference.class_votes import ClassVote, first_vote, take_detection
from boxtrail.reference.kalman import (
    MotionModel,
    State,
    initiate,
    is_diverged,
    motion_model,
    predict,
    to_box,
    update,
)
from boxtrail.reference.oriented import align
from boxtrail.reference.record import Record, note_birth, note_death, note_refusal, note_scores, note_stage
from boxtrail.reference.stream import Clock, Report, Status
from boxtrail.reference.warp import warp_state

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(slots=True)
class ByteTrackTrack:
    """One track; ``row`` is the detection it was last matched with."""

    id: int
    status: Status
    state: State
    score: float
    label: int
    row: int
    votes: list[ClassVote]
    hits: int
    first_frame: int
    last_frame: int
    last_time: float


class ByteTrack:
    """ByteTrack over one collection of tracks. The options are those of ``ByteTrackConfig``, none has a default."""

    track_type = ByteTrackTrack

    def __init__(
        self,
        *,
        oriented: bool,
        track_high_thresh: float,
        track_low_thresh: float,
        new_track_thresh: float,
        match_thresh: float,
        second_match_thresh: float,
        unconfirmed_match_thresh: float,
        track_buffer: float,
        fuse_score: bool,
        duplicate_thresh: float,
        asso_func: str,
        image_diagonal: float,
        buffer_ratio: float,
    ) -> None:
        self.high, self.low, self.birth = track_high_thresh, track_low_thresh, new_track_thresh
        self.first_limit, self.second_limit = match_thresh, second_match_thresh
        self.tentative_limit = unconfirmed_match_thresh
        self.buffer, self.fuse = track_buffer, fuse_score
        self.duplicate_distance = duplicate_thresh
        self.measure = {"image_diagonal": image_diagonal, "buffer_ratio": buffer_ratio}
        self.measure_name = asso_func
        self.model: MotionModel = motion_model("XYWH" if oriented else "XYAH", oriented=oriented)
        self.tracks: list[ByteTrackTrack] = []
        self.record: Record | None = None

    def step(self, detections: Detections, clock: Clock, dt: float, warp: FloatArray | None) -> list[Report]:
        """Take one frame, in the steps of the paper's Algorithm 1."""
        # A score equal to the high threshold falls in neither band, as in the authors' code.
        high = detections.select(detections.scores > self.high)
        is_low = (detections.scores > self.low) & (detections.scores < self.high)
        low = detections.select(is_low)
        unused = detections.select(~is_low & ~(detections.scores > self.high))
        for gate, threshold, is_own in (
            ("track_low_thresh", self.low, unused.scores <= self.low),
            ("track_high_thresh", self.high, unused.scores > self.low),
        ):
            note_scores(self.record, unused.select(is_own), gate, threshold)
        self._predict(dt, warp)
        known = [track for track in self.tracks if track.status is not Status.TENTATIVE]
        tentative = [track for track in self.tracks if track.status is Status.TENTATIVE]

        # First association: sure detections with all confirmed and lost tracks.
        pairs = self._associate("first", known, high, self.first_limit, fuse=self.fuse)
        self._match(known, high, pairs, clock)
        left_tracks = unmatched(len(known), [row for row, _ in pairs])
        left_high = high.select(unmatched(len(high), [column for _, column in pairs]))

        # Second association: unsure detections with tracks seen in the last frame. A lost track cannot use them.
        seen = [known[i] for i in left_tracks if known[i].status is Status.CONFIRMED]
        pairs = self._associate("second", seen, low, self.second_limit, fuse=False)
        self._match(seen, low, pairs, clock)
        for i in unmatched(len(seen), [row for row, _ in pairs]):
            seen[i].status = Status.LOST

        # Tracks born in the last frame get one chance, then they go.
        pairs = self._associate("unconfirmed", tentative, left_high, self.tentative_limit, fuse=self.fuse)
        self._match(tentative, left_high, pairs, clock)
        gone = {tentative[i].id for i in unmatched(len(tentative), [row for row, _ in pairs])}
        for track_id in sorted(gone):
            note_death(self.record, track_id, "unconfirmed")
        left_high = left_high.select(unmatched(len(left_high), [column for _, column in pairs]))

        # An expired track goes one frame late, as in the authors' code: their published rows depend on it.
        for track in self.tracks:
            if track.status is Status.LOST and clock.time - dt - track.last_time > self.buffer:
                gone.add(track.id)
                note_death(self.record, track.id, "track_buffer")
        self.tracks = [track for track in self.tracks if track.id not in gone]
        self._give_birth(left_high, clock)
        self._remove_duplicates()
        return [
            Report(to_box(self.model, track.state), track.id, track.score, track.label, track.row)
            for track in self.tracks
            if track.status is Status.CONFIRMED
        ]

    def describe(self, track: ByteTrackTrack, clock: Clock) -> list[float]:
        """Status, age, hits, misses, score, label, box, velocity."""
        n = self.model.n
        return [
            float(track.status),
            float(clock.frame - track.first_frame),
            float(track.hits),
            float(clock.frame - track.last_frame),
            track.score,
            float(track.label),
            *to_box(self.model, track.state).tolist(),
            *track.state.mean[n : n + 2].tolist(),
        ]

    def _predict(self, dt: float, warp: FloatArray | None) -> None:
        n = self.model.n
        for track in self.tracks:
            if track.status is Status.LOST:
                # The size of a lost track is frozen: its height, and all of size and angle when oriented.
                track.state.mean[(n + 2 if n == 5 else n + 3) :] = 0.0
            if track.status is not Status.TENTATIVE:  # the authors leave newborn tracks where they are
                predict(self.model, track.state, dt)
            if warp is not None:
                warp_state(self.model, warp, track.state)
        for track in self.tracks:
            if is_diverged(self.model, track.state):
                note_death(self.record, track.id, "diverged")
        self.tracks = [track for track in self.tracks if not is_diverged(self.model, track.state)]

    def _associate(
        self,
        stage: str,
        tracks: list[ByteTrackTrack],
        detections: Detections,
        limit: float,
        *,
        fuse: bool,
    ) -> Pairs:
        boxes = self._boxes(tracks)
        similarity = association.similarity(self.measure_name, boxes, detections.boxes, **self.measure)
        scores = detections.scores if fuse else np.ones(len(detections))
        cost = association.fuse_scores(similarity, scores)
        pairs = assign_partial(cost, limit)
        note_stage(self.record, stage, 1.0 - limit, tracks, detections, 1.0 - cost, pairs)
        return pairs

    def _match(
        self, tracks: list[ByteTrackTrack], detections: Detections, pairs: Pairs, clock: Clock
    ) -> None:
        for i, j in pairs:
            track, box = tracks[i], detections.boxes[j]
            if self.model.n == 5:
                box = np.array(align(box.tolist(), to_box(self.model, track.state).tolist()))
            update(self.model, track.state, box)
            track.status = Status.CONFIRMED
            take_detection(track, detections, j)
            track.hits += 1
            track.last_frame, track.last_time = clock.frame, clock.time

    def _give_birth(self, detections: Detections, clock: Clock) -> None:
        for j in range(len(detections)):
            if not detections.scores[j] >= self.birth:
                note_refusal(
                    self.record, detections.rows[j], "new_track_thresh", detections.scores[j], self.birth
                )
                continue
            self.tracks.append(
                ByteTrackTrack(
                    id=clock.new_id(),
                    # In the first frame there is nothing to wait for.
                    status=Status.CONFIRMED if clock.frame == 1 else Status.TENTATIVE,
                    state=initiate(self.model, detections.boxes[j]),
                    score=float(detections.scores[j]),
                    label=int(detections.labels[j]),
                    row=int(detections.rows[j]),
                    votes=first_vote(int(detections.labels[j]), float(detections.scores[j])),
                    hits=1,
                    first_frame=clock.frame,
                    last_frame=clock.frame,
                    last_time=clock.time,
                )
            )
            note_birth(self.record, self.tracks[-1].id, self.tracks[-1].row)

    def _remove_duplicates(self) -> None:
        """Where a live and a lost track lie on one another, keep the one with the longer life."""
        live = [track for track in self.tracks if track.status is not Status.LOST]
        lost = [track for track in self.tracks if track.status is Status.LOST]
        distance = 1.0 - association.similarity("iou", self._boxes(live), self._boxes(lost))
        gone = set()
        for i, j in np.argwhere(distance < self.duplicate_distance):
            life, lost_life = (t.last_frame - t.first_frame for t in (live[i], lost[j]))
            shorter = lost[j].id if life > lost_life else live[i].id
            if shorter not in gone:
                note_death(self.record, shorter, "duplicate_thresh")
            gone.add(shorter)
        self.tracks = [track for track in self.tracks if track.id not in gone]

    def _boxes(self, tracks: list[ByteTrackTrack]) -> FloatArray:
        boxes = [to_box(self.model, track.state) for track in tracks]
        return np.array(boxes).reshape(len(tracks), self.model.n)
