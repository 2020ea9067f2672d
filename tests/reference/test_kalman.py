"""The four Kalman families against published numbers and a dense textbook filter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from boxtrail.boxes import xywh_to_xyxy
from boxtrail.reference import kalman
from boxtrail.reference.motion_model import MotionModel, motion_model
from boxtrail.reference.warp import warp_state
from reference.textbook import Textbook
from strategies import FloatArray, examples, warp

A = np.array([100.0, 200.0, 150.0, 300.0])
B = np.array([120.0, 210.0, 190.0, 320.0])
FAMILIES = ("XYAH", "XYWH", "XYSR", "XYHR", "XYWH_WIDE")


def after_one_step(family: str) -> tuple[MotionModel, kalman.State]:
    model = motion_model(family)
    state = kalman.initiate(model, A)
    kalman.predict(model, state)
    return model, state


@pytest.mark.parametrize(
    ("family", "mean", "variance"),
    [
        (
            "XYAH",
            [151.033058, 263.016529, 0.502674, 108.677686, 6.198347, 3.099174, 0.0, 2.066116],
            [21.694215, 21.694215, None, 21.694215, 31.382361, 31.382361, None, 31.382361],
        ),
        (
            "XYWH",
            [151.033058, 263.016529, 67.355372, 108.677686, 6.198347, 3.099174, 4.132231, 2.066116],
            [5.423554, 21.694215, 5.423554, 21.694215, 7.845590, 31.382361, 7.845590, 31.382361],
        ),
        (
            "XYSR",
            [154.997004, 264.998502, 7697.305658, 0.571429, 29.964043, 14.982022, 2694.341882, 0.0],
            [0.9999, 0.9999, 9.990021, 5.238095, 11.995617, 11.995617, 20.956092, 0.0],
        ),
        (
            "XYHR",
            [154.997004, 264.998502, 109.990021, 0.636363, 29.964043, 14.982022, 9.979044, 0.136214],
            None,
        ),
    ],
)
def test_one_step_gives_the_published_numbers(
    family: str, mean: list[float], variance: list[float | None] | None
) -> None:
    model, state = after_one_step(family)
    kalman.update(model, state, B)
    assert_allclose(state.mean, mean, rtol=0, atol=1e-6)
    for ours, expected in zip(np.diag(state.covariance), variance or [], strict=False):
        assert expected is None or ours == pytest.approx(expected, abs=1e-6)


def test_the_predicted_uncertainty_and_distance_of_bytetracks_filter_are_the_published_ones() -> None:
    model, state = after_one_step("XYAH")
    expected = [164.0625, 164.0625, 2e-4, 164.0625, 39.453125, 39.453125, 2e-10, 39.453125]
    assert_allclose(np.diag(state.covariance), expected, rtol=1e-6)
    assert kalman.gating_distance(model, state, B) == pytest.approx(8.302382, abs=1e-6)


def chain(seed: int, oriented: bool) -> list[tuple[float, FloatArray, bool]]:
    """Intervals, boxes (cx, cy, w, h[, angle]) and whether they are seen."""
    rng = np.random.default_rng(seed)
    steps = []
    for number in range(20):
        box = [100 + 6 * number, 200 - 2 * number, 40 + 0.3 * number, 90 + 0.5 * number]
        box = list(np.array(box) + rng.normal(0.0, 1.0, 4)) + [0.2 + 0.03 * number] * oriented
        seen = number < 4 or rng.random() < 0.8  # a gap before the velocity is known costs digits
        steps.append((float(rng.choice((1.0, 1.0, 0.4, 2.5))), np.array(box), seen))
    return steps


def as_box(values: FloatArray) -> FloatArray:
    return values if len(values) == 5 else xywh_to_xyxy(values)


@pytest.mark.parametrize("oriented", [False, True])
@pytest.mark.parametrize("family", FAMILIES)
@given(seed=st.integers(0, 2**32 - 1))
@examples(20)
def test_the_filter_equals_the_textbook_at_any_interval(family: str, oriented: bool, seed: int) -> None:
    steps = chain(seed, oriented)
    model = motion_model(family, oriented=oriented)
    state, expected = kalman.initiate(model, as_box(steps[0][1])), Textbook(family, steps[0][1])
    for dt, box, seen in steps[1:]:
        kalman.predict(model, state, dt)
        expected.predict(dt)
        distance = kalman.gating_distance(model, state, as_box(box))
        assert distance == pytest.approx(expected.gating_distance(box), rel=1e-9)
        if seen:
            kalman.update(model, state, as_box(box))
            expected.update(box)
        assert_allclose(state.mean, expected.x, rtol=1e-9, atol=1e-9)
        assert_allclose(state.covariance, expected.P, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("family", FAMILIES)
def test_an_interval_of_one_frame_is_the_fixed_step_to_the_last_bit(family: str) -> None:
    model, state = after_one_step(family)
    kalman.update(model, state, B)
    n, old, noise = model.n, state.copy(), Textbook(family, np.array([1.0, 1.0, 1.0, 1.0]))
    kalman.predict(model, state, 1.0)
    sized = state.mean if model.process_after_step else old.mean
    noise.x[:4] = sized[:4]
    pp, pv, vv = old.covariance[:n, :n], old.covariance[:n, n:], old.covariance[n:, n:]
    assert_array_equal(state.mean[:n], old.mean[:n] + old.mean[n:])
    assert_array_equal(state.covariance[:n, n:], pv + vv)
    w, h = model.decode(*sized[2:4].tolist())
    qp = np.diag([term.variance(w, h) for term in model.process_position])
    qv = np.diag([term.variance(w, h) for term in model.process_velocity])
    assert_array_equal(state.covariance[:n, :n], pp + (pv + pv.T) + vv + qp)
    assert_array_equal(state.covariance[n:, n:], vv + qv)
    assert_allclose(np.diag(qp), noise.noise()[2], rtol=1e-12)


@pytest.mark.parametrize("family", FAMILIES)
def test_two_half_steps_at_constant_size_add_up_to_a_whole_one(family: str) -> None:
    model, whole = after_one_step(family)
    halves = whole.copy()
    kalman.predict(model, whole, 1.0)
    for _ in range(2):
        kalman.predict(model, halves, 0.5)
    assert_allclose(halves.mean, whole.mean, rtol=1e-12)
    assert_allclose(halves.covariance, whole.covariance, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("oriented", [False, True])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_covariance_stays_symmetric_and_positive(family: str, oriented: bool) -> None:
    rng = np.random.default_rng(5)
    model = motion_model(family, oriented=oriented)
    state = None
    for number in range(400):
        box = np.array([rng.uniform(0, 900), rng.uniform(0, 900), *rng.uniform(1, 200, 2), rng.normal()])
        box = as_box(box if oriented else box[:4])
        state = state or kalman.initiate(model, box)
        matrix = warp(rng, "shear") if number % 7 == 0 else None
        if matrix is not None:
            warp_state(model, matrix, state)
        kalman.predict(model, state, float(rng.choice((0.3, 1.0, 4.0))))
        if rng.random() < 0.7:
            kalman.update(model, state, box)
        assert_array_equal(state.covariance, state.covariance.T)
        scale = np.sqrt(np.maximum(np.diag(state.covariance), 1e-300))
        assert np.linalg.eigvalsh(state.covariance / np.outer(scale, scale)).min() > -1e-8
        assert np.isfinite(state.mean).all()


def test_an_area_does_not_fall_to_zero_by_its_velocity() -> None:
    model, state = after_one_step("XYSR")
    state.mean[6] = -2.0 * state.mean[2]
    before = state.mean[2]
    kalman.predict(model, state)
    assert state.mean[2] == before
    assert state.mean[6] == 0.0


@pytest.mark.parametrize("family", FAMILIES)
def test_a_state_gives_back_the_box_it_was_made_of(family: str) -> None:
    model = motion_model(family)
    assert_allclose(kalman.to_box(model, kalman.initiate(model, B)), B, rtol=1e-12)
    oriented, box = motion_model(family, oriented=True), np.array([10.0, 20.0, 30.0, 40.0, 9.0])
    assert_allclose(kalman.to_box(oriented, kalman.initiate(oriented, box)), box, rtol=1e-12)


def test_a_turning_rate_loses_a_fifth_at_every_measurement() -> None:
    model = motion_model("XYWH", oriented=True)
    box = np.array([10.0, 20.0, 30.0, 40.0, 0.5])
    state = kalman.initiate(model, box)
    state.mean[9] = 0.1
    kalman.update(model, state, box)
    assert state.mean[9] == pytest.approx(0.08)


def test_an_update_trusts_a_sure_detection_more() -> None:
    # The oracle of the noise-scale adaptive filter: score 0.8, so (1 − 0.8)² of the variance.
    model, state = after_one_step("XYAH")
    kalman.update(model, state, B, noise=(1.0 - 0.8) ** 2)
    expected = [154.818251, 264.909125, 0.545455, 109.939417, 7.099583, 3.549792, 0.0, 2.366528]
    assert_allclose(state.mean, expected, atol=1e-5)


def test_the_wide_prior_gives_the_published_numbers() -> None:
    # TrackTrack, score 0.8: the variance of the measurement times 1 − 0.8.
    model = motion_model("XYWH_WIDE")
    state = kalman.initiate(model, A)
    assert_allclose(np.diag(state.covariance), [1e4, 4e4, 1e4, 4e4, 2.5e5, 1e6, 2.5e5, 1e6])
    kalman.predict(model, state)
    kalman.update(model, state, B, noise=1.0 - 0.8)
    expected = [154.999856, 264.999928, 69.999904, 109.999952, 28.845322, 14.422661, 19.230215, 9.615107]
    assert_allclose(state.mean, expected, rtol=0, atol=1e-6)


def test_the_wide_prior_takes_its_noise_from_the_predicted_size() -> None:
    model, before = motion_model("XYWH_WIDE"), motion_model("XYWH")
    state = kalman.initiate(model, A)  # 50 by 100
    state.mean[6], state.covariance = 30.0, np.zeros((8, 8))  # grows to 80 in width
    other = state.copy()
    kalman.predict(model, state)
    kalman.predict(before, other)
    assert state.covariance[0, 0] == pytest.approx((80.0 / 20.0) ** 2)
    assert other.covariance[0, 0] == pytest.approx((50.0 / 20.0) ** 2)


def test_a_smaller_gain_moves_the_mean_alone() -> None:
    model, whole = after_one_step("XYHR")
    half, start = whole.copy(), whole.mean.copy()
    kalman.update(model, whole, B)
    kalman.update(model, half, B, gain=0.5)
    assert_allclose(half.mean, (start + whole.mean) / 2.0)
    assert_array_equal(half.covariance, whole.covariance)
