"""BoostTrack, BoostTrack+ and BoostTrack++ (Stanojević and Todorović, MVA 2024; arXiv 2408.13003): one association,
after the scores of the detections were boosted by what the tracks expect.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference.appearance import Embedding, likeness, smooth
from boxtrail.reference.assignment import unmatched
from boxtrail.reference.boosted_association import BoostedWeights, appearance_memory, associate_boosted
from boxtrail.reference.boosted_output import is_shaped, report_score
from boxtrail.reference.boosting import Boosts, boosted_scores, predicted
from boxtrail.reference.class_votes import take_detection
from boxtrail.reference.kalman import predict, to_box, update
from boxtrail.reference.motion_model import motion_model
from boxtrail.reference.oriented import align
from boxtrail.reference.record import Record, note_refusal, note_scores, note_stage
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
from boxtrail.reference.warp import warp_corners

FloatArray: TypeAlias = NDArray[np.float64]

APPEARANCE_WEIGHT = 1.5  # of the cosine, in units of all other weights together


@dataclass(slots=True)
class BoostTrackTrack(SortTrack):
    """One track; ``embedding`` is None until it was seen with one."""

    embedding: Embedding | None


class BoostTrack:
    """BoostTrack over one collection of tracks. The options are those of ``BoostTrackConfig``, none has a default."""

    track_type = BoostTrackTrack

    def __init__(
        self,
        *,
        oriented: bool,
        det_thresh: float,
        track_low_thresh: float,
        iou_threshold: float,
        max_age: float,
        min_hits: int,
        lambda_iou: float,
        lambda_mhd: float,
        lambda_shape: float,
        use_dlo_boost: bool,
        use_duo_boost: bool,
        dlo_boost_coef: float,
        use_rich_s: bool,
        use_sb: bool,
        use_vt: bool,
        vt_slope: float,
        s_sim_corr: bool,
        use_embeddings: bool,
        output_score: str,
        min_box_area: float,
        max_aspect_ratio: float,
    ) -> None:
        self.threshold, self.floor = det_thresh, track_low_thresh
        self.max_age, self.min_hits = max_age, min_hits
        self.boosts = Boosts(
            det_thresh,
            use_dlo_boost,
            use_duo_boost,
            dlo_boost_coef,
            use_rich_s,
            use_sb,
            use_vt,
            vt_slope,
            s_sim_corr,
        )
        lambda_emb = APPEARANCE_WEIGHT * (1.0 + lambda_iou + lambda_mhd + lambda_shape)
        self.weights = BoostedWeights(
            iou_threshold, lambda_iou, lambda_mhd, lambda_shape, lambda_emb, s_sim_corr
        )
        self.use_embeddings, self.output_score = use_embeddings, output_score
        self.min_area, self.max_ratio = min_box_area, max_aspect_ratio
        self.model = motion_model("XYHR", oriented=oriented, aspect_epsilon=1e-6)
        self.tracks: list[BoostTrackTrack] = []
        self.record: Record | None = None

    def step(self, detections: Detections, clock: Clock, dt: float, warp: FloatArray | None) -> list[Report]:
        """Take one frame."""
        is_noise = detections.scores < self.floor
        note_scores(self.record, detections.select(is_noise), "track_low_thresh", self.floor)
        detections = detections.select(~is_noise)
        for track in self.tracks:
            if warp is not None:
                warp_corners(self.model, warp, track.state)
            predict(self.model, track.state, dt)
            grow_older(track)
        self.tracks = without_diverged(self.tracks, self.model, self.record)

        expected = predicted(self.model, self.tracks)
        scores = boosted_scores(self.model, expected, detections, self.boosts, clock.frame)
        for k in np.flatnonzero(scores < self.threshold):
            note_refusal(self.record, detections.rows[k], "det_thresh", scores[k], self.threshold)
        kept, scores = detections.select(scores >= self.threshold), scores[scores >= self.threshold]

        iou, pairs = associate_boosted(self.model, expected, kept, scores, self._cosines(kept), self.weights)
        note_stage(self.record, "first", self.weights.iou_threshold, self.tracks, kept, iou, pairs)
        for i, j in pairs:
            self._match(self.tracks[i], kept, j, float(scores[j]), clock)
        for j in unmatched(len(kept), [column for _, column in pairs]):
            self._give_birth(kept, j, float(scores[j]), clock)

        reported = [track for track in self.tracks if is_reported(track, clock, self.min_hits)]
        for track in reported:
            track.confirmed = True
        self.tracks = survivors(self.tracks, clock, self.max_age, self.record)
        reports = [
            Report(to_box(self.model, track.state), track.id, track.score, track.label, track.row)
            for track in reported
        ]
        return [report for report in reports if is_shaped(report.box, self.min_area, self.max_ratio)]

    def describe(self, track: BoostTrackTrack, clock: Clock) -> list[float]:
        """Status, age, hits, misses, score, label, box, velocity."""
        return describe(track, self.model)

    def _cosines(self, detections: Detections) -> FloatArray | None:
        """(N, M) likeness of appearance; in a frame without embeddings it has no say."""
        if not self.use_embeddings or detections.embeddings is None:
            return None
        return likeness([track.embedding for track in self.tracks], detections.embeddings)

    def _match(
        self, track: BoostTrackTrack, detections: Detections, j: int, score: float, clock: Clock
    ) -> None:
        box = detections.boxes[j]
        if self.model.n == 5:
            box = np.array(align(box.tolist(), to_box(self.model, track.state).tolist()))
        update(self.model, track.state, box)
        take_detection(track, detections, j)
        count_hit(track, clock)
        track.score = report_score(self.output_score, track, score)
        if self.use_embeddings:
            track.embedding = smooth(
                track.embedding, detections.embedding(j), appearance_memory(score, self.threshold)
            )

    def _give_birth(self, detections: Detections, j: int, score: float, clock: Clock) -> None:
        embedding = detections.embedding(j) if self.use_embeddings else None
        track = give_birth(
            BoostTrackTrack, self.model, detections, j, clock, self.record,
            embedding=None if embedding is None else embedding.copy(),
        )  # fmt: skip
        track.score = report_score(self.output_score, track, score)
        self.tracks.append(track)
