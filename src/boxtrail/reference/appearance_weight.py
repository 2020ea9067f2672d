"""How much the appearance of a pair counts, by how clearly it stands out (Deep OC-SORT, Maggiolino et al. 2023, §3.3).

Where the two best candidates of a track, or of a detection, look alike, appearance cannot tell them apart; where the
best one stands out it should count for more.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]

METRICS = ("new", "max", "off")


def appearance_weight(metric: str, cosine: FloatArray, weight: float, limit: float) -> FloatArray:
    """(N, M) weights of the cosines (N, M).

    ``"new"``: ``weight`` plus half the lead of the best over the second of the row, and of the column, each at most
    ``limit``. ``"max"``, the authors' earlier form: ``weight`` times 1 − (second / best − limit) / (1 − limit) of row
    and column, at most 1. ``"off"``: ``weight``. A row or column with one entry has no rival and changes nothing.
    """
    if metric == "off" or cosine.size == 0:
        return np.full(cosine.shape, weight)
    rows, columns = _best_two(cosine), _best_two(cosine.T)
    if metric == "new":
        row_lead, column_lead = _leads(rows, limit), _leads(columns, limit)
        return weight + 0.5 * row_lead[:, None] + 0.5 * column_lead[None, :]
    row_share, column_share = _shares(rows, limit), _shares(columns, limit)
    return weight * row_share[:, None] * column_share[None, :]


def _best_two(cosine: FloatArray) -> FloatArray | None:
    """(N, 2) the largest and the second of every row; None where a row has one entry."""
    if cosine.shape[1] < 2:
        return None
    best: FloatArray = -np.sort(-cosine, axis=1)[:, :2]
    return best


def _leads(best: FloatArray | None, limit: float) -> FloatArray:
    return np.zeros(1) if best is None else np.minimum(best[:, 0] - best[:, 1], limit)


def _shares(best: FloatArray | None, limit: float) -> FloatArray:
    if best is None:
        return np.ones(1)
    shares = []
    for first, second in best.tolist():
        excess = second / first - limit if first > 0.0 else 0.0
        # Nothing looks alike at all: appearance says nothing.
        shares.append(0.0 if first <= 0.0 else 1.0 if excess <= 0.0 else 1.0 - excess / (1.0 - limit))
    return np.array(shares)
