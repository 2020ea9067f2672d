"""The life of a track in the DeepSORT family: tentative until seen ``min_hits`` times without a miss, the birth
included, then confirmed until it was not seen for too long.
"""

from __future__ import annotations

from dataclasses import dataclass

from boxtrail.detections import Detections
from boxtrail.reference.class_votes import ClassVote, first_vote, take_detection
from boxtrail.reference.galleries import Gallery
from boxtrail.reference.kalman import State, initiate, to_box
from boxtrail.reference.motion_model import MotionModel
from boxtrail.reference.record import Record, note_birth, note_death
from boxtrail.reference.stream import Clock, Report, Status


@dataclass(slots=True)
class DeepSortTrack:
    """One track; ``row`` is the detection it was last matched with, ``gallery`` what it looked like."""

    id: int
    state: State
    score: float
    label: int
    row: int
    votes: list[ClassVote]
    gallery: Gallery
    age: int  # predictions since birth
    hits: int  # detections so far; the birth counts
    misses: int  # frames since the last one, the present one included until it is matched
    last_time: float
    confirmed: bool


def grow_older(track: DeepSortTrack) -> None:
    """One frame passes."""
    track.age += 1
    track.misses += 1


def count_hit(track: DeepSortTrack, detections: Detections, j: int, clock: Clock, min_hits: int) -> None:
    """A detection was matched."""
    take_detection(track, detections, j)
    track.misses, track.last_time = 0, clock.time
    track.hits += 1
    track.confirmed = track.confirmed or track.hits >= min_hits


def newborn(
    model: MotionModel, detections: Detections, j: int, clock: Clock, min_hits: int, record: Record | None
) -> DeepSortTrack:
    """A track that starts with a detection, its gallery still empty."""
    score, label, row = (float(detections.scores[j]), int(detections.labels[j]), int(detections.rows[j]))
    track = DeepSortTrack(
        id=clock.new_id(),
        state=initiate(model, detections.boxes[j]),
        score=score,
        label=label,
        row=row,
        votes=first_vote(label, score),
        gallery=Gallery(),
        age=0,
        hits=1,
        misses=0,
        last_time=clock.time,
        confirmed=min_hits <= 1,
    )
    note_birth(record, track.id, row)
    return track


def survivors(
    tracks: list[DeepSortTrack], clock: Clock, max_age: float, record: Record | None
) -> list[DeepSortTrack]:
    """Tentative tracks seen in this frame and confirmed ones unseen for at most ``max_age`` frames."""
    alive = []
    for track in tracks:
        if not track.confirmed and track.misses > 0:
            note_death(record, track.id, "min_hits")
        elif clock.time - track.last_time > max_age:
            note_death(record, track.id, "max_age")
        else:
            alive.append(track)
    return alive


def reports(tracks: list[DeepSortTrack], model: MotionModel, max_coasted: int) -> list[Report]:
    """Confirmed tracks, also those unseen for up to ``max_coasted`` frames: these have no detection behind them."""
    return [
        Report(
            to_box(model, track.state),
            track.id,
            track.score,
            track.label,
            track.row if track.misses == 0 else -1,
        )
        for track in tracks
        if track.confirmed and track.misses <= max_coasted
    ]


def describe(track: DeepSortTrack, model: MotionModel) -> list[float]:
    """Status, age, hits, misses, score, label, box, velocity."""
    status = Status.LOST if track.misses > 0 else Status.CONFIRMED
    return [
        float(status if track.confirmed else Status.TENTATIVE),
        *map(float, (track.age, track.hits, track.misses, track.score, track.label)),
        *to_box(model, track.state).tolist(),
        *track.state.mean[model.n : model.n + 2].tolist(),
    ]
