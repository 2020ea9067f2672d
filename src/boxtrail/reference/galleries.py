"""What a track looked like: its last embeddings, and how far a detection is from the nearest of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.reference.appearance import Embedding, cosine_similarity, smooth

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(slots=True)
class Gallery:
    """Unit embeddings (D,) of one track, oldest first."""

    rows: list[NDArray[np.float32]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """A saved gallery may hold anything."""
        if len({row.shape for row in self.rows}) > 1:
            raise ValueError("the embeddings of a gallery differ in width")

    def add(self, embedding: Embedding | None, budget: int) -> None:
        """Remember one more and forget all but the last ``budget``, 0: none. A missing one teaches nothing."""
        if embedding is None or not embedding.any():
            return
        self.rows.append(embedding.copy())
        if budget:
            del self.rows[:-budget]

    def add_smoothed(self, embedding: Embedding | None, alpha: float, budget: int) -> None:
        """The same with the exponential average of all so far: its last value is the newest row."""
        if embedding is not None and embedding.any():
            self.add(smooth(self.rows[-1] if self.rows else None, embedding, alpha), budget)


def nearest_distances(
    galleries: list[Gallery], embeddings: NDArray[np.float32] | None, wanted: NDArray[np.bool_]
) -> FloatArray:
    """(N, M) cosine distances 1 − cos, in [0, 2], of detections (M, D) to the nearest row of each gallery.

    Only pairs that are ``wanted`` (N, M) are computed. Who shows no appearance is at distance 1 from all.
    """
    distances = np.ones(wanted.shape)
    if embeddings is None:
        return distances
    for i, gallery in enumerate(galleries):
        columns = np.flatnonzero(wanted[i])
        if gallery.rows and len(columns):
            cosines = cosine_similarity(np.stack(gallery.rows), embeddings[columns])
            distances[i, columns] = 1.0 - cosines.max(axis=0)
    return distances
