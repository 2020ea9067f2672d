"""The kernels one by one: the compiled ones and the reference, to the last bit where nothing stands against it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from boxtrail import _core, boxes, detections
from boxtrail.reference import appearance, association, oriented
from strategies import MEASURES, FloatArray, box_sets, examples, free_boxes, grid_boxes

DIAGONAL = math.hypot(320.0, 240.0)


def similarities(measure: str, a: FloatArray, b: FloatArray, ratio: float) -> tuple[FloatArray, ...]:
    """Reference, compiled over all pairs, compiled over near pairs."""
    options = {"image_diagonal": DIAGONAL, "buffer_ratio": ratio}
    dense = _core.similarity(measure, a, b, sparse=False, **options)
    sparse = _core.similarity(measure, a, b, sparse=True, **options)
    return association.similarity(measure, a, b, **options), dense, sparse


@pytest.mark.parametrize("measure", MEASURES)
@given(sets=box_sets(), ratio=st.sampled_from((0.0, 0.3, 1.0)))
@examples(60)
def test_upright_similarities_agree_in_every_bit(
    measure: str, sets: tuple[FloatArray, FloatArray], ratio: float
) -> None:
    expected, dense, sparse = similarities(measure, *sets, ratio)
    assert_array_equal(dense, expected)
    assert_array_equal(sparse, expected)


@pytest.mark.parametrize("measure", MEASURES)
@given(sets=box_sets(oriented=True, max_count=5), ratio=st.sampled_from((0.0, 0.3, 1.0)))
@examples(40)
def test_oriented_similarities_agree(measure: str, sets: tuple[FloatArray, FloatArray], ratio: float) -> None:
    expected, dense, sparse = similarities(measure, *sets, ratio)
    assert_allclose(dense, expected, rtol=0, atol=1e-12)
    assert_allclose(sparse, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("is_oriented", [False, True])
@pytest.mark.parametrize("measure", ["iou", "hmiou", "biou"])
@pytest.mark.parametrize("spread", [1.0, 6.0, 200.0])
def test_the_grid_finds_every_pair_of_a_large_frame(measure: str, spread: float, is_oriented: bool) -> None:
    rng = np.random.default_rng(7)
    for make in (grid_boxes, free_boxes):
        a, b = (make(rng, count, oriented=is_oriented) for count in (45, 60))
        for rows in (a, b):
            shift = np.floor(spread * rng.uniform(0.0, 40.0, (len(rows), 2))) * 8.0
            rows[:, :2] += shift
            if not is_oriented:
                rows[:, 2:4] += shift
        options = {"image_diagonal": DIAGONAL, "buffer_ratio": 0.3}
        dense = _core.similarity(measure, a, b, sparse=False, **options)
        assert_array_equal(_core.similarity(measure, a, b, sparse=True, **options), dense)


def test_one_giant_box_among_many_small_ones_is_paired_with_all_it_touches() -> None:
    small = np.array([[x, y, x + 4.0, y + 4.0] for x in range(0, 200, 5) for y in range(0, 200, 5)])
    giant = np.array([[-1e6, -1e6, 1e6, 1e6]])
    a, b = np.vstack([giant, small[::3]]), np.vstack([small, giant])
    options = {"image_diagonal": DIAGONAL, "buffer_ratio": 0.0}
    dense = _core.similarity("iou", a, b, sparse=False, **options)
    assert_array_equal(_core.similarity("iou", a, b, sparse=True, **options), dense)
    assert (dense[0] > 0.0).all()


@given(sets=box_sets(oriented=True, max_count=4))
@examples(100)
def test_a_box_is_aligned_to_the_same_code(sets: tuple[FloatArray, FloatArray]) -> None:
    for box in sets[0]:
        for reference in sets[1]:
            assert _core.align(box, reference) == oriented.align(box.tolist(), reference.tolist())


@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.sampled_from((0.0, 0.5, 0.9, 1.0)))
@examples(40)
def test_appearance_agrees(seed: int, width: int, alpha: float) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(11, width))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    a, b = rows[:4], rows[4:]
    expected = appearance.cosine_similarity(a, b)
    assert_allclose(expected, a.astype(np.float64) @ b.astype(np.float64).T, rtol=0, atol=1e-6)
    assert_array_equal(_core.cosine_similarity(a, b, blocked=True), expected)
    assert_array_equal(_core.cosine_similarity(a, b, blocked=False), expected)
    smooth = appearance.smooth(a[0], b[0], alpha)
    assert smooth is not None
    assert _core.smooth(a[0], b[0], alpha) == smooth.tolist()
    score = float(rng.uniform(0.3, 1.0))
    assert _core.adaptive_alpha(0.95, score, 0.3) == appearance.adaptive_alpha(0.95, score, 0.3)


def test_opposite_embeddings_that_cancel_leave_the_old_one() -> None:
    old = np.array([0.6, 0.8], np.float32)
    assert _core.smooth(old, -old, 0.5) == old.tolist()
    assert appearance.smooth(old, -old, 0.5).tolist() == old.tolist()


BAD = (np.nan, np.inf, -np.inf, -1.0, -0.0, 0.0, 0.5, 1.0, 1.00005, 2.0, 1e300)


@given(st.integers(0, 2**32 - 1), st.booleans(), st.lists(st.sampled_from(BAD), max_size=3))
@examples(200)
def test_the_quick_check_of_detections_agrees(seed: int, is_oriented: bool, bad: list[float]) -> None:
    rng = np.random.default_rng(seed)
    made = free_boxes(rng, int(rng.integers(0, 4)), oriented=is_oriented)
    rows = np.column_stack([made, rng.random(len(made)), rng.integers(0, 3, len(made))])
    for value in bad if len(rows) else ():
        rows[rng.integers(len(rows)), rng.integers(rows.shape[1])] = value
    assert _core.is_clean(rows) == detections.is_clean(rows)


def test_the_bounds_of_an_oriented_box_hold_its_corners() -> None:
    made = free_boxes(np.random.default_rng(3), 50, oriented=True)
    points, bounds = boxes.corners(made), boxes.enclosing_xyxy(made)
    assert_allclose(points.min(axis=1), bounds[:, :2], atol=1e-9)
    assert_allclose(points.max(axis=1), bounds[:, 2:], atol=1e-9)
