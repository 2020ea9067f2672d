"""Camera motion: boxes by hand, states against the numerical derivative of the map of boxes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from boxtrail.boxes import corners, enclosing_xyxy, xywh_to_xyxy, xyxy_to_xywh
from boxtrail.reference import kalman
from boxtrail.reference.motion_model import motion_model
from boxtrail.reference.warp import warp_box, warp_corners, warp_direction, warp_pairs, warp_state
from reference.textbook import decode, encode
from strategies import FloatArray, examples, warp

FAMILIES = ("XYAH", "XYWH", "XYSR", "XYHR")
QUARTER_TURN = np.array([[0.0, -1.0, 100.0], [1.0, 0.0, 0.0]])


def moved_corners(matrix: FloatArray, box: FloatArray) -> FloatArray:
    return corners(box) @ matrix[:, :2].T + matrix[:, 2]


def enclosing(family: str, matrix: FloatArray, code: FloatArray) -> FloatArray:
    """Code (4,) of the upright box around the warped corners of an upright box, given by its code."""
    points = moved_corners(matrix, np.array([*code[:2], *decode(family, *code[2:]), 0.0]))
    cx, cy, w, h = xyxy_to_xywh(np.concatenate([points.min(axis=0), points.max(axis=0)]))
    return np.array([cx, cy, *encode(family, w, h)])


def derivative(family: str, matrix: FloatArray, code: FloatArray) -> FloatArray:
    """Jacobian by central differences."""
    columns = []
    for i, value in enumerate(code):
        step = 1e-4 * max(abs(value), 1e-2)
        high, low = code.copy(), code.copy()
        high[i], low[i] = value + step, value - step
        columns.append((enclosing(family, matrix, high) - enclosing(family, matrix, low)) / (2.0 * step))
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("family", FAMILIES)
@given(seed=st.integers(0, 2**32 - 1), kind=st.sampled_from(("shift", "zoom", "turn", "shear")))
@examples(25)
def test_a_state_follows_the_derivative_of_the_enclosing_box(family: str, seed: int, kind: str) -> None:
    assume(family != "XYSR" or kind in ("shift", "zoom"))  # a turn scales its boxes, see below
    rng = np.random.default_rng(seed)
    matrix, model = warp(rng, kind), motion_model(family)
    state = kalman.initiate(model, np.array([100.0, 50.0, 140.0, 150.0]))
    for k in range(1, 4):
        kalman.predict(model, state)
        kalman.update(model, state, np.array([100.0, 50.0, 140.0, 150.0]) + 3.0 * k + rng.normal(0, 1, 4))
    before, J = state.copy(), derivative(family, matrix, state.mean[:4])
    warp_state(model, matrix, state)
    assert_allclose(state.mean[:4], enclosing(family, matrix, before.mean[:4]), rtol=1e-9)
    scale = np.abs(J) @ np.abs(before.mean[4:])
    assert_allclose(state.mean[4:], J @ before.mean[4:], rtol=0, atol=1e-5 * scale.max())
    JJ = np.kron(np.eye(2), J)
    expected = JJ @ before.covariance @ JJ.T
    variance = np.maximum(
        np.diag(expected), 1e-6 * np.tile(np.diag(expected)[:4], 2)
    )  # a ratio has no velocity
    unit = np.sqrt(np.outer(variance, variance))
    assert_allclose(state.covariance / unit, expected / unit, rtol=0, atol=1e-5)


def test_a_turn_leaves_area_and_ratio_of_sort_apart() -> None:
    # With a ratio that is uncertain by 3, the Jacobian of the enclosing box would tie it to every error of the area.
    model = motion_model("XYSR")
    state = kalman.initiate(model, np.array([100.0, 50.0, 140.0, 150.0]))
    turn = 1.1 * np.array([[math.cos(0.1), -math.sin(0.1)], [math.sin(0.1), math.cos(0.1)]])
    warp_state(model, np.hstack([turn, [[5.0], [-7.0]]]), state)
    assert_allclose(state.mean[2:4], [4000.0 * 1.1**2, 0.4])
    assert_allclose(state.covariance[2, 2], 10.0 * 1.1**4)
    assert_allclose(state.covariance[3, 3], 10.0)
    assert state.covariance[2, 3] == 0.0
    assert_allclose(state.covariance[:2, :2], 10.0 * 1.1**2 * np.eye(2), atol=1e-12)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("angle", [0.0, 0.4, -2.5])
def test_an_oriented_state_turns_and_grows_with_the_camera(family: str, angle: float) -> None:
    model, box = motion_model(family, oriented=True), np.array([40.0, 30.0, 20.0, 10.0, 0.3])
    state, scale = kalman.initiate(model, box), 1.5
    turn = scale * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    matrix = np.hstack([turn, [[5.0], [-7.0]]])
    before = state.copy()
    warp_state(model, matrix, state)
    expected = [*(turn @ box[:2] + matrix[:, 2]), 30.0, 15.0, 0.3 + angle]
    assert_allclose(kalman.to_box(model, state), expected, rtol=1e-12)
    assert_allclose(warp_box(matrix, box), expected, rtol=1e-12)
    assert_allclose(state.covariance[:2, :2], turn @ before.covariance[:2, :2] @ turn.T, rtol=1e-9, atol=1e-9)
    assert state.covariance[4, 4] == before.covariance[4, 4]


@given(st.integers(0, 2**32 - 1))
@examples(40)
def test_a_warped_upright_box_holds_its_warped_corners_tightly(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix, box = warp(rng, "shear"), xywh_to_xyxy(rng.uniform(1.0, 50.0, 4))
    points = moved_corners(matrix, np.array([*xyxy_to_xywh(box), 0.0]))
    expected = np.concatenate([points.min(axis=0), points.max(axis=0)])
    assert_allclose(warp_box(matrix, box), expected, rtol=0, atol=1e-9)


def test_a_quarter_turn_swaps_the_sides() -> None:
    box = np.array([10.0, 20.0, 30.0, 60.0])
    assert_allclose(warp_box(QUARTER_TURN, box), [40.0, 10.0, 80.0, 30.0])
    turned = warp_box(QUARTER_TURN, np.array([20.0, 40.0, 20.0, 40.0, 0.0]))
    assert_allclose(enclosing_xyxy(turned), [40.0, 10.0, 80.0, 30.0])


def test_a_shift_moves_the_mean_and_leaves_the_uncertainty() -> None:
    for family in FAMILIES:
        model = motion_model(family)
        state = kalman.initiate(model, np.array([10.0, 20.0, 30.0, 60.0]))
        before = state.copy()
        warp_state(model, np.array([[1.0, 0.0, 5.0], [0.0, 1.0, -3.0]]), state)
        assert_allclose(state.mean - before.mean, [5.0, -3.0, 0, 0, 0, 0, 0, 0], rtol=0, atol=1e-12)
        assert_array_equal(state.covariance, before.covariance)


def test_a_direction_turns_with_the_camera_and_none_stays_none() -> None:
    right, down = np.array([0.0, 1.0]), np.array([1.0, 0.0])  # (dy, dx)
    assert_allclose(warp_direction(QUARTER_TURN, right), down)
    assert warp_direction(QUARTER_TURN, np.zeros(2)).tolist() == [0.0, 0.0]
    assert_allclose(warp_direction(3.0 * QUARTER_TURN, down), [0.0, -1.0], atol=1e-12)


def test_the_pairwise_form_turns_sizes_like_points() -> None:
    model = motion_model("XYWH")
    state = kalman.initiate(model, np.array([90.0, 180.0, 110.0, 220.0]))  # centre (100, 200), 20 × 40
    state.mean[4:] = [1.0, 2.0, 3.0, 4.0]
    warp_pairs(model, np.array([[1.0, -0.1, 5.0], [0.1, 1.0, 7.0]]), state)
    assert_allclose(
        state.mean, [100 - 20 + 5, 10 + 200 + 7, 20 - 4, 2 + 40, 1 - 0.2, 0.1 + 2, 3 - 0.4, 0.3 + 4]
    )
    before = kalman.initiate(model, np.array([90.0, 180.0, 110.0, 220.0])).covariance
    turn = np.kron(np.eye(4), [[1.0, -0.1], [0.1, 1.0]])
    assert_allclose(state.covariance, turn @ before @ turn.T)


def test_the_form_of_two_corners_leaves_velocity_and_covariance() -> None:
    model = motion_model("XYHR")
    state = kalman.initiate(model, np.array([90.0, 180.0, 110.0, 220.0]))
    covariance = state.covariance.copy()
    warp_corners(model, np.array([[1.0, -0.1, 0.0], [0.1, 1.0, 0.0]]), state)
    # Corners (90, 180) and (110, 220) go to (72, 189) and (88, 231).
    assert_allclose(kalman.to_box(model, state), [72.0, 189.0, 88.0, 231.0])
    assert_allclose(state.mean[4:], 0.0)
    assert_allclose(state.covariance, covariance)


def test_a_quarter_turn_leaves_a_box_of_positive_size() -> None:
    model = motion_model("XYWH")
    for move in (warp_pairs, warp_corners):
        state = kalman.initiate(model, np.array([90.0, 180.0, 110.0, 220.0]))
        move(model, np.array([[0.0, -1.0, 300.0], [1.0, 0.0, 0.0]]), state)
        left, top, right, bottom = kalman.to_box(model, state)
        assert left < right
        assert top < bottom
