"""Score boosting of BoostTrack (Stanojević and Todorović, MVA 2024; arXiv 2408.13003): a low score is raised where the
tracks expect an object (DLO) and where no track is near (DUO), before the threshold is applied.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.reference import association
from boxtrail.reference.association import grow
from boxtrail.reference.kalman import State, measurement, to_box
from boxtrail.reference.motion_model import MotionModel
from boxtrail.reference.oriented import align, rotated_iou

FloatArray: TypeAlias = NDArray[np.float64]

GATE = (
    13.2767  # squared distance that a true match exceeds once in a hundred: χ² with four degrees of freedom
)
KNOWN_MARGIN, NEW_MARGIN = 1e-5, 1e-4  # how far above the threshold a boost lifts a score
SOFT_SHARE = 0.65  # of its own score that a softly boosted detection keeps
STRICT, LENIENT = 0.95, 0.8  # likeness that lifts a detection: to a track just seen, and at the least
NEW_OVERLAP = 0.3  # of two detections far from every track only the better one is new, from this IoU on
SETTLED_AGE = 7  # frames until a track is trusted


class BoostingTrack(Protocol):
    """What the boosts look at."""

    state: State
    age: int
    misses: int


@dataclass(frozen=True, slots=True)
class Predicted:
    """Where the tracks are expected: boxes (N, 4) or (N, 5), the first four coordinates (N, 4) of their states with
    their variances, and how far each track is trusted, (N,) in (0, 1].
    """

    boxes: FloatArray
    position: FloatArray
    variance: FloatArray
    confidence: FloatArray
    misses: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Boosts:
    """Options of the boosts, named as in ``BoostTrackConfig``."""

    det_thresh: float
    use_dlo_boost: bool
    use_duo_boost: bool
    dlo_boost_coef: float
    use_rich_s: bool
    use_sb: bool
    use_vt: bool
    vt_slope: float
    s_sim_corr: bool


def track_confidence(age: int, misses: int) -> float:
    """Trust in a track: grows over its first frames, shrinks while it is unseen. ``age`` and ``misses`` count the
    present frame, as they do after the prediction.
    """
    return float(0.9 ** (SETTLED_AGE - age)) if age < SETTLED_AGE else float(0.9 ** (misses - 1))


def predicted(model: MotionModel, tracks: Sequence[BoostingTrack]) -> Predicted:
    """What the boosts and the association look at."""
    count = len(tracks)
    return Predicted(
        np.array([to_box(model, track.state) for track in tracks]).reshape(count, model.n),
        np.array([track.state.mean[:4] for track in tracks]).reshape(count, 4),
        np.array([np.diag(track.state.covariance)[:4] for track in tracks]).reshape(count, 4),
        np.array([track_confidence(track.age, track.misses) for track in tracks]),
        np.array([track.misses for track in tracks], dtype=np.int64),
    )


def squared_distances(model: MotionModel, tracks: Predicted, boxes: FloatArray) -> FloatArray:
    """(N, M) Mahalanobis distances over centre, height and ratio, with the diagonal of the predicted covariance alone:
    neither correlations nor the noise of the measurement. The angle of an oriented box is left out.
    """
    count = len(tracks.boxes)
    measured = np.array(
        [[measurement(model, box)[:4] for box in _aligned(boxes, track)] for track in tracks.boxes]
        if model.n == 5
        else [[measurement(model, box) for box in boxes]]
    ).reshape(-1, len(boxes), 4)
    total = np.zeros((count, len(boxes)))
    for k in range(4):
        difference = measured[..., k] - tracks.position[:, None, k]
        total = total + difference * difference * (1.0 / tracks.variance[:, None, k])
    return total


def distance_similarity(distances: FloatArray) -> FloatArray:
    """(N, M) softmax of GATE − distance over the detections of each track; 0 beyond the gate, which still counts as
    distance GATE in the sum.
    """
    similarity = np.zeros_like(distances)
    for i, row in enumerate(distances):
        near = np.flatnonzero(row <= GATE)
        weights = [math.exp(GATE - distance) for distance in row[near].tolist()]
        total = 0.0
        for weight in weights:  # in order, as the compiled core sums
            total += weight
        total += float(len(row) - len(near))
        similarity[i, near] = np.array(weights) / total
    return similarity


def shape_similarity(tracks: FloatArray, boxes: FloatArray, *, by_height: bool) -> FloatArray:
    """(N, M) e^−(|Δw| / w + |Δh| / w) of two sets of boxes, w the larger width of a pair; with ``by_height`` the
    second fraction has the larger height. The authors' has the width, by an oversight they kept.
    """
    if tracks.shape[-1] == 5:
        rows = [[_exponent(t[2:4], b[2:4], by_height) for b in _aligned(boxes, t)] for t in tracks]
    else:
        sizes = boxes[:, 2:] - boxes[:, :2]
        rows = [[_exponent(t[2:] - t[:2], size, by_height) for size in sizes] for t in tracks]
    return np.array([[math.exp(x) for x in row] for row in rows]).reshape(len(tracks), len(boxes))


def soft_biou(tracks: FloatArray, boxes: FloatArray, confidence: FloatArray) -> FloatArray:
    """(N, M) IoU of boxes that are grown the more, the less the track is trusted: per side the detection by
    ¼(1 − c) of its size, the track by ½(1 − c).
    """
    rows = []
    for track, c in zip(tracks, confidence.tolist(), strict=True):
        if len(track) == 4:
            rows.append(association.iou(grow(track, 0.5 * (1.0 - c)), grow(boxes, 0.25 * (1.0 - c))))
        else:
            grown = _stretched(track, 0.5 * (1.0 - c))
            rows.append(np.array([rotated_iou(grown, _stretched(box, 0.25 * (1.0 - c))) for box in boxes]))
    return np.array(rows).reshape(len(tracks), len(boxes))


def boosted_scores(
    model: MotionModel, tracks: Predicted, detections: Detections, boosts: Boosts, frame: int
) -> FloatArray:
    """(M,) the scores of the detections after all boosts; one that is lifted may end a hair above 1."""
    scores = detections.scores
    if len(tracks.boxes) == 0 or len(scores) == 0:
        return scores
    distances = squared_distances(model, tracks, detections.boxes)
    if boosts.use_dlo_boost:
        scores = _boost_expected(tracks, detections.boxes, scores, distances, boosts)
    if boosts.use_duo_boost and frame > 1:
        scores = _boost_new(detections.boxes, scores, distances, boosts.det_thresh)
    return scores


def _boost_expected(
    tracks: Predicted, boxes: FloatArray, scores: FloatArray, distances: FloatArray, boosts: Boosts
) -> FloatArray:
    """DLO: detections that look like a track."""
    if boosts.use_rich_s:
        shape = shape_similarity(tracks.boxes, boxes, by_height=boosts.s_sim_corr)
        overlap = soft_biou(tracks.boxes, boxes, tracks.confidence)
        similarity = (distance_similarity(distances) + shape + overlap) / 3.0
    else:
        similarity = association.similarity("iou", tracks.boxes, boxes)
    if not boosts.use_sb and not boosts.use_vt:
        lifted: FloatArray = np.maximum(scores, boosts.dlo_boost_coef * similarity.max(axis=0))
        return lifted
    if boosts.use_sb:
        best = similarity.max(axis=0)
        scores = np.maximum(scores, SOFT_SHARE * scores + (1.0 - SOFT_SHARE) * (best * np.sqrt(best)))
    if boosts.use_vt:
        # A track unseen for longer asks for less.
        wanted = np.maximum(STRICT - (tracks.misses - 1) * boosts.vt_slope, LENIENT)
        is_like = (similarity > wanted[:, None]).any(axis=0)
        scores = np.where(is_like, np.maximum(scores, boosts.det_thresh + KNOWN_MARGIN), scores)
    return scores


def _boost_new(boxes: FloatArray, scores: FloatArray, distances: FloatArray, threshold: float) -> FloatArray:
    """DUO: unsure detections that no track could have caused; where some overlap, the best of them."""
    far = np.flatnonzero((distances.min(axis=0) > GATE) & (scores < threshold))
    overlap = association.similarity("iou", boxes[far], boxes[far]) > NEW_OVERLAP
    best = [scores[j] >= scores[far[overlap[k]]].max(initial=scores[j]) for k, j in enumerate(far)]
    lifted = scores.copy()
    lifted[far[np.array(best, dtype=bool)]] = threshold + NEW_MARGIN
    return lifted


def _aligned(boxes: FloatArray, reference: FloatArray) -> list[FloatArray]:
    """Oriented boxes in the codes nearest to ``reference``, so that widths and heights can be compared."""
    return [np.array(align(box.tolist(), reference.tolist())) for box in boxes]


def _stretched(box: FloatArray, ratio: float) -> list[float]:
    cx, cy, w, h, angle = box.tolist()
    return [cx, cy, w * (1.0 + 2.0 * ratio), h * (1.0 + 2.0 * ratio), angle]


def _exponent(a: FloatArray, b: FloatArray, by_height: bool) -> float:
    w, h = max(float(a[0]), float(b[0])), max(float(a[1]), float(b[1]))
    dw, dh = abs(float(b[0]) - float(a[0])), abs(float(b[1]) - float(a[1]))
    return -(dw / w + dh / (h if by_height else w))
