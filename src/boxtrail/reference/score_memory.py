"""The score of a track through time: a Kalman filter of its own, and the last two scores (HybridSORT, §3.2).

HybridSORT's nine-dimensional filter tracks the detection score beside centre, area and ratio. Nothing couples the score
to the other coordinates, so it is this constant-velocity filter beside the one over the box.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

# Noise of the score: initial position and velocity, process position and velocity, measurement.
INITIAL_POSITION, INITIAL_VELOCITY = 10.0, 1e4
PROCESS_POSITION, PROCESS_VELOCITY = 1.0, 1e-4
MEASUREMENT = 10.0
LEAST_SCORE = 0.1  # of the linear prediction


@dataclass(slots=True)
class ScoreState:
    """Belief about a score: its value, its change a frame, and their covariance."""

    position: float
    velocity: float
    pp: float
    pv: float
    vv: float


@dataclass(slots=True)
class ScoreMemory:
    """What one track remembers of its scores.

    ``frozen`` is the filter at the first frame of the present gap, ``previous`` the score before the last one: None
    before the first match and after a miss.
    """

    state: ScoreState
    frozen: ScoreState | None
    previous: float | None

    @classmethod
    def newborn(cls, score: float) -> ScoreMemory:
        """The memory of a track born of a detection with ``score``."""
        return cls(ScoreState(score, 0.0, INITIAL_POSITION, 0.0, INITIAL_VELOCITY), None, None)

    def miss(self, *, observed: bool) -> None:
        """The track was not seen; one that was matched before keeps the filter as it stands at the start of a gap."""
        self.previous = None
        if observed and self.frozen is None:
            self.frozen = replace(self.state)

    def observe(self, last: float, score: float, gap: list[float], *, repeat_last: bool) -> None:
        """The track was seen with ``score`` after ``last``; over a gap the filter is replayed along a straight line."""
        self.previous = last
        if self.frozen is not None:
            self.state = replay_score(self.frozen, gap, last, score)
            self.frozen = None
            if not repeat_last:
                return
        update_score(self.state, score)

    def filtered(self, det_thresh: float) -> float:
        """The filter's score, no lower than what a sure detection has."""
        return min(max(self.state.position, det_thresh), 1.0)

    def extrapolated(self, last: float, det_thresh: float) -> float:
        """The last score going on as it changed, no higher than what an unsure detection has."""
        change = 0.0 if self.previous is None else last - self.previous
        return min(max(last + change, LEAST_SCORE), det_thresh)


def predict_score(state: ScoreState, dt: float) -> None:
    """Move ``state`` by ``dt`` frames; the noise grows as in :func:`boxtrail.reference.kalman.predict`."""
    state.position += dt * state.velocity
    noise = dt * PROCESS_POSITION + dt * (dt - 1.0) * (2.0 * dt - 1.0) / 6.0 * PROCESS_VELOCITY
    state.pp = state.pp + dt * (state.pv + state.pv) + dt * dt * state.vv + noise
    state.pv = state.pv + dt * state.vv + dt * (dt - 1.0) / 2.0 * PROCESS_VELOCITY
    state.vv = state.vv + dt * PROCESS_VELOCITY


def update_score(state: ScoreState, score: float) -> None:
    """Correct ``state`` by a detection's ``score``."""
    innovation, variance = score - state.position, state.pp + MEASUREMENT
    gain, velocity_gain = state.pp / variance, state.pv / variance
    state.position += gain * innovation
    state.velocity += velocity_gain * innovation
    state.vv -= velocity_gain * state.pv
    state.pv -= gain * state.pv
    state.pp -= gain * state.pp


def replay_score(frozen: ScoreState, gap: list[float], start: float, end: float) -> ScoreState:
    """The filter after a straight line from ``start`` to ``end`` over the intervals of ``gap``."""
    state = replace(frozen)
    total, passed = sum(gap), 0.0
    for k, dt in enumerate(gap):
        if k > 0:
            predict_score(state, dt)
        passed += dt
        update_score(state, start + (end - start) * (passed / total))
    return state
