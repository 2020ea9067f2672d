"""The motion gate of DeepSORT: which detections lie where the filter of a track believes it can be."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.reference.kalman import State, measurement, measurement_noise, to_box
from boxtrail.reference.motion_model import MotionModel
from boxtrail.reference.oriented import align

FloatArray: TypeAlias = NDArray[np.float64]

CHI2_95 = {4: 9.4877, 5: 11.070}  # 0.95 quantile of χ² by degrees of freedom: 4 coordinates, 5 with an angle


def gating_distances(model: MotionModel, states: list[State], boxes: FloatArray) -> FloatArray:
    """(N, M) squared Mahalanobis distances of measured boxes (M, 4) or (M, 5) from N states.

    :func:`boxtrail.reference.kalman.gating_distance` of every pair, an oriented box aligned to the state first.
    """
    rows = [_distances(model, state, _measurements(model, state, boxes)) for state in states]
    return np.array(rows, dtype=np.float64).reshape(len(states), len(boxes))


def _measurements(model: MotionModel, state: State, boxes: FloatArray) -> FloatArray:
    if model.n == 5:
        reference = to_box(model, state).tolist()
        boxes = np.array([align(box.tolist(), reference) for box in boxes]).reshape(-1, 5)
    return np.array([measurement(model, box) for box in boxes]).reshape(-1, model.n)


def _distances(model: MotionModel, state: State, z: FloatArray) -> FloatArray:
    """One coordinate after the other; how the covariance shrinks is the same for all measurements (M, n)."""
    n = model.n
    means, covariance = np.tile(state.mean[:n], (len(z), 1)), state.covariance[:n, :n].copy()
    noise, total = measurement_noise(model, state), np.zeros(len(z))
    for i in range(n):
        row = covariance[i].copy()
        s = row[i] + noise[i]
        innovation = z[:, i] - means[:, i]
        total += innovation * innovation / s
        gain = row / s
        means += gain[None, :] * innovation[:, None]
        upper = np.triu(covariance - np.outer(gain, row))
        covariance = upper + np.triu(upper, 1).T
    return total
