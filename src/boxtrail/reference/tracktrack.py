"""TrackTrack (Shim et al., CVPR 2025): tracks and detections choose each other, and births keep their distance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association
from boxtrail.reference.appearance import Embedding, likeness, smooth
from boxtrail.reference.assignment import Pairs, assign_mutual, unmatched
from boxtrail.reference.byte_lifecycle import ByteFamilyTrack
from boxtrail.reference.class_votes import first_vote, take_detection
from boxtrail.reference.corners import CornerMotion
from boxtrail.reference.kalman import initiate, is_diverged, predict, to_box, update
from boxtrail.reference.motion_model import motion_model
from boxtrail.reference.oriented import align
from boxtrail.reference.record import Record, note_birth, note_death, note_refusal, note_stage
from boxtrail.reference.spacing import spaced
from boxtrail.reference.stream import Clock, Report, Status
from boxtrail.reference.warp import warp_pairs

FloatArray: TypeAlias = NDArray[np.float64]

SMOOTHING = 0.95  # share of the old embedding that a detection with score 1 leaves
MIN_NOISE = 1e-6  # a score of 1 would make a measurement without any noise


@dataclass(slots=True)
class TrackTrackTrack(ByteFamilyTrack):
    """One track; ``previous_score`` is that of the match before the last."""

    embedding: Embedding | None
    corners: CornerMotion
    previous_score: float


class TrackTrack:
    """TrackTrack over one collection of tracks. The options are those of ``TrackTrackConfig``, none has a default."""

    track_type = TrackTrackTrack

    def __init__(
        self,
        *,
        oriented: bool,
        det_thresh: float,
        track_low_thresh: float,
        new_track_thresh: float,
        match_thresh: float,
        motion_match_thresh: float,
        reduce_step: float,
        min_iou: float,
        appearance_weight: float,
        score_weight: float,
        angle_weight: float,
        low_penalty: float,
        deleted_penalty: float,
        nms_thresh: float,
        deleted_nms_thresh: float,
        deleted_max_iou: float,
        tai_thresh: float,
        min_hits: int,
        max_age: float,
        freeze_size: bool,
        corner_quirks: bool,
    ) -> None:
        self.high, self.low, self.birth = det_thresh, track_low_thresh, new_track_thresh
        self.limit, self.motion_limit = match_thresh, motion_match_thresh
        self.reduce_step, self.min_iou = reduce_step, min_iou
        self.appearance_weight = appearance_weight
        self.score_weight, self.angle_weight = score_weight, angle_weight
        self.low_penalty, self.deleted_penalty = low_penalty, deleted_penalty
        self.nms_iou, self.deleted_nms_iou = nms_thresh, deleted_nms_thresh
        self.deleted_max_iou, self.birth_iou = deleted_max_iou, tai_thresh
        self.min_hits, self.max_age = min_hits, max_age
        self.freeze_size, self.quirks = freeze_size, corner_quirks
        self.model = motion_model("XYWH_WIDE", oriented=oriented)
        self.tracks: list[TrackTrackTrack] = []
        self.record: Record | None = None

    def step(self, detections: Detections, clock: Clock, dt: float, warp: FloatArray | None) -> list[Report]:
        """Take one frame."""
        offered, penalty, is_sure = self._offered(detections)
        self._predict(dt, warp)
        known = [track for track in self.tracks if track.status is not Status.TENTATIVE]
        tentative = [track for track in self.tracks if track.status is Status.TENTATIVE]

        # All detections compete for the known tracks; unsure and deleted ones pay for it.
        pairs = self._associate("first", known, offered, penalty, clock)
        left = self._match(known, offered, pairs, clock)
        for track in left:
            track.status = Status.LOST
        left_high = offered.select([j for j in unmatched(len(offered), [j for _, j in pairs]) if is_sure[j]])

        # Tracks that are not confirmed yet take the sure ones left over, in every frame, or go.
        pairs = self._associate("unconfirmed", tentative, left_high, np.zeros(len(left_high)), clock)
        gone = {track.id for track in self._match(tentative, left_high, pairs, clock)}
        for track_id in sorted(gone):
            note_death(self.record, track_id, "unconfirmed")
        left_high = left_high.select(unmatched(len(left_high), [j for _, j in pairs]))

        for track in self.tracks:
            if track.status is Status.LOST and clock.time - track.last_time > self.max_age:
                gone.add(track.id)
                note_death(self.record, track.id, "max_age")
        self.tracks = [track for track in self.tracks if track.id not in gone]
        self._give_birth(left_high, clock)
        return [
            Report(to_box(self.model, track.state), track.id, track.score, track.label, track.row)
            for track in self.tracks
            if track.status is Status.CONFIRMED
        ]

    def describe(self, track: TrackTrackTrack, clock: Clock) -> list[float]:
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

    def _offered(self, detections: Detections) -> tuple[Detections, FloatArray, list[bool]]:
        """The detections that may be matched, what each pays for being unsure or deleted, and whether it is neither.

        A deleted detection is one that suppression at ``nms_thresh`` takes away and a looser one would have left.
        """
        kept = spaced(detections.boxes, detections.scores, detections.boxes[:0], self.nms_iou)
        loose = spaced(detections.boxes, detections.scores, detections.boxes[:0], self.deleted_nms_iou)
        overlap = association.similarity("iou", detections.boxes, detections.boxes[kept])
        rows, penalties, sure = [], [], []
        for j, score in enumerate(detections.scores.tolist()):
            nearest = float(overlap[j].max(initial=0.0))
            is_deleted = j not in kept
            if is_deleted and not (j in loose and nearest < self.deleted_max_iou and score > self.high):
                note_refusal(self.record, detections.rows[j], "nms_thresh", nearest, self.nms_iou)
            elif not score > self.low:
                note_refusal(self.record, detections.rows[j], "track_low_thresh", score, self.low)
            else:
                rows.append(j)
                sure.append(not is_deleted and score > self.high)
                unsure = 0.0 if sure[-1] else self.low_penalty
                penalties.append(self.deleted_penalty if is_deleted else unsure)
        return detections.select(rows), np.array(penalties), sure

    def _predict(self, dt: float, warp: FloatArray | None) -> None:
        n = self.model.n
        for track in self.tracks:
            if warp is not None:
                warp_pairs(self.model, warp, track.state)
                track.corners.warp(warp)
            if self.freeze_size and track.status is not Status.CONFIRMED:
                track.state.mean[n + 2 :] = 0.0
            predict(self.model, track.state, dt)
            if is_diverged(self.model, track.state):
                note_death(self.record, track.id, "diverged")
        self.tracks = [track for track in self.tracks if not is_diverged(self.model, track.state)]

    def _associate(
        self,
        stage: str,
        tracks: list[TrackTrackTrack],
        detections: Detections,
        penalty: FloatArray,
        clock: Clock,
    ) -> Pairs:
        cost = self._cost(tracks, detections, penalty, clock)
        has_looks = detections.embeddings is not None and len(detections) > 0
        limit = self.limit if has_looks else self.motion_limit
        pairs = assign_mutual(cost, limit, self.reduce_step)
        note_stage(self.record, stage, 1.0 - limit, tracks, detections, 1.0 - cost, pairs)
        return pairs

    def _cost(
        self, tracks: list[TrackTrackTrack], detections: Detections, penalty: FloatArray, clock: Clock
    ) -> FloatArray:
        """(N, M) costs in [0, 1]; 1 for pairs that hardly overlap."""
        boxes = self._boxes(tracks)
        iou = association.similarity("iou", boxes, detections.boxes)
        place = 1.0 - association.similarity("hmiou", boxes, detections.boxes)
        looks = self._appearance(tracks, detections)
        cost = np.ones_like(iou)
        for i, j in np.argwhere(iou > self.min_iou):
            track, box, score = tracks[i], detections.boxes[j], float(detections.scores[j])
            base = place[i, j]
            if not math.isnan(looks[i, j]):
                base = (1.0 - self.appearance_weight) * base + self.appearance_weight * (1.0 - looks[i, j])
            expected = track.score + (track.score - track.previous_score)
            if self.model.n == 5:
                box = np.array(align(box.tolist(), boxes[i].tolist()))
            angle = track.corners.angle(box, clock.frame - track.first_frame, quirks=self.quirks)
            total = (
                base
                + self.score_weight * abs(expected - score)
                + self.angle_weight * score * angle / math.pi
                + penalty[j]
            )
            cost[i, j] = min(max(total, 0.0), 1.0)
        return cost

    def _appearance(self, tracks: list[TrackTrackTrack], detections: Detections) -> FloatArray:
        """(N, M) cosines, nan for a pair of which one has no embedding: there the place alone counts."""
        if detections.embeddings is None:
            return np.full((len(tracks), len(detections)), np.nan)
        embeddings = [track.embedding for track in tracks]
        cosine = likeness(embeddings, detections.embeddings)
        cosine[[embedding is None for embedding in embeddings], :] = np.nan
        cosine[:, ~detections.embeddings.any(axis=1)] = np.nan
        return cosine

    def _match(
        self, tracks: list[TrackTrackTrack], detections: Detections, pairs: Pairs, clock: Clock
    ) -> list[TrackTrackTrack]:
        """Update the matched tracks, return the others."""
        for i, j in pairs:
            track, box, score = tracks[i], detections.boxes[j].copy(), float(detections.scores[j])
            if self.model.n == 5:
                box = np.array(align(box.tolist(), to_box(self.model, track.state).tolist()))
            update(self.model, track.state, box, noise=max(1.0 - score, MIN_NOISE))
            track.corners.observe(box, clock.frame - track.first_frame, quirks=self.quirks)
            track.embedding = smooth(
                track.embedding, _given(detections, j), SMOOTHING + (1.0 - SMOOTHING) * (1.0 - score)
            )
            track.previous_score = track.score
            take_detection(track, detections, j)
            track.hits += 1
            if track.status is Status.LOST or track.hits >= self.min_hits:
                track.status = Status.CONFIRMED
            track.last_frame, track.last_time = clock.frame, clock.time
        return [tracks[i] for i in unmatched(len(tracks), [row for row, _ in pairs])]

    def _give_birth(self, detections: Detections, clock: Clock) -> None:
        """Track-aware initialisation: of the sure detections left, those that lie on no visible track or better one."""
        for j in np.flatnonzero(~(detections.scores > self.birth)).tolist():
            note_refusal(
                self.record, detections.rows[j], "new_track_thresh", detections.scores[j], self.birth
            )
        detections = detections.select(detections.scores > self.birth)
        visible = self._boxes([track for track in self.tracks if track.status is not Status.LOST])
        born = spaced(detections.boxes, detections.scores, visible, self.birth_iou)
        for j in range(len(detections)):
            if j in born:
                self._start(detections, j, clock)
            else:
                note_refusal(
                    self.record, detections.rows[j], "tai_thresh", detections.scores[j], self.birth_iou
                )

    def _start(self, detections: Detections, j: int, clock: Clock) -> None:
        box, score = detections.boxes[j].copy(), float(detections.scores[j])
        at_once = clock.frame == 1 or self.min_hits <= 1  # in the first frame there is nothing to wait for
        self.tracks.append(
            TrackTrackTrack(
                id=clock.new_id(),
                status=Status.CONFIRMED if at_once else Status.TENTATIVE,
                state=initiate(self.model, box),
                embedding=smooth(None, _given(detections, j), SMOOTHING),
                corners=CornerMotion.born(box),
                score=score,
                previous_score=score,
                label=int(detections.labels[j]),
                row=int(detections.rows[j]),
                votes=first_vote(int(detections.labels[j]), score),
                hits=1,
                first_frame=clock.frame,
                last_frame=clock.frame,
                last_time=clock.time,
            )
        )
        note_birth(self.record, self.tracks[-1].id, self.tracks[-1].row)

    def _boxes(self, tracks: list[TrackTrackTrack]) -> FloatArray:
        boxes = [to_box(self.model, track.state) for track in tracks]
        return np.array(boxes).reshape(len(tracks), self.model.n)


def _given(detections: Detections, j: int) -> Embedding | None:
    """The embedding of a detection; a row of zeros is none."""
    embedding = detections.embedding(j)
    return embedding if embedding is not None and embedding.any() else None
