"""Linear assignment, with one tie rule.

Every form below is a maximum-weight matching between tracks (rows) and detections (columns). Weights are rounded to
multiples of 2⁻⁴⁰ first, so a sum is exact and a tie is a tie on every machine.

**The tie rule.** Among the best assignments the one is taken in which row 0 has the lowest column, then row 1, and so
on; having no column, or one that is rejected afterwards, ranks last.
"""

from __future__ import annotations

from collections import deque
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]
Pairs: TypeAlias = list[tuple[int, int]]

RESOLUTION = 2.0**40  # weights are multiples of 1 / RESOLUTION
CLIP_MARGIN = 1e-5  # above the limit, what a forbidden pair costs (DeepSORT)
_FAR = np.iinfo(np.int64).max // 4
_HUB = -1  # in the exchange graph: everything outside the matching


def assign_partial(cost: FloatArray, max_cost: float) -> Pairs:
    """Pairs (row, column) that minimise Σ(cost − max_cost); a pair must cost less than ``max_cost``.

    Leaving a row and a column free costs ``max_cost``, as in ``lapjv(extend_cost, cost_limit)`` (ByteTrack).

    Args:
        cost: (N, M), lower is better.
        max_cost: the limit, exclusive.
    """
    allowed = cost < max_cost
    weights = _rounded(np.where(allowed, max_cost - cost, 0.0))
    return _best_pairs(weights, allowed, allowed)


def assign_full(score: FloatArray, similarity: FloatArray, min_similarity: float) -> Pairs:
    """The full assignment of highest total ``score``, then without pairs below ``min_similarity``.

    A hopeless pair can take a column from a good one here (SORT, DeepSORT and their families).

    Args:
        score: (N, M), higher is better.
        similarity: (N, M), what the rejection looks at.
        min_similarity: the gate, inclusive.
    """
    if score.size == 0:
        return []
    # On a complete graph with positive weights the heaviest matching is a full one.
    weights = _rounded(score)
    weights = weights - weights.min() + 1
    kept = similarity >= min_similarity
    pairs = _best_pairs(weights, np.ones_like(kept), kept)
    return [(row, column) for row, column in pairs if kept[row, column]]


def assign_sort(similarity: FloatArray, extra: FloatArray, min_similarity: float) -> Pairs:
    """SORT's shortcut: if the pairs above the gate are one-to-one take them, else :func:`assign_full`.

    ``extra`` (N, M) is added to the similarity in the full assignment only, so it acts in ambiguous frames alone.
    """
    if similarity.size == 0:
        return []
    above = similarity > min_similarity
    if above.sum(axis=1).max() == 1 and above.sum(axis=0).max() == 1:
        return [(int(row), int(column)) for row, column in np.argwhere(above)]
    return assign_full(similarity + extra, similarity, min_similarity)


def assign_mutual(cost: FloatArray, max_cost: float, step: float) -> Pairs:
    """Rounds of mutual nearest neighbours under a falling limit (TrackTrack's track-perspective association).

    In each round every row and column that are nearest to one another and cost less than the limit are a pair; then the
    limit falls by ``step``, until a round finds none. Among equals the lowest index is nearest. Ascending by row.

    Args:
        cost: (N, M), lower is better.
        max_cost: limit of the first round, exclusive.
        step: how far the limit falls, ≥ 0.
    """
    near = cost < max_cost
    taken = np.where(near, _rounded(np.where(near, cost, 0.0)), _FAR)
    pairs: Pairs = []
    while taken.size:
        column_of, row_of = taken.argmin(axis=1), taken.argmin(axis=0)
        found = [
            (row, int(column))
            for row, column in enumerate(column_of)
            if row_of[column] == row and taken[row, column] < _FAR and cost[row, column] < max_cost
        ]
        if not found:
            break
        pairs += found
        for row, column in found:
            taken[row, :] = taken[:, column] = _FAR
        max_cost -= step
    return sorted(pairs)


def assign_clipped(cost: FloatArray, max_cost: float) -> Pairs:
    """DeepSORT's form: the full assignment of lowest total cost, where every pair that costs more than ``max_cost``
    costs just as little more as any other, then without these pairs.

    Args:
        cost: (N, M), lower is better, infinite for a forbidden pair.
        max_cost: the limit, inclusive.
    """
    return assign_full(np.maximum(max_cost + CLIP_MARGIN - cost, 0.0), -cost, -max_cost)


def unmatched(count: int, taken: list[int]) -> list[int]:
    """What is left of ``range(count)``, ascending."""
    gone = set(taken)
    return [index for index in range(count) if index not in gone]


def _rounded(values: FloatArray) -> IntArray:
    return np.rint(values * RESOLUTION).astype(np.int64)


def _best_pairs(weights: IntArray, allowed: BoolArray, kept: BoolArray) -> Pairs:
    if not allowed.any():
        return []
    column_of, u, v = _solve(-weights, allowed)
    _settle_ties(column_of, allowed & (-weights == u[:, None] + v), u, v, kept)
    return [(row, int(column)) for row, column in enumerate(column_of) if column >= 0]


def _solve(cost: IntArray, allowed: BoolArray) -> tuple[IntArray, IntArray, IntArray]:
    """Shortest augmenting paths: a cheapest matching for costs ≤ 0, staying free costs 0; and its dual prices."""
    num_rows, num_columns = cost.shape
    column_of, row_of = np.full(num_rows, -1), np.full(num_columns, -1)
    u, v = np.zeros(num_rows, np.int64), np.zeros(num_columns, np.int64)
    for start in range(num_rows):
        distance, via = np.full(num_columns, _FAR), np.full(num_columns, -1)
        open_columns = np.ones(num_columns, bool)
        row, travelled, exit_row, exit_distance = start, 0, -1, _FAR
        while True:
            if travelled - u[row] < exit_distance:  # this row could stay free
                exit_row, exit_distance = row, travelled - u[row]
            reach = travelled + cost[row] - u[row] - v
            better = open_columns & allowed[row] & (reach < distance)
            distance[better], via[better] = reach[better], row
            column = int(np.argmin(np.where(open_columns, distance, _FAR)))
            if not open_columns[column] or distance[column] >= exit_distance:
                total, column = exit_distance, int(column_of[exit_row])
                column_of[exit_row] = -1
                break
            open_columns[column] = False
            if row_of[column] < 0:
                total = distance[column]
                break
            row, travelled = int(row_of[column]), int(distance[column])
        closed = ~open_columns & (distance < total)
        u[row_of[closed]] += total - distance[closed]
        v[closed] -= total - distance[closed]
        u[start] += total
        while column >= 0:  # hand the columns back along the path
            row = int(via[column])
            row_of[column], column_of[row], column = row, column, int(column_of[row])
    return column_of, u, v


def _settle_ties(column_of: IntArray, tight: BoolArray, u: IntArray, v: IntArray, kept: BoolArray) -> None:
    """Turn an optimal matching into the one the tie rule names, by exchanges along tight (cost-free) edges."""
    row_of = np.full(tight.shape[1], _HUB)
    for row, column in enumerate(column_of):
        if column >= 0:
            row_of[column] = row
    for row in range(tight.shape[0]):
        current = column_of[row]
        limit = current if current >= 0 and kept[row, current] else tight.shape[1]
        for column in np.flatnonzero(tight[row, :limit] & kept[row, :limit]):
            path = _exchange(row, int(row_of[column]), column_of, row_of, tight, u, v, kept)
            if path is not None:
                for node, taken in [(row, int(column)), *path]:
                    if node != _HUB:
                        column_of[node] = taken
                    if taken >= 0:
                        row_of[taken] = node
                break


def _exchange(
    row: int,
    displaced: int,
    column_of: IntArray,
    row_of: IntArray,
    tight: BoolArray,
    u: IntArray,
    v: IntArray,
    kept: BoolArray,
) -> list[tuple[int, int]] | None:
    """How ``row`` may take a column of ``displaced``: a chain of (node, column it takes) that ends at ``row``.

    The hub stands for everything outside the matching. It takes a column by leaving it free, which costs nothing
    where v is 0; a row joins the hub by taking a free column, or none where u is 0. Rows before ``row`` are settled:
    one with a kept column stays, one without may move between columns that are not kept.
    """
    movable = np.array([r >= row or c < 0 or not kept[r, c] for r, c in enumerate(column_of)])
    queue, came = deque([displaced]), {displaced: (row, -1)}
    if displaced != _HUB and not movable[displaced]:
        return None
    while queue:
        node = queue.popleft()
        if node == _HUB:
            leave = movable & ((column_of < 0) | (v[column_of] == 0))
            steps = [(int(other), int(column_of[other])) for other in np.flatnonzero(leave)]
        else:
            reach = tight[node] & ~kept[node] if node < row else tight[node]
            steps = [(int(row_of[column]), int(column)) for column in np.flatnonzero(reach)]
            steps += [(_HUB, -1)] if u[node] == 0 else []
        for other, column in steps:
            if other == row:
                path = [(node, column)]
                while node != displaced:
                    node, column = came[node]
                    path.append((node, column))
                return path[::-1]
            if other not in came and (other == _HUB or movable[other]):
                came[other] = (node, column)
                queue.append(other)
    return None
