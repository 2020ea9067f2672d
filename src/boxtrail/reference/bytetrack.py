"""ByteTrack (Zhang et al., ECCV 2022): every detection box is associated, the sure ones first."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association
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
from boxtrail.reference.warp import warp_state

FloatArray: TypeAlias = NDArray[np.float64]


class ByteTrack:
    """ByteTrack over one collection of tracks. The options are those of ``ByteTrackConfig``, none has a default."""

    track_type = ByteFamilyTrack

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
        self.tracks: list[ByteFamilyTrack] = []
        self.record: Record | None = None

    def step(self, detections: Detections, clock: Clock, dt: float, warp: FloatArray | None) -> list[Report]:
        """Take one frame, in the steps of the paper's Algorithm 1."""
        high, low = split_by_score(detections, self.high, self.low, self.record)
        predict_known(self.model, self.tracks, dt)
        if warp is not None:
            for track in self.tracks:
                warp_state(self.model, warp, track.state)
        self.tracks = without_diverged(self.tracks, self.model, self.record)
        known, tentative = split_by_status(self.tracks)

        # First association: sure detections with all confirmed and lost tracks.
        pairs = self._associate("first", known, high, self.first_limit, fuse=self.fuse)
        match(self.model, known, high, pairs, clock)
        left, left_high = unmatched_tracks(known, pairs), unmatched_detections(high, pairs)

        # Second association: unsure detections with tracks seen in the last frame. A lost track cannot use them.
        seen = [track for track in left if track.status is Status.CONFIRMED]
        pairs = self._associate("second", seen, low, self.second_limit, fuse=False)
        match(self.model, seen, low, pairs, clock)
        lose(unmatched_tracks(seen, pairs))

        # Tracks born in the last frame get one chance, then they go.
        pairs = self._associate("unconfirmed", tentative, left_high, self.tentative_limit, fuse=self.fuse)
        match(self.model, tentative, left_high, pairs, clock)
        missed, left_high = unmatched_tracks(tentative, pairs), unmatched_detections(left_high, pairs)
        # An expired track goes one frame late, as in the authors' code: their published rows depend on it.
        self.tracks = survivors(self.tracks, missed, clock.time - dt, self.buffer, self.record)

        born = give_birth(ByteFamilyTrack, self.model, left_high, clock, self.birth, self.record)
        self.tracks += [track for track, _ in born]
        self.tracks = without_duplicates(self.tracks, self.model, self.duplicate_distance, self.record)
        return report(self.model, [track for track in self.tracks if track.status is Status.CONFIRMED])

    def describe(self, track: ByteFamilyTrack, clock: Clock) -> list[float]:
        """Status, age, hits, misses, score, label, box, velocity."""
        return describe(track, self.model, clock)

    def _associate(
        self,
        stage: str,
        tracks: list[ByteFamilyTrack],
        detections: Detections,
        limit: float,
        *,
        fuse: bool,
    ) -> Pairs:
        boxes = boxes_of(self.model, tracks)
        similarity = association.similarity(self.measure_name, boxes, detections.boxes, **self.measure)
        scores = detections.scores if fuse else np.ones(len(detections))
        cost = association.fuse_scores(similarity, scores)
        pairs = assign_partial(cost, limit)
        note_stage(self.record, stage, 1.0 - limit, tracks, detections, 1.0 - cost, pairs)
        return pairs
