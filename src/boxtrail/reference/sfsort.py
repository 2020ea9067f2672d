"""SFSORT (Morsali et al., 2024): no motion model at all, a track is the last box it was seen at."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association, oriented
from boxtrail.reference.assignment import Pairs, assign_partial, unmatched
from boxtrail.reference.class_votes import ClassVote, first_vote, take_detection
from boxtrail.reference.motion_model import motion_model
from boxtrail.reference.observations import centre
from boxtrail.reference.record import Record, note_birth, note_death, note_refusal, note_scores, note_stage
from boxtrail.reference.stream import Clock, Report, Status
from boxtrail.reference.warp import warp_box

FloatArray: TypeAlias = NDArray[np.float64]

MAX_FIRST_LIMIT = 0.67  # dynamic tuning never loosens the first association beyond it
MEETING = 1e-9  # IoU of boxes that share an edge: nothing but rounding
TOUCH = 1e-7  # pixels; boxes that meet in less, by rounding, have no side in common


@dataclass(slots=True)
class SfsortTrack:
    """One track; ``state`` is its last box, ``row`` the detection it was last matched with."""

    id: int
    status: Status
    state: FloatArray
    score: float
    label: int
    row: int
    votes: list[ClassVote]
    marginal: bool  # was lost near the edge of the image
    hits: int
    first_frame: int
    last_frame: int
    last_time: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a frame asks of its detections: scores above ``high`` are sure, above ``birth`` they start tracks."""

    high: float
    birth: float
    limit: float  # of the first association


class SFSORT:
    """SFSORT over one collection of tracks. The options are those of ``SFSORTConfig``, none has a default."""

    track_type = SfsortTrack

    def __init__(
        self,
        *,
        oriented: bool,
        high_th: float,
        low_th: float,
        new_track_th: float,
        match_th_first: float,
        match_th_second: float,
        dynamic_tuning: bool,
        cth: float,
        high_th_m: float,
        new_track_th_m: float,
        match_th_first_m: float,
        central_timeout: float,
        marginal_timeout: float,
        horizontal_margin: float,
        vertical_margin: float,
        forget_without_high: bool,
        frame_width: float,
        frame_height: float,
    ) -> None:
        self.base = Thresholds(high_th, new_track_th, match_th_first)
        self.low, self.second_limit = low_th, match_th_second
        self.tuned, self.count_above = dynamic_tuning, cth
        self.slopes = Thresholds(high_th_m, new_track_th_m, match_th_first_m)
        self.timeouts = (central_timeout, marginal_timeout)
        self.forget = forget_without_high
        self.frame = (frame_width, frame_height)
        self.margins = (
            _in_pixels(horizontal_margin, frame_width),
            _in_pixels(vertical_margin, frame_height),
        )
        self.model = motion_model("XYWH", oriented=oriented)
        self.tracks: list[SfsortTrack] = []
        self.record: Record | None = None

    def step(self, detections: Detections, clock: Clock, dt: float, warp: FloatArray | None) -> list[Report]:
        """Take one frame."""
        self._remove_expired(clock)
        if warp is not None:
            for track in self.tracks:
                track.state = warp_box(warp, track.state)
        now = self._thresholds(detections.scores)
        # A score equal to the high threshold falls in neither band, as in the authors' code.
        is_middle = (detections.scores > self.low) & (detections.scores < now.high)
        high = detections.select(detections.scores > now.high)
        middle = detections.select(is_middle)
        unused = detections.select(~is_middle & ~(detections.scores > now.high))
        note_scores(self.record, unused, "low_th", self.low)
        if self.forget and len(middle) and not len(high):
            self._forget_active()

        pairs = self._associate("first", self.tracks, high, now.limit)
        left = self._match(self.tracks, high, pairs, clock)
        left_high = high.select(unmatched(len(high), [column for _, column in pairs]))
        if not (self.forget and not len(high)):
            pairs = self._associate("second", left, middle, self.second_limit)
            left = self._match(left, middle, pairs, clock)
        for track in left:
            if track.status is Status.CONFIRMED:
                track.status, track.marginal = Status.LOST, self._is_marginal(track)
        self._give_birth(left_high, now.birth, clock)
        return [
            Report(track.state, track.id, track.score, track.label, track.row)
            for track in self.tracks
            if track.status is Status.CONFIRMED
        ]

    def describe(self, track: SfsortTrack, clock: Clock) -> list[float]:
        """Status, age, hits, misses, score, label, box, velocity (a box at rest has none)."""
        return [
            float(track.status),
            float(clock.frame - track.first_frame),
            float(track.hits),
            float(clock.frame - track.last_frame),
            track.score,
            float(track.label),
            *track.state.tolist(),
            0.0,
            0.0,
        ]

    def _remove_expired(self, clock: Clock) -> None:
        kept = []
        for track in self.tracks:
            unseen = clock.time - track.last_time
            if track.status is Status.LOST and unseen > self.timeouts[track.marginal]:
                option = "marginal_timeout" if track.marginal else "central_timeout"
                note_death(self.record, track.id, option)
            else:
                kept.append(track)
        self.tracks = kept

    def _forget_active(self) -> None:
        """The authors' oversight: a frame with unsure detections alone takes the tracks seen in the last one away."""
        for track in self.tracks:
            if track.status is Status.CONFIRMED:
                note_death(self.record, track.id, "forget_without_high")
        self.tracks = [track for track in self.tracks if track.status is Status.LOST]

    def _thresholds(self, scores: FloatArray) -> Thresholds:
        """Dynamic tuning: the more objects, the lower the bar for a sure detection, the higher for everything else."""
        if not self.tuned:
            return self.base
        crowd = math.log10(max(1, int((scores > self.count_above).sum())))
        high = self.base.high - self.slopes.high * crowd
        birth = max(self.base.birth + self.slopes.birth * crowd, high)
        return Thresholds(high, birth, min(self.base.limit - self.slopes.limit * crowd, MAX_FIRST_LIMIT))

    def _associate(
        self, stage: str, tracks: list[SfsortTrack], detections: Detections, limit: float
    ) -> Pairs:
        boxes = np.array([track.state for track in tracks]).reshape(len(tracks), self.model.n)
        iou = association.similarity("iou", boxes, detections.boxes)
        cost = shape_cost(iou, boxes, detections.boxes) if stage == "first" else 1.0 - iou
        pairs = assign_partial(cost, limit)
        note_stage(self.record, stage, 1.0 - limit, tracks, detections, 1.0 - cost, pairs)
        return pairs

    def _match(
        self, tracks: list[SfsortTrack], detections: Detections, pairs: Pairs, clock: Clock
    ) -> list[SfsortTrack]:
        """Move the matched tracks to their detections, return the others."""
        for i, j in pairs:
            track, box = tracks[i], detections.boxes[j].copy()
            if self.model.n == 5:
                box = np.array(oriented.align(box.tolist(), track.state.tolist()))
            track.state, track.status = box, Status.CONFIRMED
            take_detection(track, detections, j)
            track.hits += 1
            track.last_frame, track.last_time = clock.frame, clock.time
        return [tracks[i] for i in unmatched(len(tracks), [row for row, _ in pairs])]

    def _is_marginal(self, track: SfsortTrack) -> bool:
        """Whether the centre lies within the margins of an image whose size is known."""
        if self.frame[0] == 0.0:
            return False
        inside = (
            margin < value < size - margin
            for value, size, margin in zip(centre(track.state), self.frame, self.margins, strict=True)
        )
        return not all(inside)

    def _give_birth(self, detections: Detections, threshold: float, clock: Clock) -> None:
        for j in range(len(detections)):
            if not detections.scores[j] > threshold:
                note_refusal(self.record, detections.rows[j], "new_track_th", detections.scores[j], threshold)
                continue
            self.tracks.append(
                SfsortTrack(
                    id=clock.new_id(),
                    status=Status.CONFIRMED,
                    state=detections.boxes[j].copy(),
                    score=float(detections.scores[j]),
                    label=int(detections.labels[j]),
                    row=int(detections.rows[j]),
                    votes=first_vote(int(detections.labels[j]), float(detections.scores[j])),
                    marginal=False,
                    hits=1,
                    first_frame=clock.frame,
                    last_frame=clock.frame,
                    last_time=clock.time,
                )
            )
            note_birth(self.record, self.tracks[-1].id, self.tracks[-1].row)


def shape_cost(iou: FloatArray, tracks: FloatArray, detections: FloatArray) -> FloatArray:
    """(N, M) costs 1 − (DIoU₁ + s_w + s_h) / 3 of boxes (N, 4) and (M, 4) or oriented (N, 5) and (M, 5).

    DIoU₁ takes the city-block distance of the centres, in shares of the enclosing box's width plus height, off the
    ``iou`` (N, M); s_w and s_h compare the sides: the common extent over itself plus their difference. Centres and
    sides are those of the upright boxes around oriented ones. Boxes that do not overlap cost infinitely much.
    """
    a, b = _upright(tracks)[:, None, :], _upright(detections)[None, :, :]
    low, high = np.minimum(a, b), np.maximum(a, b)
    span = (high[..., 2] - low[..., 0]) + (high[..., 3] - low[..., 1])
    dx = np.abs((a[..., 0] + a[..., 2]) / 2.0 - (b[..., 0] + b[..., 2]) / 2.0)
    dy = np.abs((a[..., 1] + a[..., 3]) / 2.0 - (b[..., 1] + b[..., 3]) / 2.0)
    alike = iou - (dx + dy) / span
    overlaps = iou > MEETING
    for side in (0, 1):
        common = low[..., side + 2] - high[..., side]
        difference = np.abs((a[..., side + 2] - a[..., side]) - (b[..., side + 2] - b[..., side]))
        alike = alike + common / np.where(overlaps, common + difference + TOUCH, 1.0)
    return np.where(overlaps, 1.0 - alike / 3.0, np.inf)


def _upright(boxes: FloatArray) -> FloatArray:
    if boxes.shape[-1] == 4:
        return boxes
    return np.array([oriented.bounds(box) for box in boxes.tolist()]).reshape(len(boxes), 4)


def _in_pixels(margin: float, size: float) -> float:
    """A margin of 1 or more is in pixels, a smaller one is a share of the image's size."""
    return margin if margin >= 1.0 else margin * size
