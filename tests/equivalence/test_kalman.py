"""The filters: blocks against the whole matrix in C++, and both against the reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from boxtrail import _core
from boxtrail.reference import kalman
from boxtrail.reference.motion_model import motion_model
from boxtrail.reference.warp import warp_corners, warp_pairs, warp_state
from strategies import FloatArray, examples, warp

FAMILIES = ("XYAH", "XYWH", "XYSR", "XYHR", "XYWH_WIDE")


class Reference:
    """The reference under the names of the compiled filter."""

    def __init__(self, family: str, epsilon: float, box: FloatArray) -> None:
        self.model = motion_model(family, oriented=len(box) == 5, aspect_epsilon=epsilon)
        self.state = kalman.initiate(self.model, box)

    def predict(self, dt: float) -> None:
        kalman.predict(self.model, self.state, dt)

    def update(self, box: FloatArray, *, noise: float, gain: float) -> None:
        kalman.update(self.model, self.state, box, noise=noise, gain=gain)

    def warp(self, matrix: FloatArray) -> None:
        warp_state(self.model, matrix, self.state)

    def warp_pairs(self, matrix: FloatArray) -> None:
        warp_pairs(self.model, matrix, self.state)

    def warp_corners(self, matrix: FloatArray) -> None:
        warp_corners(self.model, matrix, self.state)

    def gating_distance(self, box: FloatArray) -> float:
        return kalman.gating_distance(self.model, self.state, box)

    @property
    def mean(self) -> list[float]:
        return self.state.mean.tolist()  # type: ignore[no-any-return]

    @property
    def covariance(self) -> list[float]:
        return self.state.covariance.ravel().tolist()  # type: ignore[no-any-return]

    @property
    def box(self) -> list[float]:
        return kalman.to_box(self.model, self.state).tolist()  # type: ignore[no-any-return]


def filters(family: str, epsilon: float, box: FloatArray) -> tuple[Any, Any, Any]:
    """Compiled in blocks, compiled with the whole matrix, reference."""
    compiled = _core.OrientedKalmanFilter if len(box) == 5 else _core.KalmanFilter
    blocks, dense = compiled(family, epsilon, box), compiled(family, epsilon, box)
    dense.make_dense()
    return blocks, dense, Reference(family, epsilon, box)


def measured(rng: np.random.Generator, step: int, *, oriented: bool) -> FloatArray:
    """A box that moves and changes; now and then a much smaller one, so that sizes reach their limits."""
    centre = np.array([100.0 + 5.0 * step, 80.0 - 3.0 * step]) + rng.normal(0.0, 2.0, 2)
    size = rng.uniform(0.01, 1.0, 2) if rng.random() < 0.1 else rng.uniform(20.0, 40.0, 2)
    if oriented:
        return np.array([*centre, *size, 0.3 + 0.05 * step + rng.normal(0.0, 0.02)])
    return np.array([*(centre - size / 2.0), *(centre + size / 2.0)])


def run(family: str, oriented: bool, seed: int, kind: str, steps: int) -> Any:
    """A chain of random measurements, gaps, intervals and camera motion; yields the three filters after each."""
    rng = np.random.default_rng(seed)
    made = filters(family, float(rng.choice((0.0, 1e-6))), measured(rng, 0, oriented=oriented))
    forms = ("warp", "warp_corners", *(("warp_pairs",) if family.startswith("XYWH") else ()))
    for number in range(1, steps):
        dt, matrix = float(rng.choice((1.0, 1.0, 0.5, 2.25))), warp(rng, kind)
        box = measured(rng, number, oriented=oriented)
        hit, form = rng.random() < 0.8, str(rng.choice(forms))
        noise, gain = float(rng.choice((1.0, 0.25, 1e-6))), float(rng.choice((1.0, 0.4)))
        for one in made:
            if matrix is not None:
                getattr(one, form)(matrix)
            one.predict(dt)
        yield (*made, box)
        for one in made:
            if hit:
                one.update(box, noise=noise, gain=gain)
        yield (*made, box)


@pytest.mark.parametrize("oriented", [False, True])
@pytest.mark.parametrize("family", FAMILIES)
@given(seed=st.integers(0, 2**32 - 1), kind=st.sampled_from(("none", "shift", "zoom")))
@examples(15)
def test_without_rotation_all_three_agree_in_every_bit(
    family: str, oriented: bool, seed: int, kind: str
) -> None:
    for blocks, dense, reference, box in run(family, oriented, seed, kind, 12):
        assert blocks.mean == reference.mean == dense.mean
        assert blocks.covariance == reference.covariance == dense.covariance
        assert blocks.box == reference.box == dense.box
        distance = reference.gating_distance(box)
        assert blocks.gating_distance(box) == dense.gating_distance(box) == distance


@pytest.mark.parametrize("oriented", [False, True])
@pytest.mark.parametrize("family", FAMILIES)
@given(seed=st.integers(0, 2**32 - 1), kind=st.sampled_from(("turn", "shear")))
@examples(15)
def test_a_turning_camera_keeps_them_together(family: str, oriented: bool, seed: int, kind: str) -> None:
    for blocks, dense, reference, box in run(family, oriented, seed, kind, 12):
        for ours, theirs in ((blocks, reference), (dense, reference)):
            assert_allclose(ours.mean, theirs.mean, rtol=1e-9, atol=1e-9)
            assert_allclose(ours.covariance, theirs.covariance, rtol=1e-9, atol=1e-9)
            assert_allclose(ours.box, theirs.box, rtol=1e-9, atol=1e-9)
            assert_allclose(ours.gating_distance(box), theirs.gating_distance(box), rtol=1e-9)
