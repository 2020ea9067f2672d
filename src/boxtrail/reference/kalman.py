"""Constant-velocity Kalman filter over a box, one filter for every tracker.

A state holds n positions and their n velocities; the families of the field differ only in which four numbers code the
box and in the noise (:data:`XYAH`, :data:`XYWH`, :data:`XYSR`, :data:`XYHR`, :data:`XYWH_WIDE`). Oriented boxes add the
angle as a fifth number. The measurement noise is diagonal, so a measurement is taken in one coordinate after the other:
the same posterior as the joint update (Bar-Shalom, Li, Kirubarajan 2001, §5), without a matrix inverse.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]

MIN_SIZE = 1e-4  # sizes and ratios of a state never fall below this
FARTHEST = 1e12  # pixels; a state beyond it is given up
ANGLE_DAMPING = 0.8  # an angular velocity loses a fifth at every measurement


@dataclass(frozen=True, slots=True)
class Noise:
    """A variance: ``value`` itself, or ``(value · width)²`` or ``(value · height)²`` of the box."""

    value: float
    of: str = ""  # "", "w" or "h"

    def variance(self, width: float, height: float) -> float:
        """The variance for a box of this size, in pixels."""
        if self.of == "":
            return self.value
        std = self.value * (width if self.of == "w" else height)
        return std * std


class SizeCode(Enum):
    """The two numbers that code the width and height of a box."""

    ASPECT_HEIGHT = "ah"  # w/h, h
    WIDTH_HEIGHT = "wh"  # w, h
    AREA_RATIO = "sr"  # w·h, w/h
    HEIGHT_RATIO = "hr"  # h, w/h


@dataclass(frozen=True, slots=True)
class MotionModel:
    """One family: a code for the size of the box, and the noise; tuples run over the coordinates.

    A coordinate whose velocity variances are 0 has no velocity.
    """

    code: SizeCode
    initial_position: tuple[Noise, ...]
    initial_velocity: tuple[Noise, ...]
    process_position: tuple[Noise, ...]
    process_velocity: tuple[Noise, ...]
    measurement: tuple[Noise, ...]
    aspect_epsilon: float = 0.0  # added to the height where the aspect ratio is formed
    process_after_step: bool = False  # the process noise follows the size after the step instead of before it

    @property
    def n(self) -> int:
        """Number of coordinates: 4, or 5 with an angle."""
        return len(self.measurement)

    def encode(self, w: float, h: float) -> tuple[float, float]:
        """The two size coordinates of a width and height in pixels."""
        if self.code is SizeCode.WIDTH_HEIGHT:
            return w, h
        ratio = w / (h + self.aspect_epsilon)
        if self.code is SizeCode.ASPECT_HEIGHT:
            return ratio, h
        return (w * h, ratio) if self.code is SizeCode.AREA_RATIO else (h, ratio)

    def decode(self, first: float, second: float) -> tuple[float, float]:
        """Width and height in pixels of the two size coordinates."""
        if self.code is SizeCode.WIDTH_HEIGHT:
            return first, second
        if self.code is SizeCode.ASPECT_HEIGHT:
            return first * second, second
        if self.code is SizeCode.HEIGHT_RATIO:
            return second * first, first
        w = math.sqrt(first * second)
        return w, first / w


@dataclass(slots=True)
class State:
    """Belief about one box: ``mean`` (2n,) positions then velocities, ``covariance`` (2n, 2n)."""

    mean: FloatArray
    covariance: FloatArray

    def copy(self) -> State:
        """An independent copy."""
        return State(self.mean.copy(), self.covariance.copy())


def _sized(extents: str, value: float) -> tuple[Noise, ...]:
    return tuple(Noise(value, extent) for extent in extents)


_POS, _VEL = 1.0 / 20.0, 1.0 / 160.0

# K1: centre, aspect ratio w/h, height (DeepSORT, ByteTrack).
XYAH = MotionModel(
    SizeCode.ASPECT_HEIGHT,
    initial_position=(Noise(2 * _POS, "h"), Noise(2 * _POS, "h"), Noise(1e-4), Noise(2 * _POS, "h")),
    initial_velocity=(Noise(10 * _VEL, "h"), Noise(10 * _VEL, "h"), Noise(1e-10), Noise(10 * _VEL, "h")),
    process_position=(Noise(_POS, "h"), Noise(_POS, "h"), Noise(1e-4), Noise(_POS, "h")),
    process_velocity=(Noise(_VEL, "h"), Noise(_VEL, "h"), Noise(1e-10), Noise(_VEL, "h")),
    measurement=(Noise(_POS, "h"), Noise(_POS, "h"), Noise(1e-2), Noise(_POS, "h")),
)
# K2: centre, width, height (BoT-SORT).
XYWH = MotionModel(
    SizeCode.WIDTH_HEIGHT,
    initial_position=_sized("whwh", 2 * _POS),
    initial_velocity=_sized("whwh", 10 * _VEL),
    process_position=_sized("whwh", _POS),
    process_velocity=_sized("whwh", _VEL),
    measurement=_sized("whwh", _POS),
)
# K3: centre, area, ratio w/h without a velocity (SORT, OC-SORT).
XYSR = MotionModel(
    SizeCode.AREA_RATIO,
    initial_position=(Noise(10.0), Noise(10.0), Noise(10.0), Noise(10.0)),
    initial_velocity=(Noise(1e4), Noise(1e4), Noise(1e4), Noise(0.0)),
    process_position=(Noise(1.0), Noise(1.0), Noise(1.0), Noise(1.0)),
    process_velocity=(Noise(0.01), Noise(0.01), Noise(1e-4), Noise(0.0)),
    measurement=(Noise(1.0), Noise(1.0), Noise(10.0), Noise(10.0)),
)
# K4: centre, height, ratio w/h (BoostTrack).
XYHR = MotionModel(
    SizeCode.HEIGHT_RATIO,
    initial_position=(Noise(10.0), Noise(10.0), Noise(10.0), Noise(10.0)),
    initial_velocity=(Noise(1e4), Noise(1e4), Noise(1e4), Noise(1e4)),
    process_position=(Noise(1.0), Noise(1.0), Noise(1.0), Noise(1.0)),
    process_velocity=(Noise(0.01), Noise(0.01), Noise(0.01), Noise(0.01)),
    measurement=(Noise(1.0), Noise(1.0), Noise(10.0), Noise(0.01)),
)

# K6: XYWH that knows next to nothing at birth (TrackTrack).
XYWH_WIDE = replace(
    XYWH,
    initial_position=_sized("whwh", 2.0),
    initial_velocity=_sized("whwh", 10.0),
    process_after_step=True,
)

# Noise of the angle, in rad²: initial position and velocity, process position and velocity, measurement.
_ANGLE_NOISE = {
    "XYAH": (1e-4, 1e-10, 1e-4, 1e-10, 1e-2),
    "XYWH": (1e-4, 1e-10, 1e-4, 1e-10, 1e-2),
    "XYSR": (10.0, 1e4, 1.0, 1e-4, 10.0),
    "XYHR": (10.0, 1e4, 0.01, 0.01, 0.01),
    "XYWH_WIDE": (1e-4, 1e-10, 1e-4, 1e-10, 1e-2),
}
MODELS = {"XYAH": XYAH, "XYWH": XYWH, "XYSR": XYSR, "XYHR": XYHR, "XYWH_WIDE": XYWH_WIDE}


def motion_model(family: str, *, oriented: bool = False, aspect_epsilon: float = 0.0) -> MotionModel:
    """The family by name, with the angle as a fifth coordinate for oriented boxes."""
    model = MODELS[family]
    model = replace(model, aspect_epsilon=aspect_epsilon)
    if not oriented:
        return model
    angle = [(Noise(value),) for value in _ANGLE_NOISE[family]]
    return replace(
        model,
        initial_position=model.initial_position + angle[0],
        initial_velocity=model.initial_velocity + angle[1],
        process_position=model.process_position + angle[2],
        process_velocity=model.process_velocity + angle[3],
        measurement=model.measurement + angle[4],
    )


def with_noise(model: MotionModel, values: Mapping[str, Sequence[float]]) -> MotionModel:
    """The family with other noise: by the name of a field of :class:`MotionModel`, a value for each coordinate.

    A value replaces that of the coordinate's :class:`Noise`, so it is a variance, or a share of the width or height,
    as the family has it. Coordinates beyond the values given, as the angle, keep theirs.
    """
    changed: dict[str, tuple[Noise, ...]] = {}
    for name, given in values.items():
        terms: tuple[Noise, ...] = getattr(model, name)
        kept = terms[len(given) :]
        changed[name] = (
            *(replace(term, value=value) for term, value in zip(terms, given, strict=False)),
            *kept,
        )
    return replace(model, **changed)  # type: ignore[arg-type]


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
