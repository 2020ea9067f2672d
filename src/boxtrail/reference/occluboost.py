"""OccluBoost (BoxMOT's own tracker, without a paper): BoostTrack with tentative tracks, suppressed jumps, and recovery
by appearance, by unsure detections and from among the dead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association
from boxtrail.reference.abnormal_motion import suppressed_gain
from boxtrail.reference.appearance import likeness, smooth
from boxtrail.reference.assignment import Pairs, assign_partial
from boxtrail.reference.boosted_association import BoostedWeights, appearance_memory, associate_boosted
from boxtrail.reference.boosted_output import is_shaped, report_score
from boxtrail.reference.boosting import Boosts, boosted_scores, predicted
from boxtrail.reference.class_votes import take_detection
from boxtrail.reference.kalman import predict, to_box, update
from boxtrail.reference.leftovers import left_over, younger_duplicates
from boxtrail.reference.motion_model import motion_model
from boxtrail.reference.occluboost_track import BuriedTrack, OccluBoostOptions, OccluBoostTrack
from boxtrail.reference.oriented import align
from boxtrail.reference.record import Record, note_death, note_refusal, note_stage
from boxtrail.reference.sort_lifecycle import (
    count_hit,
    describe,
    give_birth,
    grow_older,
    is_reported,
    without_diverged,
)
from boxtrail.reference.stream import Clock, Report
from boxtrail.reference.warp import warp_corners

FloatArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]

OUT_OF_QUESTION = 2.0  # cost of a pair that a gate refuses


class OccluBoost:
    """OccluBoost over one collection of tracks. The options are those of ``OccluBoostConfig``, none has a default."""

    track_type = OccluBoostTrack
    buried_type = BuriedTrack
    options_type = OccluBoostOptions

    def __init__(self, *, oriented: bool, **options: float | bool | str) -> None:
        self.options = o = OccluBoostOptions(**options)  # type: ignore[arg-type]
        self.boosts = Boosts(*(getattr(o, declared.name) for declared in fields(Boosts)))
        lambda_emb = o.lambda_emb_multiplier * (1.0 + o.lambda_iou + o.lambda_mhd + o.lambda_shape)
        self.weights = BoostedWeights(
            o.iou_threshold, o.lambda_iou, o.lambda_mhd, o.lambda_shape, lambda_emb, o.s_sim_corr
        )
        self.model = motion_model("XYHR", oriented=oriented, aspect_epsilon=1e-6)
        self.tracks: list[OccluBoostTrack] = []
        self.graveyard: list[BuriedTrack] = []
        self.record: Record | None = None

    def step(self, detections: Detections, clock: Clock, dt: float, warp: FloatArray | None) -> list[Report]:
        """Take one frame."""
        for track in self.tracks:
            if warp is not None:
                warp_corners(self.model, warp, track.state)
            predict(self.model, track.state, dt)
            grow_older(track)
        self.tracks = without_diverged(self.tracks, self.model, self.record)

        # Boosted scores decide who is sure; those who are not may serve in the second pass.
        expected = predicted(self.model, self.tracks)
        scores = boosted_scores(self.model, expected, detections, self.boosts, clock.frame)
        is_sure, is_low = self._sort_out(detections, scores)
        low, low_scores = detections.select(is_low), scores[is_low]
        kept, scores = detections.select(is_sure), scores[is_sure]

        # First association: BoostTrack's, or overlap and appearance for oriented boxes.
        looks = self._cosines(self.tracks, kept)
        if self.model.n == 5:
            similarity, pairs = self._associate_oriented(expected.boxes, kept, looks)
        else:
            similarity, pairs = associate_boosted(self.model, expected, kept, scores, looks, self.weights)
        note_stage(self.record, "first", self.weights.iou_threshold, self.tracks, kept, similarity, pairs)
        for i, j in pairs:
            memory = appearance_memory(float(scores[j]), self.boosts.det_thresh)
            self._match(self.tracks[i], kept, j, float(scores[j]), memory, clock)
        left, kept, scores = left_over(self.tracks, kept, scores, pairs)

        left, kept, scores = self._recover(left, kept, scores, clock)
        if self.options.use_second_pass:
            left = self._second_pass(left, low, low_scores, clock)
        if self.options.use_gta:
            _, kept, scores = self._recognise(left, kept, scores, clock)
            kept, scores = self._resurrect(kept, scores, clock)
        self._give_births(kept, scores, clock)
        self.tracks.sort(key=lambda track: track.id)
        return self._report(clock)

    def describe(self, track: OccluBoostTrack, clock: Clock) -> list[float]:
        """Status, age, hits, misses, score, label, box, velocity."""
        return describe(track, self.model)

    def _sort_out(self, detections: Detections, scores: FloatArray) -> tuple[BoolArray, BoolArray]:
        """Masks (N,): who is sure, and who may serve in the second pass; the others are refused."""
        is_sure = scores >= self.boosts.det_thresh
        is_low = ~is_sure & (detections.scores >= self.options.track_low_thresh)
        is_low &= self.options.use_second_pass
        for k in np.flatnonzero(~is_sure & ~is_low):
            note_refusal(self.record, detections.rows[k], "det_thresh", scores[k], self.boosts.det_thresh)
        return is_sure, is_low

    def _associate_oriented(
        self, boxes: FloatArray, detections: Detections, looks: FloatArray | None
    ) -> tuple[FloatArray, Pairs]:
        """Overlap (N, M), and the pairs of highest overlap and appearance among those that overlap enough."""
        iou = association.similarity("iou", boxes, detections.boxes)
        cost = 1.0 - iou if looks is None else 1.0 - (iou + (self.weights.lambda_iou + 0.5) * looks)
        cost = np.where(iou >= self.weights.iou_threshold, cost, OUT_OF_QUESTION)
        return iou, assign_partial(cost, 1.0)

    def _recover(
        self, left: list[OccluBoostTrack], kept: Detections, scores: FloatArray, clock: Clock
    ) -> tuple[list[OccluBoostTrack], Detections, FloatArray]:
        """Tracks not long lost, found by appearance where they overlap at all."""
        o = self.options
        tracks = [track for track in left if clock.time - track.last_time <= o.recovery_max_age]
        looks = self._cosines(tracks, kept)
        if looks is None:
            return left, kept, scores
        iou = association.similarity("iou", self._boxes(tracks), kept.boxes)
        allowed = (iou >= o.recovery_iou) & (looks >= o.recovery_appearance)
        pairs = self._assign_looks("recovery", tracks, kept, looks, allowed, o.recovery_appearance)
        for i, j in pairs:
            self._match(tracks[i], kept, j, float(scores[j]), o.feat_alpha, clock)
        _, kept, scores = left_over(tracks, kept, scores, pairs)
        return [track for track in left if track.misses > 0], kept, scores

    def _second_pass(
        self, left: list[OccluBoostTrack], low: Detections, scores: FloatArray, clock: Clock
    ) -> list[OccluBoostTrack]:
        """Unsure detections, for tracks that were seen long enough and not long ago."""
        o = self.options
        tracks = [track for track in left if track.activated and self._is_fresh(track, clock)]
        iou = association.similarity("iou", self._boxes(tracks), low.boxes)
        allowed = iou >= o.second_pass_iou
        looks = self._cosines(tracks, low)
        if looks is not None:  # 0: one of the two has no appearance
            allowed &= (looks >= o.second_pass_appearance) | (looks == 0.0)
        pairs = assign_partial(np.where(allowed, 1.0 - iou, OUT_OF_QUESTION), 1.0)
        note_stage(self.record, "second", o.second_pass_iou, tracks, low, np.where(allowed, iou, 0.0), pairs)
        for i, j in pairs:
            self._match(tracks[i], low, j, float(scores[j]), o.feat_alpha, clock)
        return [track for track in left if track.misses > 0]

    def _is_fresh(self, track: OccluBoostTrack, clock: Clock) -> bool:
        run = track.run if self.options.second_pass_after_gap else track.streak
        is_recent = clock.time - track.last_time <= self.options.second_pass_max_age
        return run >= self.options.second_pass_min_hits and is_recent

    def _recognise(
        self, left: list[OccluBoostTrack], kept: Detections, scores: FloatArray, clock: Clock
    ) -> tuple[list[OccluBoostTrack], Detections, FloatArray]:
        """Lost tracks of the same class, found by appearance anywhere."""
        o = self.options
        lost = [track for track in left if clock.time - track.last_time <= o.gta_max_gap]
        tracks = [track for track in lost if track.age >= o.gta_min_age]
        looks = self._cosines(tracks, kept)
        if looks is None:
            return left, kept, scores
        same = np.array([track.label for track in tracks], dtype=np.int64)[:, None] == kept.labels[None, :]
        allowed = (looks >= o.gta_appearance) & same
        pairs = self._assign_looks("appearance", tracks, kept, looks, allowed, o.gta_appearance)
        for i, j in pairs:
            self._match(tracks[i], kept, j, float(scores[j]), o.feat_alpha, clock)
        return left_over(tracks, kept, scores, pairs)

    def _resurrect(self, kept: Detections, scores: FloatArray, clock: Clock) -> tuple[Detections, FloatArray]:
        """Dead tracks of the same class that come back under their old ids."""
        o = self.options
        self.graveyard = [dead for dead in self.graveyard if clock.time - dead.died <= o.gta_max_gap]
        if kept.embeddings is None or not o.use_embeddings or not len(kept):
            return kept, scores
        looks = likeness([dead.embedding for dead in self.graveyard], kept.embeddings)
        same = np.array([dead.label for dead in self.graveyard], dtype=np.int64)[:, None] == kept.labels
        allowed = (looks >= o.gta_appearance) & same & (scores >= o.new_track_thresh)[None, :]
        pairs = self._assign_looks("graveyard", self.graveyard, kept, looks, allowed, o.gta_appearance)
        for i, j in pairs:
            self._give_birth(kept, j, float(scores[j]), clock, old=self.graveyard[i])
        self.graveyard, kept, scores = left_over(self.graveyard, kept, scores, pairs)
        return kept, scores

    def _assign_looks(
        self,
        stage: str,
        tracks: Sequence[OccluBoostTrack | BuriedTrack],
        detections: Detections,
        looks: FloatArray,
        allowed: BoolArray,
        threshold: float,
    ) -> Pairs:
        pairs = assign_partial(np.where(allowed, 1.0 - looks, OUT_OF_QUESTION), 1.0)
        note_stage(self.record, stage, threshold, tracks, detections, np.where(allowed, looks, 0.0), pairs)
        return pairs

    def _cosines(self, tracks: list[OccluBoostTrack], detections: Detections) -> FloatArray | None:
        """(N, M) likeness of appearance; in a frame without embeddings it has no say."""
        if not self.options.use_embeddings or detections.embeddings is None or not len(detections):
            return None
        return likeness([track.embedding for track in tracks], detections.embeddings)

    def _boxes(self, tracks: list[OccluBoostTrack]) -> FloatArray:
        return np.array([to_box(self.model, track.state) for track in tracks]).reshape(-1, self.model.n)

    def _match(
        self,
        track: OccluBoostTrack,
        detections: Detections,
        j: int,
        score: float,
        memory: float,
        clock: Clock,
    ) -> None:
        o, box = self.options, detections.boxes[j]
        if self.model.n == 5:
            box = np.array(align(box.tolist(), to_box(self.model, track.state).tolist()))
        gain = suppressed_gain(track.seen, box, gain=o.ams_gain, jump=o.ams_jump, shrink=o.ams_shrink)
        update(self.model, track.state, box, gain=gain)
        self._remember(track, box)
        take_detection(track, detections, j)
        count_hit(track, clock)
        track.run = track.streak
        track.activated |= track.streak >= o.confirm_hits
        track.score = report_score(o.output_score, track, score)
        if o.use_embeddings:
            track.embedding = smooth(track.embedding, detections.embedding(j), memory)

    def _remember(self, track: OccluBoostTrack, box: FloatArray) -> None:
        if self.model.n == 4:
            track.seen = [*track.seen, box][-self.options.ams_buffer :]

    def _give_births(self, kept: Detections, scores: FloatArray, clock: Clock) -> None:
        birth = self.options.new_track_thresh
        for j in range(len(kept)):
            if scores[j] >= birth:
                self._give_birth(kept, j, float(scores[j]), clock, old=None)
            else:
                note_refusal(self.record, kept.rows[j], "new_track_thresh", scores[j], birth)

    def _give_birth(
        self, detections: Detections, j: int, score: float, clock: Clock, *, old: BuriedTrack | None
    ) -> None:
        o, embedding = self.options, detections.embedding(j) if self.options.use_embeddings else None
        track = give_birth(
            OccluBoostTrack, self.model, detections, j, clock, self.record,
            old_id=None if old is None else old.id,
            embedding=None if embedding is None else embedding.copy(),
            seen=[],
            activated=old is not None or score >= o.instant_confirm_thresh or o.confirm_hits <= 1,
            run=0,
        )  # fmt: skip
        self._remember(track, detections.boxes[j])
        track.score = report_score(o.output_score, track, score)
        self.tracks.append(track)

    def _report(self, clock: Clock) -> list[Report]:
        """What is seen of this frame, without duplicates; then the dead are buried."""
        o = self.options
        reported = [
            track for track in self.tracks if track.activated and is_reported(track, clock, o.min_hits)
        ]
        boxes = self._boxes(reported)
        for track in reported:
            track.confirmed = True
        gone = younger_duplicates(reported, boxes, o.duplicate_iou)
        for track in self.tracks:
            limit = o.max_age if track.activated else o.tentative_max_age
            if track.id in gone:
                note_death(self.record, track.id, "duplicate_iou")
            elif clock.time - track.last_time > limit:
                gone.add(track.id)
                note_death(self.record, track.id, "max_age" if track.activated else "tentative_max_age")
                self._bury(track, clock)
        self.tracks = [track for track in self.tracks if track.id not in gone]
        return [
            Report(box, track.id, track.score, track.label, track.row)
            for track, box in zip(reported, boxes, strict=True)
            if track.id not in gone and is_shaped(box, o.min_box_area, o.max_aspect_ratio)
        ]

    def _bury(self, track: OccluBoostTrack, clock: Clock) -> None:
        if self.options.use_gta and track.activated and track.embedding is not None:
            self.graveyard.append(BuriedTrack(track.id, track.label, track.embedding, clock.time))
