"""A sequence frame by frame: who is there on both sides, and how alike they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxtrail.io.formats.rows import FloatArray, IntArray

EPS = float(np.finfo(np.float64).eps)  # similarities are compared with a threshold less this
IntPairs = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Ids of the truth (N,) and of the prediction (M,), numbered from 0, and similarities (N, M) in [0, 1]."""

    truth: IntArray
    prediction: IntArray
    similarity: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The frames of a sequence, and how many tracks either side has."""

    frames: list[Frame]
    num_truth_ids: int
    num_prediction_ids: int

    def boxes_by_track(self) -> tuple[FloatArray, FloatArray]:
        """How many boxes each track has, of the truth and of the prediction."""
        truth = np.concatenate([np.empty(0, np.int64), *(frame.truth for frame in self.frames)])
        prediction = np.concatenate([np.empty(0, np.int64), *(frame.prediction for frame in self.frames)])
        return (
            np.bincount(truth, minlength=self.num_truth_ids).astype(np.float64),
            np.bincount(prediction, minlength=self.num_prediction_ids).astype(np.float64),
        )


def assign(scores: FloatArray) -> IntPairs:
    """Rows and columns of the full assignment of highest total score, without pairs of score 0.

    SciPy's choice among equal assignments is part of the official kits' numbers.
    """
    from scipy.optimize import linear_sum_assignment

    rows, columns = linear_sum_assignment(-scores)
    positive = scores[rows, columns] > 0.0
    return rows[positive].astype(np.int64), columns[positive].astype(np.int64)


__all__ = ["EPS", "Comparison", "Frame", "IntPairs", "assign"]
