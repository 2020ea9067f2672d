"""Tracks that lie on one another, and what an association leaves over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association
from boxtrail.reference.assignment import Pairs, unmatched

FloatArray: TypeAlias = NDArray[np.float64]
T = TypeVar("T")


class Aged(Protocol):
    """A track with an id and an age in frames."""

    id: int
    age: int


def younger_duplicates(tracks: Sequence[Aged], boxes: FloatArray, min_iou: float) -> set[int]:
    """Ids of tracks with an IoU of ``min_iou`` or more with an older one; of the same age, with one of a lower id."""
    near = association.similarity("iou", boxes, boxes) >= min_iou
    return {
        track.id
        for track, row in zip(tracks, near, strict=True)
        if any((-tracks[k].age, tracks[k].id) < (-track.age, track.id) for k in np.flatnonzero(row).tolist())
    }


def left_over(
    tracks: list[T], detections: Detections, scores: FloatArray, pairs: Pairs
) -> tuple[list[T], Detections, FloatArray]:
    """The tracks, detections and scores that are in no pair."""
    rows = unmatched(len(tracks), [row for row, _ in pairs])
    columns = unmatched(len(detections), [column for _, column in pairs])
    return [tracks[i] for i in rows], detections.select(columns), scores[columns]
