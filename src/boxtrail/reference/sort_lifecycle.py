"""The life of a track in the SORT family: a flat list, reported after a streak of hits, deleted after a time unseen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from boxtrail.detections import Detections
from boxtrail.reference.class_votes import ClassVote, first_vote
from boxtrail.reference.kalman import State, initiate, is_diverged, to_box
from boxtrail.reference.motion_model import MotionModel
from boxtrail.reference.record import Record, note_birth, note_death
from boxtrail.reference.stream import Clock, Status, Track


@dataclass(slots=True)
class SortTrack:
    """What the SORT family keeps of a track; trackers that remember more extend it."""

    id: int
    state: State
    score: float
    label: int
    row: int  # of the detection it was last matched with
    votes: list[ClassVote]
    age: int  # predictions since birth
    hits: int  # matches since birth; the birth itself does not count
    streak: int  # matches in a row
    misses: int  # frames since the last match or the birth
    last_time: float
    confirmed: bool  # has been reported


T = TypeVar("T", bound=SortTrack)
AnyTrack = TypeVar("AnyTrack", bound=Track)


def give_birth(
    make_track: Callable[..., T],
    model: MotionModel,
    detections: Detections,
    j: int,
    clock: Clock,
    record: Record | None,
    *,
    old_id: int | None = None,
    **memory: Any,
) -> T:
    """A track at detection ``j``, with a new id unless it has an old one; ``memory``: what its tracker alone keeps."""
    score, label, row = (float(detections.scores[j]), int(detections.labels[j]), int(detections.rows[j]))
    track = make_track(
        id=clock.new_id() if old_id is None else old_id,
        state=initiate(model, detections.boxes[j]),
        score=score,
        label=label,
        row=row,
        votes=first_vote(label, score),
        age=0,
        hits=0,
        streak=0,
        misses=0,
        last_time=clock.time,
        confirmed=False,
        **memory,
    )
    note_birth(record, track.id, row)
    return track


def grow_older(track: SortTrack) -> None:
    """One frame passes; a streak ends one frame after a miss."""
    track.age += 1
    if track.misses > 0:
        track.streak = 0
    track.misses += 1


def count_hit(track: SortTrack, clock: Clock) -> None:
    """A detection was matched."""
    track.misses = 0
    track.hits += 1
    track.streak += 1
    track.last_time = clock.time


def is_reported(track: SortTrack, clock: Clock, min_hits: int) -> bool:
    """Seen in this frame, and often enough in a row; in the first ``min_hits`` frames at once."""
    return track.misses == 0 and (track.streak >= min_hits or clock.frame <= min_hits)


def survivors(tracks: list[T], clock: Clock, max_age: float, record: Record | None) -> list[T]:
    """Tracks unseen for at most ``max_age`` frames."""
    for track in tracks:
        if clock.time - track.last_time > max_age:
            note_death(record, track.id, "max_age")
    return [track for track in tracks if clock.time - track.last_time <= max_age]


def without_diverged(tracks: list[AnyTrack], model: MotionModel, record: Record | None) -> list[AnyTrack]:
    """Tracks whose prediction has not left every image."""
    kept = []
    for track in tracks:
        if is_diverged(model, track.state):
            note_death(record, track.id, "diverged")
        else:
            kept.append(track)
    return kept


def describe(track: SortTrack, model: MotionModel) -> list[float]:
    """Status, age, hits, misses, score, label, box, velocity."""
    return [
        *map(float, (status(track), track.age, track.hits, track.misses, track.score, track.label)),
        *to_box(model, track.state).tolist(),
        *track.state.mean[model.n : model.n + 2].tolist(),
    ]


def status(track: SortTrack) -> Status:
    """Tentative until first reported, lost while unseen."""
    if not track.confirmed:
        return Status.TENTATIVE
    return Status.LOST if track.misses > 0 else Status.CONFIRMED
