"""Assignment against every possible one, against scipy and against lap."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from boxtrail.reference.assignment import (
    assign_clipped,
    assign_full,
    assign_mutual,
    assign_partial,
    assign_sort,
    unmatched,
)
from strategies import FloatArray, examples, matrices

QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
Pairs = list[tuple[int, int]]


def every_matching(rows: int, columns: int) -> Iterator[Pairs]:
    """All partial matchings."""
    for size in range(min(rows, columns) + 1):
        for chosen in itertools.combinations(range(rows), size):
            for taken in itertools.permutations(range(columns), size):
                yield list(zip(chosen, taken, strict=True))


def first_of_the_best(
    rows: int, matchings: list[Pairs], weight: FloatArray, kept: Callable[[int, int], bool]
) -> Pairs:
    """The heaviest; among equals lowest column for row 0, then row 1; nothing or a pair rejected later comes last."""

    def total(pairs: Pairs) -> float:
        return sum(weight[pair] for pair in pairs)

    def rank(pairs: Pairs) -> list[float]:
        column = {i: j for i, j in pairs if kept(i, j)}
        return [column.get(row, float("inf")) for row in range(rows)]

    best = max(map(total, matchings), default=0.0)
    winner = min((pairs for pairs in matchings if total(pairs) == best), key=rank, default=[])
    return [(i, j) for i, j in winner if kept(i, j)]


def brute_partial(cost: FloatArray, limit: float) -> Pairs:
    matchings = [m for m in every_matching(*cost.shape) if all(cost[pair] < limit for pair in m)]
    return first_of_the_best(len(cost), matchings, limit - cost, lambda i, j: True)


def brute_full(score: FloatArray, similarity: FloatArray, gate: float) -> Pairs:
    matchings = [m for m in every_matching(*score.shape) if len(m) == min(score.shape)]
    return first_of_the_best(len(score), matchings, score, lambda i, j: bool(similarity[i, j] >= gate))


def brute_sort(similarity: FloatArray, extra: FloatArray, gate: float) -> Pairs:
    pairs = [(int(i), int(j)) for i, j in np.argwhere(similarity > gate)]
    if pairs and all(len({pair[axis] for pair in pairs}) == len(pairs) for axis in (0, 1)):
        return pairs
    return brute_full(similarity + extra, similarity, gate)


@given(matrices(QUARTERS, 5), st.sampled_from((0.0, 0.25, 0.5, 0.6, 1.0, 2.0)))
@examples(250)
def test_partial_assignment_is_the_best_of_all_and_keeps_the_tie_rule(cost: FloatArray, limit: float) -> None:
    assert assign_partial(cost, limit) == brute_partial(cost, limit)


@given(matrices(QUARTERS, 5), st.sampled_from(QUARTERS), st.booleans(), st.integers(0, 2**32 - 1))
@examples(200)
def test_full_assignment_is_the_best_of_all_and_keeps_the_tie_rule(
    similarity: FloatArray, gate: float, biased: bool, seed: int
) -> None:
    bias = np.random.default_rng(seed).choice((-0.5, 0.0, 0.25), similarity.shape)
    score = similarity + bias if biased else similarity
    assert assign_full(score, similarity, gate) == brute_full(score, similarity, gate)


@given(matrices((*QUARTERS, 0.500004, np.inf), 5), st.sampled_from(QUARTERS))
@examples(200)
def test_clipped_assignment_is_the_cheapest_of_the_clipped_costs_and_keeps_the_tie_rule(
    cost: FloatArray, limit: float
) -> None:
    gain = np.rint(2.0**40 * np.maximum(limit + 1e-5 - cost, 0.0))  # whole numbers: sums are exact
    assert assign_clipped(cost, limit) == brute_full(gain, -cost, -limit)


@given(matrices(QUARTERS, 5), st.sampled_from(QUARTERS), st.integers(0, 2**32 - 1))
@examples(200)
def test_the_shortcut_is_taken_only_where_the_gate_leaves_no_choice(
    similarity: FloatArray, gate: float, seed: int
) -> None:
    extra = np.random.default_rng(seed).choice((-0.25, 0.0, 0.125, 0.5), similarity.shape)
    assert assign_sort(similarity, extra, gate) == brute_sort(similarity, extra, gate)


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 30))
@examples(60)
def test_totals_equal_those_of_scipy_and_lap(seed: int, rows: int, columns: int) -> None:
    optimize, lap = pytest.importorskip("scipy.optimize"), pytest.importorskip("lap")
    cost = np.random.default_rng(seed).random((rows, columns))
    pairs = assign_full(1.0 - cost, 1.0 - cost, 0.0)
    assert len(pairs) == min(rows, columns)
    expected = cost[optimize.linear_sum_assignment(cost)].sum()
    assert_allclose(sum(cost[pair] for pair in pairs), expected, rtol=0, atol=1e-9)

    for limit in (0.05, 0.3, 0.9, 2.0):
        pairs = assign_partial(cost, limit)
        _, column_of, _ = lap.lapjv(cost, extend_cost=True, cost_limit=limit)
        expected = sum(cost[i, j] - limit for i, j in enumerate(column_of) if j >= 0)
        assert_allclose(sum(cost[pair] - limit for pair in pairs), expected, rtol=0, atol=1e-9)
        assert all(cost[pair] < limit for pair in pairs)


def test_a_limit_during_and_a_gate_after_the_assignment_are_not_the_same() -> None:
    cost = np.array([[0.1, 0.6], [0.4, 0.95]])
    assert assign_partial(cost, 0.5) == [(0, 0)]
    assert assign_full(1.0 - cost, 1.0 - cost, 0.5) == [(1, 0)]


def test_forbidden_pairs_cost_the_same_however_far_beyond_the_limit_they_are() -> None:
    # Unclipped, row 1 would have to avoid the 9, and row 0 would lose its good column.
    cost = np.array([[0.1, 0.3], [0.9, 9.0]])
    assert assign_full(-cost, -cost, -0.5) == [(0, 1)]
    assert assign_clipped(cost, 0.5) == [(0, 0)]


def test_a_clipped_cost_at_the_limit_is_a_pair() -> None:
    assert assign_clipped(np.array([[0.5]]), 0.5) == [(0, 0)]
    assert assign_clipped(np.array([[0.5000001]]), 0.5) == []


def test_a_forbidden_pair_costs_hardly_more_than_one_at_the_limit() -> None:
    # 0.25 and a forbidden pair beside 0.254 and 0.5: 0.75001 beside 0.754.
    assert assign_clipped(np.array([[0.25, 0.5], [0.254, 9.0]]), 0.5) == [(0, 0)]


def test_two_good_pairs_are_better_than_the_best_one() -> None:
    cost = np.array([[0.1, 0.3], [0.2, 9.0]])
    assert assign_clipped(cost, 0.5) == [(0, 1), (1, 0)]


def test_a_cost_at_the_limit_is_no_pair_and_a_similarity_at_the_gate_is_one() -> None:
    half = np.array([[0.5]])
    assert assign_partial(half, 0.5) == []
    assert assign_full(half, half, 0.5) == [(0, 0)]
    assert assign_sort(half, np.zeros((1, 1)), 0.5) == [(0, 0)]


def test_the_extra_term_counts_only_where_the_gate_leaves_a_choice() -> None:
    clear, extra = np.array([[0.9, 0.1], [0.1, 0.9]]), np.array([[0.0, 5.0], [5.0, 0.0]])
    assert assign_sort(clear, extra, 0.3) == [(0, 0), (1, 1)]
    ambiguous = np.array([[0.9, 0.4], [0.4, 0.9]])
    assert assign_sort(ambiguous, extra, 0.3) == [(0, 1), (1, 0)]


def test_mutual_neighbours_find_each_other_and_then_the_rest_under_a_lower_limit() -> None:
    # Both rows are nearest to column 0, which is nearest to row 1; row 0 gets its second choice a round later.
    cost = np.array([[0.2, 0.6], [0.1, 0.9]])
    assert assign_mutual(cost, 0.7, 0.05) == [(0, 1), (1, 0)]  # 0.6 < 0.65
    assert assign_mutual(cost, 0.7, 0.1) == [(1, 0)]  # 0.6 is not below 0.6
    assert assign_mutual(cost, 0.1, 0.0) == []
    # The cheapest whole would be the other diagonal; the nearest two do not give each other up for it.
    assert assign_mutual(np.array([[0.1, 0.2], [0.15, 0.9]]), 0.7, 0.05) == [(0, 0)]


def test_among_equally_near_the_lowest_index_is_nearest() -> None:
    assert assign_mutual(np.full((3, 3), 0.25), 0.5, 0.0) == [(0, 0), (1, 1), (2, 2)]
    assert assign_mutual(np.full((3, 3), 0.25), 0.5, 0.25) == [(0, 0)]  # a round for each
    assert assign_mutual(np.array([[0.1, 0.1], [0.1, 0.3]]), 0.5, 0.0) == [(0, 0), (1, 1)]


def test_equal_costs_give_the_diagonal() -> None:
    for size in (1, 2, 5, 9):
        diagonal = [(i, i) for i in range(size)]
        assert assign_partial(np.zeros((size, size)), 1.0) == diagonal
        assert assign_full(np.ones((size, size)), np.ones((size, size)), 0.5) == diagonal


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_nothing_to_assign_gives_no_pairs(shape: tuple[int, int]) -> None:
    empty = np.zeros(shape)
    assert assign_mutual(empty, 1.0, 0.05) == []
    assert (
        assign_partial(empty, 1.0) == assign_full(empty, empty, 0.0) == assign_sort(empty, empty, 0.0) == []
    )


def test_what_is_left_is_listed_in_order() -> None:
    assert unmatched(5, [3, 0]) == [1, 2, 4]
    assert unmatched(0, []) == []
