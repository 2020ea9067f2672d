"""Which rows count by the rules of MOTChallenge and KITTI."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from boxtrail.evaluation.reference.frames import EPS, IntPairs, assign
from boxtrail.evaluation.rules import Marks
from boxtrail.io.formats.rows import FloatArray, IntArray

Frames: TypeAlias = list[tuple[IntArray, IntArray, FloatArray]]

MIN_SIMILARITY = 0.5  # for a prediction to belong to a true row
MAX_IGNORED = 0.5  # share of a prediction that may lie in a region to ignore


def keep_mot(
    frames: Frames, labels: IntArray, flags: FloatArray, label: int, distractors: list[int]
) -> tuple[Marks, Marks]:
    """Of the truth what is flagged and of the class; of the prediction what is on no distractor."""
    kept = np.ones(sum(len(prediction) for _, prediction, _ in frames), dtype=bool)
    for truth, prediction, similarity in frames:
        rows, columns = _belonging(similarity)
        kept[prediction[columns[np.isin(labels[truth[rows]], distractors)]]] = False
    return (flags != 0.0) & (labels == label), kept


def keep_kitti(
    frames: Frames,
    labels: IntArray,
    truncations: FloatArray,
    occlusions: FloatArray,
    prediction_frames: IntArray,
    prediction_labels: IntArray,
    prediction: FloatArray,
    ignored_frames: IntArray,
    ignored: FloatArray,
    label: int,
    distractors: list[int],
    max_truncation: float,
    max_occlusion: float,
    min_height: float,
) -> tuple[Marks, Marks]:
    """Predictions on what is similar or hard to see do not count, nor free ones that are too low or to be ignored."""
    hard = (truncations > max_truncation + EPS) | (occlusions > max_occlusion + EPS)
    similar, target = np.isin(labels, [label, *distractors]), prediction_labels == label
    kept, free = target.copy(), target.copy()
    for truth_rows, prediction_rows, similarity in frames:
        truth, theirs = truth_rows[similar[truth_rows]], prediction_rows[target[prediction_rows]]
        rows, columns = _belonging(similarity[np.ix_(similar[truth_rows], target[prediction_rows])])
        free[theirs[columns]] = False
        forgiven = np.isin(labels[truth[rows]], distractors) | hard[truth[rows]]
        kept[theirs[columns[forgiven]]] = False
    for row in np.flatnonzero(free):
        box, regions = prediction[row], ignored[ignored_frames == prediction_frames[row]]
        too_low = box[3] - box[1] <= min_height + EPS
        if too_low or np.any(_share_inside(box, regions) > MAX_IGNORED + EPS):
            kept[row] = False
    return (labels == label) & ~hard, kept


def _belonging(similarity: FloatArray) -> IntPairs:
    return assign(np.where(similarity >= MIN_SIMILARITY - EPS, similarity, 0.0))


def _share_inside(box: FloatArray, regions: FloatArray) -> FloatArray:
    """Shares (R,) of a box's area that lie in each region."""
    common = np.maximum(0.0, np.minimum(box[2:], regions[:, 2:]) - np.maximum(box[:2], regions[:, :2]))
    area = (box[2] - box[0]) * (box[3] - box[1])
    return common[:, 0] * common[:, 1] / area if area > EPS else np.zeros(len(regions))


__all__ = ["keep_kitti", "keep_mot"]
