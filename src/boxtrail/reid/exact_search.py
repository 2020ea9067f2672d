"""The nearest identities of embeddings, exactly, in blocks of a matrix product."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

QUERIES = 256  # rows of a block
ENTRIES = 2**24  # of the matrix of similarities that is in memory at a time


def best_rows(
    queries: NDArray[np.float32], rows: NDArray[np.float32], owners: NDArray[np.int64], top_k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """(N, K) indices of the owners most similar to each query, the best first, and (N, K) their cosines.

    An owner is as similar as the nearest of its rows. K is ``top_k`` or the number of owners, if that is less.

    Args:
        queries: (N, D) unit rows.
        rows: (M, D) unit rows, M ≥ 1.
        owners: (M,) ascending, from 0 without gaps.
        top_k: ≥ 1.
    """
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    count = min(top_k, len(starts))
    indices = np.empty((len(queries), count), np.int64)
    values = np.empty((len(queries), count), np.float32)
    for k in range(0, len(queries), QUERIES):
        block = slice(k, k + QUERIES)
        similarities = _of_owners(queries[block], rows, starts)
        if count < similarities.shape[1]:
            nearest = np.argpartition(-similarities, count - 1, axis=1)[:, :count]
        else:
            nearest = np.tile(np.arange(count), (len(similarities), 1))
        found = np.take_along_axis(similarities, nearest, axis=1)
        order = np.lexsort((nearest, -found), axis=1)  # equal ones by index
        indices[block] = np.take_along_axis(nearest, order, axis=1)
        values[block] = np.take_along_axis(found, order, axis=1)
    return indices, values


def _of_owners(
    queries: NDArray[np.float32], rows: NDArray[np.float32], starts: NDArray[np.int64]
) -> NDArray[np.float32]:
    """(N, owners) largest cosine of each query with the rows of each owner, as many rows at a time as fit."""
    result = np.empty((len(queries), len(starts)), np.float32)
    ends = np.append(starts[1:], len(rows))
    first = 0
    while first < len(starts):
        room = starts[first] + max(1, ENTRIES // max(1, len(queries)))
        last = max(first + 1, int(np.searchsorted(ends, room, side="right")))
        part = queries @ rows[starts[first] : ends[last - 1]].T
        result[:, first:last] = np.maximum.reduceat(part, starts[first:last] - starts[first], axis=1)
        first = last
    return result


__all__ = ["best_rows"]
