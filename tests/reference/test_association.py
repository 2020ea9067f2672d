"""Association measures against worked examples, and the properties every measure must have."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from boxtrail.reference import association
from strategies import MEASURES, FloatArray, box_sets, examples, free_boxes

A = np.array([[100.0, 200.0, 150.0, 300.0]])
B = np.array([[120.0, 210.0, 190.0, 320.0]])


def measured(measure: str, a: FloatArray, b: FloatArray, ratio: float = 0.3) -> FloatArray:
    diagonal = math.hypot(1920.0, 1080.0)
    return association.similarity(measure, a, b, image_diagonal=diagonal, buffer_ratio=ratio)


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("iou", 0.27),
        ("giou", 0.597962963),
        ("diou", 0.61),
        ("ciou", 0.609987372),
        ("hmiou", 0.2025),
        ("centroid", 0.984774202),
        ("biou", 0.450521995),
    ],
)
def test_two_boxes_have_the_similarity_worked_out_by_hand(measure: str, expected: float) -> None:
    assert measured(measure, A, B)[0, 0] == pytest.approx(expected, abs=1e-9)


def test_a_wider_buffer_raises_the_overlap() -> None:
    assert measured("biou", A, B, 0.5)[0, 0] == pytest.approx(0.527819549, abs=1e-9)


def test_iou_of_a_quarter_overlap_is_one_seventh() -> None:
    a, b = np.array([[0.0, 0.0, 2.0, 2.0]]), np.array([[1.0, 1.0, 3.0, 3.0]])
    assert measured("iou", a, b)[0, 0] == 1.0 / 7.0


def test_boxes_that_only_touch_do_not_overlap() -> None:
    a, b = np.array([[0.0, 0.0, 2.0, 2.0]]), np.array([[2.0, 0.0, 4.0, 2.0]])
    for measure in ("iou", "hmiou"):
        assert measured(measure, a, b)[0, 0] == 0.0


def test_disjoint_boxes_can_reach_a_half_in_the_signed_measures() -> None:
    a, b = np.array([[0.0, 0.0, 2.0, 2.0]]), np.array([[3.0, 0.0, 5.0, 2.0]])
    assert measured("giou", a, b)[0, 0] == pytest.approx((1.0 - 0.2) / 2.0)  # 2 of the 10 enclosed are empty
    assert measured("diou", a, b)[0, 0] == pytest.approx((1.0 - 9.0 / 29.0) / 2.0)


@pytest.mark.parametrize("oriented", [False, True])
@pytest.mark.parametrize("measure", MEASURES)
@given(data=st.data())
@examples(25)
def test_every_measure_is_symmetric_in_range_and_one_for_equal_boxes(
    measure: str, oriented: bool, data: st.DataObject
) -> None:
    a, b = data.draw(box_sets(oriented=oriented, max_count=4))
    there, back = measured(measure, a, b), measured(measure, b, a)
    assert there.shape == (len(a), len(b))
    assert_allclose(there, back.T, rtol=0, atol=1e-9)
    assert (there >= 0.0).all()
    assert (there <= 1.0 + 1e-12).all()
    assert_allclose(np.diag(measured(measure, a, a)), 1.0, rtol=0, atol=1e-9)


@pytest.mark.parametrize("oriented", [False, True])
@pytest.mark.parametrize("measure", [name for name in MEASURES if name != "centroid"])
@given(seed=st.integers(0, 2**32 - 1), scale=st.floats(0.1, 50.0), shift=st.floats(-5000.0, 5000.0))
@examples(25)
def test_moving_and_scaling_both_boxes_changes_nothing(
    measure: str, oriented: bool, seed: int, scale: float, shift: float
) -> None:
    rng = np.random.default_rng(seed)
    a, b = free_boxes(rng, 3, oriented=oriented), free_boxes(rng, 3, oriented=oriented)
    expected = measured(measure, a, b)
    for rows in (a, b):
        rows[:, :4] *= scale
        rows[:, : 2 if oriented else 4] += shift
    assert_allclose(measured(measure, a, b), expected, rtol=0, atol=1e-8)


def test_no_boxes_give_an_empty_matrix_of_the_right_shape() -> None:
    for width in (4, 5):
        nothing, some = np.empty((0, width)), np.ones((3, width))
        some[:, 2:4] += 1.0
        assert measured("iou", nothing, some).shape == (0, 3)
        assert measured("iou", some, nothing).shape == (3, 0)


def test_the_momentum_term_rewards_the_direction_a_track_was_moving() -> None:
    right = np.array([[0.0, 1.0]])  # (dy, dx)
    centres = np.array([(10.0, 0.0), (0.0, 10.0), (-10.0, 0.0), (10.0, 10.0)])
    term = association.direction_consistency(right, np.zeros((1, 2)), centres, np.full(4, 0.5), 0.2)
    # An angle of 0, 90, 180, 45 degrees gives φ = 1/2, 0, −1/2, 1/4; times inertia 0.2 times score 0.5.
    assert_allclose(term, [[0.05, 0.0, -0.05, 0.025]], rtol=0, atol=1e-4)


def test_a_track_without_direction_gets_no_momentum() -> None:
    term = association.direction_consistency(
        np.zeros((1, 2)), np.zeros((1, 2)), np.array([(10.0, 5.0)]), np.ones(1), 1.0
    )
    assert term.tolist() == [[0.0]]


def test_fusing_scores_multiplies_similarity_and_score() -> None:
    cost = association.fuse_scores(np.array([[0.5, 0.8]]), np.array([1.0, 0.5]))
    assert_allclose(cost, [[0.5, 0.6]])
