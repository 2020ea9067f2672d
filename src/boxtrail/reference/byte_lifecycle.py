"""The life of a track in the BYTE family: confirmed by its second detection, lost at the first miss, deleted after a
time unseen.

The steps that ByteTrack (Zhang et al., ECCV 2022) and its descendants share, in the order in which a frame takes them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association
from boxtrail.reference.assignment import Pairs, unmatched
from boxtrail.reference.class_votes import ClassVote, first_vote, take_detection
from boxtrail.reference.kalman import State, initiate, predict, to_box, update
from boxtrail.reference.motion_model import MotionModel, SizeCode
from boxtrail.reference.oriented import align
from boxtrail.reference.record import Record, note_birth, note_death, note_refusal, note_scores
from boxtrail.reference.stream import Clock, Report, Status

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(slots=True)
class ByteFamilyTrack:
    """What the BYTE family keeps of a track; trackers that remember more extend it."""

    id: int
    status: Status
    state: State
    score: float
    label: int
    row: int  # of the detection it was last matched with
    votes: list[ClassVote]
    hits: int  # detections matched, that of the birth included
    first_frame: int
    last_frame: int
    last_time: float


T = TypeVar("T", bound=ByteFamilyTrack)


def split_by_score(
    detections: Detections, high: float, low: float, record: Record | None, *, tie_is_high: bool = False
) -> tuple[Detections, Detections]:
    """Sure and unsure detections.

    A score equal to ``high`` falls in neither band, as in ByteTrack's code, unless ``tie_is_high``.
    """
    is_high = detections.scores >= high if tie_is_high else detections.scores > high
    is_low = (detections.scores > low) & (detections.scores < high)
    unused = detections.select(~is_low & ~is_high)
    note_scores(record, unused.select(unused.scores <= low), "track_low_thresh", low)
    note_scores(record, unused.select(unused.scores > low), "track_high_thresh", high)
    return detections.select(is_high), detections.select(is_low)


def predict_known(model: MotionModel, tracks: list[T], dt: float) -> None:
    """Move the tracks by ``dt`` frames; the authors leave newborn ones where they are."""
    n = model.n
    # The size of a lost track is frozen, and its angle; beside an aspect ratio the height alone.
    frozen = n + 3 if model.code is SizeCode.ASPECT_HEIGHT else n + 2
    for track in tracks:
        if track.status is Status.TENTATIVE:
            continue
        if track.status is Status.LOST:
            track.state.mean[frozen:] = 0.0
        predict(model, track.state, dt)


def split_by_status(tracks: list[T]) -> tuple[list[T], list[T]]:
    """Confirmed and lost tracks; tracks born in the last frame."""
    return (
        [track for track in tracks if track.status is not Status.TENTATIVE],
        [track for track in tracks if track.status is Status.TENTATIVE],
    )


def match(model: MotionModel, tracks: list[T], detections: Detections, pairs: Pairs, clock: Clock) -> None:
    """Correct the matched tracks by their detections; they are confirmed from here on."""
    for i, j in pairs:
        track, box = tracks[i], detections.boxes[j]
        update(model, track.state, aligned(model, track.state, box))
        count_hit(track, detections, j, clock)


def aligned(model: MotionModel, state: State, box: FloatArray) -> FloatArray:
    """The box in the code nearest to that of the state; an upright box has only one."""
    if model.n == 4:
        return box
    return np.array(align(box.tolist(), to_box(model, state).tolist()))


def count_hit(track: ByteFamilyTrack, detections: Detections, j: int, clock: Clock) -> None:
    """A detection was matched."""
    track.status = Status.CONFIRMED
    take_detection(track, detections, j)
    track.hits += 1
    track.last_frame, track.last_time = clock.frame, clock.time


def unmatched_tracks(tracks: list[T], pairs: Pairs) -> list[T]:
    """The tracks in no pair."""
    return [tracks[i] for i in unmatched(len(tracks), [row for row, _ in pairs])]


def unmatched_detections(detections: Detections, pairs: Pairs) -> Detections:
    """The detections in no pair."""
    return detections.select(unmatched(len(detections), [column for _, column in pairs]))


def lose(tracks: list[T]) -> None:
    """Nothing was found for these tracks."""
    for track in tracks:
        track.status = Status.LOST


def survivors(tracks: list[T], missed: list[T], now: float, buffer: float, record: Record | None) -> list[T]:
    """Without the newborn tracks that were ``missed``, and the lost ones unseen for more than ``buffer`` frames."""
    gone = {track.id for track in missed}
    for track in missed:
        note_death(record, track.id, "unconfirmed")
    for track in tracks:
        if track.status is Status.LOST and now - track.last_time > buffer:
            gone.add(track.id)
            note_death(record, track.id, "track_buffer")
    return [track for track in tracks if track.id not in gone]


def give_birth(
    make_track: Callable[..., T],
    model: MotionModel,
    detections: Detections,
    clock: Clock,
    min_score: float,
    record: Record | None,
) -> list[tuple[T, int]]:
    """A new track for each detection that is sure enough, and which detection it was."""
    born = []
    for j in range(len(detections)):
        score, label, row = float(detections.scores[j]), int(detections.labels[j]), int(detections.rows[j])
        if not score >= min_score:
            note_refusal(record, row, "new_track_thresh", score, min_score)
            continue
        track = make_track(
            id=clock.new_id(),
            # In the first frame there is nothing to wait for.
            status=Status.CONFIRMED if clock.frame == 1 else Status.TENTATIVE,
            state=initiate(model, detections.boxes[j]),
            score=score,
            label=label,
            row=row,
            votes=first_vote(label, score),
            hits=1,
            first_frame=clock.frame,
            last_frame=clock.frame,
            last_time=clock.time,
        )
        born.append((track, j))
        note_birth(record, track.id, row)
    return born


def without_duplicates(
    tracks: list[T], model: MotionModel, min_distance: float, record: Record | None
) -> list[T]:
    """Where a live and a lost track are nearer than ``min_distance`` (1 − IoU), keep the one with the longer life."""
    live = [track for track in tracks if track.status is not Status.LOST]
    lost = [track for track in tracks if track.status is Status.LOST]
    distance = 1.0 - association.similarity("iou", boxes_of(model, live), boxes_of(model, lost))
    gone = set()
    for i, j in np.argwhere(distance < min_distance):
        life, lost_life = (t.last_frame - t.first_frame for t in (live[i], lost[j]))
        shorter = lost[j].id if life > lost_life else live[i].id
        if shorter not in gone:
            note_death(record, shorter, "duplicate_thresh")
        gone.add(shorter)
    return [track for track in tracks if track.id not in gone]


def boxes_of(model: MotionModel, tracks: list[T]) -> FloatArray:
    """(N, 4) or (N, 5) boxes that the tracks are believed in."""
    boxes = [to_box(model, track.state) for track in tracks]
    return np.array(boxes).reshape(len(tracks), model.n)


def report(model: MotionModel, tracks: list[T]) -> list[Report]:
    """Rows of the output; the box is the filter's."""
    return [
        Report(to_box(model, track.state), track.id, track.score, track.label, track.row) for track in tracks
    ]


def describe(track: ByteFamilyTrack, model: MotionModel, clock: Clock) -> list[float]:
    """Status, age, hits, misses, score, label, box, velocity."""
    age, misses = clock.frame - track.first_frame, clock.frame - track.last_frame
    return [
        *map(float, (track.status, age, track.hits, misses, track.score, track.label)),
        *to_box(model, track.state).tolist(),
        *track.state.mean[model.n : model.n + 2].tolist(),
    ]
