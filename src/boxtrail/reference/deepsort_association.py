"""The two ways in which DeepSORT and StrongSORT find the detection of a track: by its looks, then by overlap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association
from boxtrail.reference.assignment import Pairs, assign_clipped
from boxtrail.reference.deepsort_lifecycle import DeepSortTrack
from boxtrail.reference.galleries import nearest_distances
from boxtrail.reference.gating import CHI2_95, gating_distances
from boxtrail.reference.kalman import to_box
from boxtrail.reference.motion_model import MotionModel
from boxtrail.reference.record import Record, note_scores, note_stage

FloatArray: TypeAlias = NDArray[np.float64]


def associate_by_appearance(
    stage: str,
    model: MotionModel,
    tracks: list[DeepSortTrack],
    detections: Detections,
    *,
    appearance_weight: float,
    max_cost: float,
    record: Record | None,
) -> Pairs:
    """Pairs within the motion gate, by λ · cosine distance + (1 − λ) · squared Mahalanobis distance.

    λ is ``appearance_weight``: 1 leaves the motion to the gate (DeepSORT). A cost of ``max_cost`` is still allowed.
    """
    motion = gating_distances(model, [track.state for track in tracks], detections.boxes)
    within = motion <= CHI2_95[model.n]
    distances = nearest_distances([track.gallery for track in tracks], detections.embeddings, within)
    cost = appearance_weight * distances + (1.0 - appearance_weight) * motion
    cost[~within] = np.inf
    pairs = assign_clipped(cost, max_cost)
    note_stage(record, stage, 1.0 - max_cost, tracks, detections, 1.0 - cost, pairs)
    return pairs


@dataclass(frozen=True, slots=True)
class Overlap:
    """How overlap is measured, and the largest cost 1 − overlap that is still allowed."""

    measure: str
    image_diagonal: float
    buffer_ratio: float
    max_cost: float


def associate_by_overlap(
    model: MotionModel,
    tracks: list[DeepSortTrack],
    detections: Detections,
    overlap: Overlap,
    record: Record | None,
) -> Pairs:
    """Pairs of predicted boxes and detections by the cost 1 − overlap."""
    cost = 1.0 - association.similarity(
        overlap.measure,
        np.array([to_box(model, track.state) for track in tracks]).reshape(-1, model.n),
        detections.boxes,
        image_diagonal=overlap.image_diagonal,
        buffer_ratio=overlap.buffer_ratio,
    )
    pairs = assign_clipped(cost, overlap.max_cost)
    note_stage(record, "overlap", 1.0 - overlap.max_cost, tracks, detections, 1.0 - cost, pairs)
    return pairs


def keep_sure(detections: Detections, min_score: float, record: Record | None) -> Detections:
    """The detections with a score of ``min_score`` or more; the others play no part."""
    sure = detections.scores >= min_score
    note_scores(record, detections.select(~sure), "min_confidence", min_score)
    return detections.select(sure)
