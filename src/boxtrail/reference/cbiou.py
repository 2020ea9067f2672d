"""C-BIoU (Yang et al., WACV 2023): boxes are grown before they are compared, first a little, then more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association
from boxtrail.reference.assignment import Pairs, assign_full
from boxtrail.reference.byte_lifecycle import (
    ByteFamilyTrack,
    aligned,
    boxes_of,
    count_hit,
    describe,
    give_birth,
    lose,
    split_by_score,
    split_by_status,
    survivors,
    unmatched_detections,
    unmatched_tracks,
)
from boxtrail.reference.kalman import MIN_SIZE, measurement, predict, update
from boxtrail.reference.motion_model import MotionModel, motion_model
from boxtrail.reference.record import Record, note_scores, note_stage
from boxtrail.reference.sort_lifecycle import without_diverged
from boxtrail.reference.stream import Clock, Report, Status
from boxtrail.reference.warp import warp_box, warp_state

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(slots=True)
class Sight:
    """A box, (4,) corners or (5,) oriented, that was matched at a time in frames."""

    time: float
    box: FloatArray


@dataclass(slots=True)
class CBIoUTrack(ByteFamilyTrack):
    """One track; ``sights`` are the last boxes it was matched with: several in the paper's mode, else one."""

    sights: list[Sight] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Stage:
    """What one association asks for: how far boxes grow per side, the least similarity, whether scores count."""

    name: str
    growth: float
    min_similarity: float
    fuse: bool


class CBIoU:
    """C-BIoU over one collection of tracks. The options are those of ``CBIoUConfig``, none has a default."""

    track_type = CBIoUTrack

    def __init__(
        self,
        *,
        oriented: bool,
        mode: str,
        track_high_thresh: float,
        track_low_thresh: float,
        new_track_thresh: float,
        buffer_ratio_first: float,
        buffer_ratio_second: float,
        min_similarity_first: float,
        min_similarity_second: float,
        min_similarity_unconfirmed: float,
        track_buffer: float,
        fuse_score: bool,
        motion_window: int,
    ) -> None:
        self.is_paper = mode == "paper"
        self.high, self.low, self.birth = track_high_thresh, track_low_thresh, new_track_thresh
        fuse = fuse_score and not self.is_paper
        self.first = Stage("first", buffer_ratio_first, min_similarity_first, fuse)
        self.second = Stage("second", buffer_ratio_second, min_similarity_second, False)
        self.tentative = Stage("unconfirmed", buffer_ratio_first, min_similarity_unconfirmed, fuse)
        self.buffer = track_buffer
        self.num_sights = motion_window + 1 if self.is_paper else 1
        self.model: MotionModel = motion_model("XYWH", oriented=oriented)
        self.tracks: list[CBIoUTrack] = []
        self.record: Record | None = None

    def step(self, detections: Detections, clock: Clock, dt: float, warp: FloatArray | None) -> list[Report]:
        """Take one frame."""
        self._predict(clock, dt, warp)
        cascade = self._paper_cascade if self.is_paper else self._two_stage_cascade
        missed, left = cascade(detections, clock)
        self.tracks = survivors(self.tracks, missed, clock.time, self.buffer, self.record)
        for track, j in give_birth(CBIoUTrack, self.model, left, clock, self.birth, self.record):
            track.sights.append(Sight(clock.time, left.boxes[j].copy()))
            self.tracks.append(track)
        return [
            Report(track.sights[-1].box, track.id, track.score, track.label, track.row)
            for track in self.tracks
            if track.status is Status.CONFIRMED
        ]

    def describe(self, track: CBIoUTrack, clock: Clock) -> list[float]:
        """Status, age, hits, misses, score, label, box, velocity."""
        return describe(track, self.model, clock)

    def _paper_cascade(self, detections: Detections, clock: Clock) -> tuple[list[CBIoUTrack], Detections]:
        """All tracks with all detections, then what is left with a larger buffer; newborn tracks that were missed,
        and the detections that are left.
        """
        used = detections.scores >= self.high
        note_scores(self.record, detections.select(~used), "track_high_thresh", self.high)
        left_tracks, left = self.tracks, detections.select(used)
        for stage in (self.first, self.second):
            pairs = self._associate(stage, left_tracks, left)
            self._match(left_tracks, left, pairs, clock)
            left_tracks, left = unmatched_tracks(left_tracks, pairs), unmatched_detections(left, pairs)
        known, missed = split_by_status(left_tracks)
        lose(known)
        return missed, left

    def _two_stage_cascade(self, detections: Detections, clock: Clock) -> tuple[list[CBIoUTrack], Detections]:
        """ByteTrack's cascade: sure detections with a small buffer, unsure ones with a large one."""
        high, low = split_by_score(detections, self.high, self.low, self.record, tie_is_high=True)
        known, tentative = split_by_status(self.tracks)

        # First association: sure detections with all confirmed and lost tracks.
        pairs = self._associate(self.first, known, high)
        self._match(known, high, pairs, clock)
        left, left_high = unmatched_tracks(known, pairs), unmatched_detections(high, pairs)

        # Second association: unsure detections with tracks seen in the last frame. A lost track cannot use them.
        seen = [track for track in left if track.status is Status.CONFIRMED]
        pairs = self._associate(self.second, seen, low)
        self._match(seen, low, pairs, clock)
        lose(unmatched_tracks(seen, pairs))

        # Tracks born in the last frame get one chance, then they go.
        pairs = self._associate(self.tentative, tentative, left_high)
        self._match(tentative, left_high, pairs, clock)
        return unmatched_tracks(tentative, pairs), unmatched_detections(left_high, pairs)

    def _associate(self, stage: Stage, tracks: list[CBIoUTrack], detections: Detections) -> Pairs:
        boxes = boxes_of(self.model, tracks)
        similarity = association.similarity("biou", boxes, detections.boxes, buffer_ratio=stage.growth)
        if stage.fuse:
            similarity = similarity * detections.scores[None, :]
        pairs = assign_full(similarity, similarity, stage.min_similarity)
        note_stage(self.record, stage.name, stage.min_similarity, tracks, detections, similarity, pairs)
        return pairs

    def _predict(self, clock: Clock, dt: float, warp: FloatArray | None) -> None:
        for track in self.tracks:
            if self.is_paper:
                if warp is not None:
                    for sight in track.sights:
                        sight.box = warp_box(warp, sight.box)
                extrapolate(self.model, track, clock.time)
            else:
                predict(self.model, track.state, dt)
                if warp is not None:
                    warp_state(self.model, warp, track.state)
        self.tracks = without_diverged(self.tracks, self.model, self.record)

    def _match(self, tracks: list[CBIoUTrack], detections: Detections, pairs: Pairs, clock: Clock) -> None:
        for i, j in pairs:
            track = tracks[i]
            box = aligned(self.model, track.state, detections.boxes[j])
            track.sights = [*track.sights, Sight(clock.time, box.copy())][-self.num_sights :]
            if self.is_paper:
                extrapolate(self.model, track, clock.time)
            else:
                update(self.model, track.state, box)
            count_hit(track, detections, j, clock)


def extrapolate(model: MotionModel, track: CBIoUTrack, time: float) -> None:
    """The last box, moved on by the mean displacement between the sights; the covariance plays no part."""
    n, first, last = model.n, track.sights[0], track.sights[-1]
    position, velocity = measurement(model, last.box), np.zeros(n)
    if len(track.sights) > 1:
        velocity = (position - measurement(model, first.box)) / (last.time - first.time)
    track.state.mean[:n] = position + (time - last.time) * velocity
    track.state.mean[2:4] = np.maximum(track.state.mean[2:4], MIN_SIZE)
    track.state.mean[n:] = velocity
