"""Constant-velocity Kalman filter over a box, one filter for every tracker.

A state holds n positions and their n velocities, in the coordinates of a family of
:mod:`boxtrail.reference.motion_model`. The measurement noise is diagonal, so a measurement is taken in one coordinate
after the other: the same posterior as the joint update, without a matrix inverse (Bar-Shalom, Li, Kirubarajan 2001,
§5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.reference.motion_model import MotionModel, Noise, SizeCode

FloatArray: TypeAlias = NDArray[np.float64]

MIN_SIZE = 1e-4  # sizes and ratios of a state never fall below this
FARTHEST = 1e12  # pixels; a state beyond it is given up
ANGLE_DAMPING = 0.8  # an angular velocity loses a fifth at every measurement


@dataclass(slots=True)
class State:
    """Belief about one box: ``mean`` (2n,) positions then velocities, ``covariance`` (2n, 2n)."""

    mean: FloatArray
    covariance: FloatArray

    def copy(self) -> State:
        """An independent copy."""
        return State(self.mean.copy(), self.covariance.copy())


def measurement(model: MotionModel, box: FloatArray) -> FloatArray:
    """Coordinates (n,) of a box: (4,) ``x1, y1, x2, y2`` or (5,) ``cx, cy, w, h, angle``."""
    if len(box) == 4:
        w, h = float(box[2] - box[0]), float(box[3] - box[1])
        cx, cy, angle = float(box[0]) + w / 2.0, float(box[1]) + h / 2.0, []
    else:
        cx, cy, w, h = (float(value) for value in box[:4])
        angle = [float(box[4])]
    return np.array([cx, cy, *model.encode(w, h), *angle])


def to_box(model: MotionModel, state: State) -> FloatArray:
    """The box a state believes in: (4,) corners, or (5,) with an angle."""
    cx, cy = state.mean[0], state.mean[1]
    w, h = model.decode(float(state.mean[2]), float(state.mean[3]))
    if model.n == 5:
        return np.array([cx, cy, w, h, state.mean[4]])
    return np.array([cx - w / 2.0, cy - h / 2.0, cx + w / 2.0, cy + h / 2.0])


def is_diverged(model: MotionModel, state: State) -> bool:
    """Whether the box has left every image, or is no number any more (SORT drops such tracks)."""
    return not bool((np.abs(to_box(model, state)) <= FARTHEST).all())


def _variances(model: MotionModel, noise: tuple[Noise, ...], position: FloatArray) -> FloatArray:
    w, h = model.decode(float(position[2]), float(position[3]))
    return np.array([term.variance(w, h) for term in noise])


def measurement_noise(model: MotionModel, state: State) -> FloatArray:
    """(n,) variances of a measurement of the box that ``state`` believes in."""
    return _variances(model, model.measurement, state.mean)


def initiate(model: MotionModel, box: FloatArray) -> State:
    """A state at ``box``, at rest."""
    position = measurement(model, box)
    variances = [
        _variances(model, noise, position) for noise in (model.initial_position, model.initial_velocity)
    ]
    return State(np.concatenate([position, np.zeros(model.n)]), np.diag(np.concatenate(variances)))


def predict(model: MotionModel, state: State, dt: float = 1.0) -> None:
    """Move ``state`` by ``dt`` frames.

    The process noise integrates a continuous density that reproduces the per-frame one at ``dt`` = 1:
    per coordinate qp·dt + qv·dt(dt−1)(2dt−1)/6 on the position, qv·dt(dt−1)/2 across, qv·dt on the velocity.
    """
    n = model.n
    before = state.mean[:n].copy()
    # An area must not fall to zero by its velocity (SORT).
    if model.code is SizeCode.AREA_RATIO and state.mean[2] + dt * state.mean[n + 2] <= 0.0:
        state.mean[n + 2] = 0.0
    state.mean[:n] += dt * state.mean[n:]
    _keep_sizes(state)
    sized = state.mean if model.process_after_step else before
    qp = _variances(model, model.process_position, sized)
    qv = _variances(model, model.process_velocity, sized)

    pp, pv, vv = state.covariance[:n, :n], state.covariance[:n, n:], state.covariance[n:, n:]
    new_pp = (
        pp
        + dt * (pv + pv.T)
        + dt * dt * vv
        + np.diag(dt * qp + dt * (dt - 1.0) * (2.0 * dt - 1.0) / 6.0 * qv)
    )
    new_pv = pv + dt * vv + np.diag(dt * (dt - 1.0) / 2.0 * qv)
    new_vv = vv + np.diag(dt * qv)
    state.covariance = np.block([[new_pp, new_pv], [new_pv.T, new_vv]])


def update(
    model: MotionModel, state: State, box: FloatArray, *, noise: float = 1.0, gain: float = 1.0
) -> None:
    """Correct ``state`` by a measured ``box``; an oriented one must already be aligned to the state.

    ``noise`` > 0 scales the variance of the measurement, ``gain`` in [0, 1] how far the mean follows it.
    """
    z = measurement(model, box)
    r = measurement_noise(model, state) * noise
    old = state.mean.copy()
    for i in range(model.n):
        row = state.covariance[i].copy()
        step = row / (row[i] + r[i])
        state.mean += step * (z[i] - state.mean[i])
        upper = np.triu(state.covariance - np.outer(step, row))
        state.covariance = upper + np.triu(upper, 1).T
    if gain != 1.0:
        state.mean = old + gain * (state.mean - old)
    _keep_sizes(state)
    if model.n == 5:
        state.mean[9] *= ANGLE_DAMPING


def gating_distance(model: MotionModel, state: State, box: FloatArray) -> float:
    """Squared Mahalanobis distance of a measured ``box`` from the state, measurement noise included."""
    probe, z = state.copy(), measurement(model, box)
    r = measurement_noise(model, state)
    distance = 0.0
    for i in range(model.n):
        row = probe.covariance[i].copy()
        s, innovation = float(row[i] + r[i]), float(z[i] - probe.mean[i])
        distance += innovation * innovation / s
        probe.mean += row / s * innovation
        upper = np.triu(probe.covariance - np.outer(row / s, row))
        probe.covariance = upper + np.triu(upper, 1).T
    return distance


def _keep_sizes(state: State) -> None:
    state.mean[2] = max(state.mean[2], MIN_SIZE)
    state.mean[3] = max(state.mean[3], MIN_SIZE)
