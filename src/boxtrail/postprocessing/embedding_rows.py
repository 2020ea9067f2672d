"""Embeddings that belong to the rows of a table."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boxtrail.errors import InvalidInputError
from boxtrail.postprocessing.table import TrackTable

FloatArray: TypeAlias = NDArray[np.float64]


def unit_rows(tracks: TrackTable, embeddings: ArrayLike | None) -> FloatArray:
    """The (R, D) embeddings at unit length; a row of zeros, as of a coasting track, stays zero: it has none.

    Raises:
        InvalidInputError: if there are none, not one for each row of the table, or one is not finite.
    """
    if embeddings is None:
        raise InvalidInputError(
            "linking tracklets (gta) needs embeddings, one row for each row of the tracks"
        )
    try:
        rows = np.asarray(embeddings, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"embeddings must be an array of numbers: {error}") from error
    if rows.ndim != 2 or len(rows) != len(tracks) or (len(rows) and not rows.shape[1]):
        raise InvalidInputError(
            f"embeddings must have shape ({len(tracks)}, D), D ≥ 1, one row for each row of the tracks, "
            f"not {rows.shape}"
        )
    broken = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if len(broken):
        raise InvalidInputError(f"the embedding of row {broken[0]} is not finite")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: FloatArray = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0.0)
    return unit


__all__ = ["unit_rows"]
