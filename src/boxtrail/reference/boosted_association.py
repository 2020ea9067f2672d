"""BoostTrack's association: the IoU, raised by the confidence of both sides, the Mahalanobis distance, the shape and
the appearance; what is accepted still answers to the IoU.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association
from boxtrail.reference.appearance import adaptive_alpha
from boxtrail.reference.assignment import Pairs, assign_full
from boxtrail.reference.boosting import (
    Predicted,
    distance_similarity,
    shape_similarity,
    squared_distances,
)
from boxtrail.reference.motion_model import MotionModel

FloatArray: TypeAlias = NDArray[np.float64]

SURE_APPEARANCE = 0.75  # cosine from which half the overlap is enough
MEMORY = 0.95  # share of the old embedding that even the surest detection leaves


@dataclass(frozen=True, slots=True)
class BoostedWeights:
    """Options of the association, named as in ``BoostTrackConfig``; ``lambda_emb`` weighs the cosine."""

    iou_threshold: float
    lambda_iou: float
    lambda_mhd: float
    lambda_shape: float
    lambda_emb: float
    s_sim_corr: bool


def associate_boosted(
    model: MotionModel,
    tracks: Predicted,
    detections: Detections,
    scores: FloatArray,
    cosines: FloatArray | None,
    weights: BoostedWeights,
) -> tuple[FloatArray, Pairs]:
    """IoU (N, M) and the pairs.

    Args:
        model: of the tracks.
        tracks: where they are expected.
        detections: M of them.
        scores: (M,) their boosted scores.
        cosines: (N, M) likeness of appearance, None where nothing is known of it.
        weights: options.
    """
    iou = association.similarity("iou", tracks.boxes, detections.boxes)
    if iou.size == 0:
        return iou, []
    gate = weights.iou_threshold
    trust = np.where(iou < gate, 0.0, scores[None, :] * tracks.confidence[:, None])
    distance = distance_similarity(squared_distances(model, tracks, detections.boxes))
    shape = shape_similarity(tracks.boxes, detections.boxes, by_height=weights.s_sim_corr)
    total = iou + weights.lambda_iou * trust * iou + weights.lambda_mhd * distance
    total = total + weights.lambda_shape * trust * shape
    accepted = iou
    if cosines is not None:
        total = total + weights.lambda_emb * cosines
        is_sure = (iou >= gate / 2.0) & (cosines >= SURE_APPEARANCE)
        accepted = np.where(is_sure, np.maximum(iou, gate), iou)
    return iou, _assign(total, accepted, gate)


def _assign(total: FloatArray, accepted: FloatArray, gate: float) -> Pairs:
    """SORT's shortcut, asked of the raised similarity: pairs above the gate that are one-to-one are the assignment."""
    above = total > gate
    if above.sum(axis=1).max() == 1 and above.sum(axis=0).max() == 1:
        return [(int(i), int(j)) for i, j in np.argwhere(above) if accepted[i, j] >= gate]
    return assign_full(total, accepted, gate)


def appearance_memory(score: float, threshold: float) -> float:
    """Share of its old embedding that a track keeps when a detection with this boosted score is taken in."""
    return adaptive_alpha(MEMORY, score, threshold) if threshold < 1.0 else MEMORY
