"""A matrix product in pieces too small for BLAS to wake its threads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ROWS = 8  # of the left matrix at a time
PIECE = 2**18  # multiplications in a piece; OpenBLAS takes one thread up to here


def small_product(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """(N, D) product of ``left`` (N, K), most of it zeros, and ``right`` (K, D).

    The threads of BLAS spin while they wait for each other. Beside a detector that keeps the cores busy, a product of
    microseconds then takes a tenth of a second. Columns of ``left`` that are all zeros are left out.
    """
    product = np.zeros((len(left), right.shape[1]), np.float32)
    depth = max(1, PIECE // (ROWS * right.shape[1]))
    for i in range(0, len(left), ROWS):
        rows = left[i : i + ROWS]
        used = np.flatnonzero(rows.any(axis=0))
        for k in range(0, len(used), depth):
            columns = used[k : k + depth]
            product[i : i + ROWS] += rows[:, columns] @ right[columns]
    return product


__all__ = ["small_product"]
