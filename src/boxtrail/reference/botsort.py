"""BoT-SORT (Aharon et al., 2022): ByteTrack with camera motion, a filter of width and height, and appearance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association
from boxtrail.reference.appearance import Embedding, likeness, smooth
from boxtrail.reference.assignment import Pairs, assign_partial
from boxtrail.reference.byte_lifecycle import (
    ByteFamilyTrack,
    boxes_of,
    describe,
    give_birth,
    lose,
    match,
    predict_known,
    report,
    split_by_score,
    split_by_status,
    survivors,
    unmatched_detections,
    unmatched_tracks,
    without_duplicates,
)
from boxtrail.reference.motion_model import MotionModel, motion_model
from boxtrail.reference.record import Record, note_stage
from boxtrail.reference.sort_lifecycle import without_diverged
from boxtrail.reference.stream import Clock, Report, Status
from boxtrail.reference.warp import warp_pairs, warp_state

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(slots=True)
class BotSortTrack(ByteFamilyTrack):
    """One track; ``embedding`` is None until it was seen with one."""

    embedding: Embedding | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """What one association asks for; ``scale`` divides the appearance distance, 0 leaves appearance out."""

    name: str
    limit: float
    fuse: bool
    scale: float


class BotSort:
    """BoT-SORT over one collection of tracks. The options are those of ``BotSortConfig``, none has a default."""

    track_type = BotSortTrack

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
        with_reid: bool,
        proximity_thresh: float,
        appearance_thresh: float,
        emb_scale: float,
        unconfirmed_emb_scale: float,
        emb_alpha: float,
        warp_form: str,
        report_unconfirmed: bool,
        asso_func: str,
        image_diagonal: float,
        buffer_ratio: float,
    ) -> None:
        self.high, self.low, self.birth = track_high_thresh, track_low_thresh, new_track_thresh
        self.first = Stage("first", match_thresh, fuse_score, emb_scale * with_reid)
        self.second = Stage("second", second_match_thresh, False, 0.0)
        self.tentative = Stage(
            "unconfirmed", unconfirmed_match_thresh, fuse_score, unconfirmed_emb_scale * with_reid
        )
        self.buffer, self.duplicate_distance = track_buffer, duplicate_thresh
        self.with_reid, self.alpha = with_reid, emb_alpha
        self.farthest, self.least_alike = proximity_thresh, appearance_thresh
        self.warp = warp_pairs if warp_form == "pairs" else warp_state
        self.report_unconfirmed = report_unconfirmed
        self.measure = {"image_diagonal": image_diagonal, "buffer_ratio": buffer_ratio}
        self.measure_name = asso_func
        self.model: MotionModel = motion_model("XYWH", oriented=oriented)
        self.tracks: list[BotSortTrack] = []
        self.record: Record | None = None

    def step(self, detections: Detections, clock: Clock, dt: float, warp: FloatArray | None) -> list[Report]:
        """Take one frame, in the steps of the paper's Algorithm 1."""
        high, low = split_by_score(detections, self.high, self.low, self.record)
        predict_known(self.model, self.tracks, dt)
        if warp is not None:  # a newborn track is not predicted, but the camera moves it all the same
            for track in self.tracks:
                self.warp(self.model, warp, track.state)
        self.tracks = without_diverged(self.tracks, self.model, self.record)
        known, tentative = split_by_status(self.tracks)

        # First association: sure detections with all confirmed and lost tracks, by overlap or by appearance.
        pairs = self._associate(self.first, known, high)
        match(self.model, known, high, pairs, clock)
        self._remember(known, high, pairs)
        left, left_high = unmatched_tracks(known, pairs), unmatched_detections(high, pairs)

        # Second association: unsure detections with tracks seen in the last frame, by overlap alone.
        seen = [track for track in left if track.status is Status.CONFIRMED]
        pairs = self._associate(self.second, seen, low)
        match(self.model, seen, low, pairs, clock)  # what is half hidden does not tell how a track looks
        lose(unmatched_tracks(seen, pairs))

        # Tracks born in the last frame get one chance, then they go.
        pairs = self._associate(self.tentative, tentative, left_high)
        match(self.model, tentative, left_high, pairs, clock)
        self._remember(tentative, left_high, pairs)
        missed, left_high = unmatched_tracks(tentative, pairs), unmatched_detections(left_high, pairs)
        # An expired track goes one frame late, as in the authors' code: their published rows depend on it.
        self.tracks = survivors(self.tracks, missed, clock.time - dt, self.buffer, self.record)

        for track, j in give_birth(BotSortTrack, self.model, left_high, clock, self.birth, self.record):
            self.tracks.append(track)
            if self.with_reid:
                track.embedding = smooth(None, left_high.embedding(j), self.alpha)
        self.tracks = without_duplicates(self.tracks, self.model, self.duplicate_distance, self.record)
        return report(self.model, [track for track in self.tracks if self._is_reported(track)])

    def describe(self, track: BotSortTrack, clock: Clock) -> list[float]:
        """Status, age, hits, misses, score, label, box, velocity."""
        return describe(track, self.model, clock)

    def _associate(self, stage: Stage, tracks: list[BotSortTrack], detections: Detections) -> Pairs:
        boxes = boxes_of(self.model, tracks)
        similarity = association.similarity(self.measure_name, boxes, detections.boxes, **self.measure)
        scores = detections.scores if stage.fuse else np.ones(len(detections))
        cost = association.fuse_scores(similarity, scores)
        if stage.scale and detections.embeddings is not None:
            distance = self._appearance_distance(tracks, detections.embeddings, stage.scale)
            near = 1.0 - similarity <= self.farthest
            alike = distance <= self.least_alike
            cost = np.where(near & alike, np.minimum(cost, distance), cost)
        pairs = assign_partial(cost, stage.limit)
        note_stage(self.record, stage.name, 1.0 - stage.limit, tracks, detections, 1.0 - cost, pairs)
        return pairs

    def _appearance_distance(
        self, tracks: list[BotSortTrack], embeddings: NDArray[np.float32], scale: float
    ) -> FloatArray:
        """(N, M) scaled cosine distances; infinite for a pair of which one has no looks."""
        cosine = likeness([track.embedding for track in tracks], embeddings)
        # A missing embedding has a cosine of 0, which a lenient gate would take for a resemblance.
        return np.where(cosine == 0.0, np.inf, (1.0 - cosine) / scale)

    def _remember(self, tracks: list[BotSortTrack], detections: Detections, pairs: Pairs) -> None:
        """How the matched tracks look now."""
        for i, j in pairs if self.with_reid else ():
            tracks[i].embedding = smooth(tracks[i].embedding, detections.embedding(j), self.alpha)

    def _is_reported(self, track: BotSortTrack) -> bool:
        if track.status is Status.TENTATIVE:
            return self.report_unconfirmed
        return track.status is Status.CONFIRMED
