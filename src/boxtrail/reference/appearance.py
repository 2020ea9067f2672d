"""Appearance of a track: cosine distance and exponential smoothing of unit embeddings.

Embeddings are float32; sums run in float64, so both backends agree far below any threshold.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Embeddings: TypeAlias = NDArray[np.float32]
FloatArray: TypeAlias = NDArray[np.float64]


def cosine_distance(tracks: Embeddings, detections: Embeddings) -> FloatArray:
    """(N, M) distances 1 − cosine in [0, 2] of unit rows (N, D) and (M, D)."""
    return 1.0 - tracks.astype(np.float64) @ detections.astype(np.float64).T


def smooth(previous: Embeddings, current: Embeddings, alpha: float) -> Embeddings:
    """Unit (D,) vector along α·previous + (1 − α)·current (Wang et al. 2020, JDE); α in [0, 1].

    Two opposite vectors that cancel leave ``previous`` as it was.
    """
    mixed = alpha * previous.astype(np.float64) + (1.0 - alpha) * current.astype(np.float64)
    norm = float(np.sqrt(np.sum(mixed * mixed)))
    return previous.copy() if norm == 0.0 else (mixed / norm).astype(np.float32)


def adaptive_alpha(base: float, score: float, min_score: float) -> float:
    """α of a confidence-aware average (Deep OC-SORT): ``base`` for a sure detection, 1 for one at ``min_score``."""
    return base + (1.0 - base) * (1.0 - (score - min_score) / (1.0 - min_score))
