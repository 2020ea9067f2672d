"""The steps of OC-SORT that its descendants take too: bands of scores, momentum, recovery, re-update, report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association
from boxtrail.reference.assignment import Pairs, assign_full
from boxtrail.reference.class_votes import take_detection
from boxtrail.reference.kalman import predict, to_box, update
from boxtrail.reference.motion_model import MotionModel
from boxtrail.reference.observations import Observations, centre, replay
from boxtrail.reference.oriented import align
from boxtrail.reference.record import Record, note_scores
from boxtrail.reference.sort_lifecycle import (
    SortTrack,
    count_hit,
    grow_older,
    is_reported,
    without_diverged,
)
from boxtrail.reference.stream import Clock, Report
from boxtrail.reference.warp import warp_state

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(slots=True)
class ObservedTrack(SortTrack):
    """A track of the SORT family that remembers its observations."""

    observations: Observations


T = TypeVar("T", bound=ObservedTrack)


def split_by_score(
    detections: Detections, high: float, low: float, *, use_low: bool, record: Record | None
) -> tuple[Detections, Detections]:
    """Detections above ``high``, and with ``use_low`` those between ``low`` and ``high``.

    A score equal to a threshold falls in neither band, as in the authors' code.
    """
    is_high = detections.scores > high
    is_low = (detections.scores > low) & (detections.scores < high) & use_low
    note_scores(record, detections.select(~is_low & ~is_high), "det_thresh", high)
    return detections.select(is_high), detections.select(is_low)


def warp_and_predict(
    tracks: list[T], model: MotionModel, dt: float, warp: FloatArray | None, record: Record | None
) -> list[T]:
    """Move the tracks with the camera and then by their motion; those that have not left every image."""
    for track in tracks:
        if warp is not None:
            warp_state(model, warp, track.state)
            track.observations.warp(model, warp)
        predict(model, track.state, dt)
        grow_older(track)
        track.observations.pass_frame(dt)
    return without_diverged(tracks, model, record)


def predicted_boxes(tracks: list[T], model: MotionModel) -> FloatArray:
    """(N, 4) or (N, 5) boxes that the filters believe in."""
    return np.array([to_box(model, track.state) for track in tracks]).reshape(-1, model.n)


def momentum(tracks: list[T], detections: Detections, delta_t: int, inertia: float) -> FloatArray:
    """(N, M) OCM term; 0 for a track that has no observation yet."""
    if not tracks or not len(detections):
        return np.zeros((len(tracks), len(detections)))
    references = [track.observations.reference(track.age, delta_t) for track in tracks]
    known = np.array([reference is not None for reference in references])
    points = np.array([(0.0, 0.0) if box is None else centre(box) for box in references])
    directions = np.array([track.observations.direction for track in tracks])
    centres = np.array([centre(box) for box in detections.boxes])
    term = association.direction_consistency(directions, points, centres, detections.scores, inertia)
    return np.where(known[:, None], term, 0.0)


def assign_if_any(similarity: FloatArray, min_similarity: float) -> Pairs:
    """The full assignment, if any pair passes the gate."""
    if similarity.size and similarity.max() > min_similarity:
        return assign_full(similarity, similarity, min_similarity)
    return []


def seen_before(tracks: list[T], model: MotionModel) -> tuple[list[T], FloatArray]:
    """The tracks with a last observation, and these boxes (N, 4) or (N, 5): what recovery (OCR) compares."""
    seen = [track for track in tracks if track.observations.last is not None]
    return seen, np.array([track.observations.last for track in seen]).reshape(-1, model.n)


def aligned(box: FloatArray, track: ObservedTrack, model: MotionModel) -> FloatArray:
    """The detected box, an oriented one in the code that is nearest to the track's."""
    if model.n != 5:
        return box
    return np.array(align(box.tolist(), to_box(model, track.state).tolist()))


def re_update(track: ObservedTrack, box: FloatArray, model: MotionModel, *, repeat_last: bool) -> None:
    """Correct the filter by ``box``; after a gap replay it along the virtual path there first (ORU)."""
    replayed = replay(model, track.observations, box)
    if replayed is not None:
        track.state = replayed
        if not repeat_last:
            return
    # After a replay the authors take the same measurement a second time.
    update(model, track.state, box)


def take_match(
    track: ObservedTrack, box: FloatArray, detections: Detections, j: int, clock: Clock, delta_t: int
) -> None:
    """What the track remembers of a match at ``box``, beside its filter."""
    track.observations.observe(box, track.age, delta_t)
    take_detection(track, detections, j)
    count_hit(track, clock)


def start_gaps(tracks: list[T]) -> None:
    """Let the tracks that were not seen in this frame keep their filters for a replay."""
    for track in tracks:
        if track.misses > 0:
            track.observations.miss(track.state)


def reports(tracks: list[T], model: MotionModel, clock: Clock, min_hits: int) -> list[Report]:
    """The tracks to show, at their last observations; one that was never matched at the filter's box."""
    shown = [track for track in tracks if is_reported(track, clock, min_hits)]
    for track in shown:
        track.confirmed = True
    return [
        Report(
            to_box(model, track.state) if track.observations.last is None else track.observations.last,
            track.id,
            track.score,
            track.label,
            track.row,
        )
        for track in shown
    ]
