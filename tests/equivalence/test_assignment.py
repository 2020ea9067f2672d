"""Assignment, ties above all: compiled over all pairs, compiled over near pairs, and the reference choose the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from boxtrail import _core
from boxtrail.reference import assignment
from strategies import FloatArray, examples, matrices

QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
SIGNED = (-0.5, -0.25, -0.125, 0.0, 0.125, 0.25, 0.5)
FLOATS = st.integers(0, 2**32 - 1)


@given(matrices(QUARTERS, 12), st.sampled_from((0.0, 0.25, 0.5, 1.0, 2.0)))
@examples(400)
def test_partial_assignment_settles_ties_alike(cost: FloatArray, limit: float) -> None:
    assert _core.assign_partial(cost, limit) == assignment.assign_partial(cost, limit)


@given(matrices(QUARTERS, 12), st.sampled_from((0.0, 0.25, 0.5, 1.0, 2.0)), st.sampled_from((0.0, 0.1, 0.25)))
@examples(400)
def test_mutual_neighbours_settle_ties_alike(cost: FloatArray, limit: float, step: float) -> None:
    expected = assignment.assign_mutual(cost, limit, step)
    assert _core.assign_mutual(cost, limit, step, sparse=False) == expected
    assert _core.assign_mutual(cost, limit, step, sparse=True) == expected


@given(matrices((*QUARTERS, 0.500004, np.inf), 12), st.sampled_from((0.0, 0.25, 0.5, 1.0, 2.0)))
@examples(400)
def test_clipped_assignment_settles_ties_alike(cost: FloatArray, limit: float) -> None:
    assert _core.assign_clipped(cost, limit) == assignment.assign_clipped(cost, limit)


@given(matrices(QUARTERS, 12), st.sampled_from((0.0, 0.25, 0.3, 0.5, 1.0)))
@examples(400)
def test_full_assignment_settles_ties_alike(similarity: FloatArray, gate: float) -> None:
    expected = assignment.assign_full(similarity, similarity, gate)
    assert _core.assign_full(similarity, gate, sparse=False) == expected
    if gate > 0.0:
        assert _core.assign_full(similarity, gate, sparse=True) == expected


@st.composite
def ambiguous_frames(draw: st.DrawFn) -> tuple[FloatArray, FloatArray]:
    """Similarities, many of them 0, and the extra term of every pair, from coarse values."""
    similarity = draw(matrices((0.0, *QUARTERS), 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    similarity = np.where(
        rng.random(similarity.shape) < draw(st.sampled_from((0.0, 0.5, 0.9))), 0.0, similarity
    )
    chosen = draw(st.lists(st.sampled_from(SIGNED), min_size=1, unique=True))
    extra = rng.choice(np.array(chosen), similarity.shape)
    if draw(st.booleans()):  # the detections' scores scale it, as OCM does
        extra = extra * rng.choice((0.0, 0.5, 1.0), similarity.shape[1])
    return similarity, extra


@given(matrices((-0.75, -0.5, -0.25, 0.25, 0.5), 8))
@examples(200)
def test_similarities_below_zero_are_weighed_alike(similarity: FloatArray) -> None:
    # The centre distance falls below 0 where two boxes are further apart than the image is wide.
    extra = np.zeros_like(similarity)
    assert _core.assign_sort(similarity, extra, 0.0) == assignment.assign_sort(similarity, extra, 0.0)


@given(ambiguous_frames(), st.sampled_from((0.125, 0.25, 0.3, 0.5, 1.0)))
@examples(800)
@example((np.zeros((3, 4)), np.zeros((3, 4))), 0.25)
@example((np.zeros((0, 3)), np.zeros((0, 3))), 0.25)
@example((np.zeros((3, 0)), np.zeros((3, 0))), 0.25)
def test_pairs_that_only_the_extra_term_makes_worth_while_are_found(
    frame: tuple[FloatArray, FloatArray], gate: float
) -> None:
    assert _core.assign_sort(*frame, gate) == assignment.assign_sort(*frame, gate)


@given(FLOATS, st.integers(0, 12), st.integers(0, 12), st.sampled_from((0.0, 0.1, 0.5)))
@examples(200)
def test_assignments_of_any_numbers_agree(seed: int, rows: int, columns: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    similarity = np.where(rng.random((rows, columns)) < share, 0.0, rng.random((rows, columns)))
    extra = rng.uniform(-0.3, 0.3, (rows, columns))
    assert _core.assign_partial(1.0 - similarity, 0.8) == assignment.assign_partial(1.0 - similarity, 0.8)
    expected = assignment.assign_full(similarity, similarity, 0.3)
    assert _core.assign_full(similarity, 0.3, sparse=False) == expected
    assert _core.assign_full(similarity, 0.3, sparse=True) == expected
    assert _core.assign_sort(similarity, extra, 0.3) == assignment.assign_sort(similarity, extra, 0.3)


@pytest.mark.parametrize("size", [20, 40])
def test_large_frames_full_of_ties_agree(size: int) -> None:
    rng = np.random.default_rng(size)
    for density in (0.05, 0.2, 1.0):
        for _ in range(4):
            similarity = rng.choice(QUARTERS, (size, size + 3)) * (rng.random((size, size + 3)) < density)
            extra = rng.choice(SIGNED, similarity.shape)
            expected = assignment.assign_full(similarity, similarity, 0.5)
            assert _core.assign_full(similarity, 0.5, sparse=True) == expected
            assert _core.assign_full(similarity, 0.5, sparse=False) == expected
            assert _core.assign_sort(similarity, extra, 0.5) == assignment.assign_sort(similarity, extra, 0.5)
            cost = 1.0 - similarity
            assert _core.assign_partial(cost, 0.75) == assignment.assign_partial(cost, 0.75)
