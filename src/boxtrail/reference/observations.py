"""What OC-SORT and its descendants remember of a track's detections: where it was, where it was heading, its gap.

Observation-centric momentum (OCM) takes the direction of a track from two observations Δt frames apart.
Observation-centric re-update (ORU) replays the Kalman filter over a gap along a straight virtual path, once the track
is found again (Cao et al., CVPR 2023, §4).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.reference.kalman import State, measurement, predict, update
from boxtrail.reference.motion_model import MotionModel
from boxtrail.reference.warp import warp_box, warp_direction, warp_state

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(slots=True)
class Observation:
    """A box that was matched when the track had this age."""

    age: int
    box: FloatArray


@dataclass(slots=True)
class Observations:
    """The memory of one track.

    ``last`` is the last matched box: None until the first match, for the box of the birth is not an observation.
    ``recent`` holds the matches of the last Δt ages, ``direction`` a unit vector (dy, dx) or zero. ``frozen`` is the
    Kalman state at the first frame of the present gap, ``gap`` the intervals between frames since ``last``.
    """

    last: FloatArray | None
    recent: list[Observation]
    direction: FloatArray
    frozen: State | None
    gap: list[float]

    @classmethod
    def none(cls) -> Observations:
        """The memory of a newborn track."""
        return cls(None, [], np.zeros(2), None, [])

    def reference(self, age: int, delta_t: int) -> FloatArray | None:
        """The oldest box of the ages ``age − delta_t`` to ``age − 1``, else the newest one."""
        for observation in self.recent:
            if age - delta_t <= observation.age < age:
                return observation.box
        return self.last

    def pass_frame(self, dt: float) -> None:
        """A frame begins."""
        if self.last is not None:
            self.gap.append(dt)

    def miss(self, state: State) -> None:
        """The track was not seen: keep the filter as it stands at the start of a gap."""
        if self.last is not None and self.frozen is None:
            self.frozen = state.copy()

    def observe(self, box: FloatArray, age: int, delta_t: int) -> None:
        """The track was seen at ``box``."""
        previous = self.reference(age, delta_t)
        if previous is not None:
            self.direction = direction(centre(previous), centre(box))
        self.last = box
        self.recent.append(Observation(age, box))
        self.recent = [observation for observation in self.recent if observation.age > age - delta_t]
        self.frozen, self.gap = None, []

    def warp(self, model: MotionModel, warp: FloatArray) -> None:
        """Move everything with the camera, each array once."""
        if self.last is not None:
            self.last = warp_box(warp, self.last)
        for observation in self.recent:
            observation.box = warp_box(warp, observation.box)
        self.direction = warp_direction(warp, self.direction)
        if self.frozen is not None:
            warp_state(model, warp, self.frozen)


def replay(model: MotionModel, observations: Observations, box: FloatArray) -> State | None:
    """ORU: the state after the virtual path from the last observation to ``box``, None where there is no gap."""
    if observations.frozen is None or observations.last is None:
        return None
    state, gap = observations.frozen.copy(), observations.gap
    start, end = _centre_size(model, observations.last), _centre_size(model, box)
    total, passed = sum(gap), 0.0
    for k, dt in enumerate(gap):
        if k > 0:
            predict(model, state, dt)
        passed += dt
        update(model, state, _from_centre_size(start + (end - start) * (passed / total)))
    return state


def centre(box: FloatArray) -> tuple[float, float]:
    """Centre (x, y) of a box (4,) or (5,)."""
    if len(box) == 5:
        return float(box[0]), float(box[1])
    return float(box[0] + box[2]) / 2.0, float(box[1] + box[3]) / 2.0


def direction(start: tuple[float, float], end: tuple[float, float]) -> FloatArray:
    """Unit vector (dy, dx) from one point (x, y) to another."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    norm = math.sqrt(dx * dx + dy * dy) + 1e-6
    return np.array([dy / norm, dx / norm])


def _centre_size(model: MotionModel, box: FloatArray) -> FloatArray:
    """Centre, width and height as the filter's code gives them back; the angle follows where there is one."""
    z = measurement(model, box)
    return np.array([z[0], z[1], *model.decode(float(z[2]), float(z[3])), *z[4:]])


def _from_centre_size(values: FloatArray) -> FloatArray:
    if len(values) == 5:
        return values
    cx, cy, w, h = values
    return np.array([cx - w / 2.0, cy - h / 2.0, cx + w / 2.0, cy + h / 2.0])
