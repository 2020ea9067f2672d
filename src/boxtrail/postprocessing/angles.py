"""Oriented boxes of one track written so that sides and angle go on without a jump.

(w, h, θ), (w, h, θ + π) and (h, w, θ ± π/2) are one rectangle. Between two boxes of a track only the pair of codes
that turns least can be interpolated: 179° and 1° are 2° apart.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.reference.oriented import align

FloatArray: TypeAlias = NDArray[np.float64]


def align_pairs(boxes: FloatArray, references: FloatArray) -> FloatArray:
    """Each of (N, 5) boxes ``cx, cy, w, h, angle`` in its code nearest to the reference in the same row."""
    pairs = zip(boxes.tolist(), references.tolist(), strict=True)
    return np.array([align(box, reference) for box, reference in pairs], dtype=np.float64).reshape(-1, 5)


def continuous(boxes: FloatArray) -> FloatArray:
    """The (N, 5) boxes of one track in order, each in its code nearest to the one before."""
    rows = boxes.tolist()
    for i in range(1, len(rows)):
        rows[i] = align(rows[i], rows[i - 1])
    return np.array(rows, dtype=np.float64).reshape(-1, 5)


__all__ = ["align_pairs", "continuous"]
