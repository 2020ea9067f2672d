"""Appearance of a track: cosine similarity and exponential smoothing of unit embeddings.

An embedding that is missing is a row of zeros, or None: its similarity to all others is 0. Products run in float32 in
sixteen lanes, element k in lane k mod 16, folded in halves at the end: an order the compiled core can vectorise, so
both give the same bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Embedding: TypeAlias = NDArray[np.float32]  # (D,)
Embeddings: TypeAlias = NDArray[np.float32]  # (N, D)
FloatArray: TypeAlias = NDArray[np.float64]

LANES = 16


def cosine_similarity(tracks: Embeddings, detections: Embeddings) -> FloatArray:
    """(N, M) cosines in [−1, 1] of unit rows (N, D) and (M, D)."""
    lanes = np.zeros((len(tracks), len(detections), LANES), np.float32)
    for k in range(0, tracks.shape[1], LANES):
        product = tracks[:, None, k : k + LANES] * detections[None, :, k : k + LANES]
        lanes[..., : product.shape[-1]] += product
    return _fold(lanes).astype(np.float64)


def likeness(looks: Sequence[Embedding | None], embeddings: Embeddings) -> FloatArray:
    """(N, M) cosines of what N tracks remember of their looks, (D,) each or None, and of M detections (M, D)."""
    width = embeddings.shape[1]
    missing = np.zeros(width, np.float32)
    rows = [missing if look is None else look for look in looks]
    return cosine_similarity(np.array(rows, np.float32).reshape(len(rows), width), embeddings)


def smooth(previous: Embedding | None, current: Embedding | None, alpha: float) -> Embedding | None:
    """Unit (D,) vector along α·previous + (1 − α)·current (Wang et al. 2020, JDE); α in [0, 1].

    Without a ``previous`` one it is ``current``, without a ``current`` one it stays. Two opposite vectors that cancel
    leave ``previous`` as it was.
    """
    if previous is None or current is None:
        return previous if current is None else current.copy()
    mixed = alpha * previous.astype(np.float64) + (1.0 - alpha) * current.astype(np.float64)
    norm = _norm(mixed)
    return previous if norm == 0.0 else (mixed / norm).astype(np.float32)


def unit(total: FloatArray) -> Embedding:
    """(D,) unit vector along ``total`` (D,); zeros where that is zero."""
    norm = _norm(total)
    return total.astype(np.float32) if norm == 0.0 else (total / norm).astype(np.float32)


def is_given(embedding: Embedding | None) -> bool:
    """Whether there is an appearance at all; a row of zeros stands for none."""
    return embedding is not None and bool(embedding.any())


def adaptive_alpha(base: float, score: float, min_score: float) -> float:
    """α of a confidence-aware average (Deep OC-SORT): ``base`` for a sure detection, 1 for one at ``min_score``."""
    return base + (1.0 - base) * (1.0 - (score - min_score) / (1.0 - min_score))


def _norm(vector: FloatArray) -> float:
    lanes = np.zeros(LANES)
    for k in range(0, len(vector), LANES):
        part = vector[k : k + LANES]
        lanes[: len(part)] += part * part
    return float(np.sqrt(_fold(lanes)))


def _fold(lanes: NDArray[Any]) -> NDArray[Any]:
    """Sum over the last axis, in halves."""
    half = LANES // 2
    while half:
        lanes = lanes[..., :half] + lanes[..., half : 2 * half]
        half //= 2
    folded: NDArray[Any] = lanes[..., 0]
    return folded
