"""The last embeddings of a track and their mean: how it looks over a long time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.reference.appearance import Embedding, unit

FloatArray: TypeAlias = NDArray[np.float64]


@dataclass(slots=True)
class FeatureBank:
    """A ring of embeddings; ``oldest`` is the one that goes next once it is full, ``total`` (D,) their sum."""

    rows: list[Embedding]
    oldest: int
    total: FloatArray

    @classmethod
    def empty(cls) -> FeatureBank:
        """A bank without embeddings."""
        return cls([], 0, np.zeros(0))

    def add(self, embedding: Embedding, length: int) -> None:
        """Take one more; of more than ``length`` the oldest goes."""
        if len(self.rows) < length:
            self.total = embedding.astype(np.float64) if not self.rows else self.total + embedding
            self.rows.append(embedding.copy())
            return
        self.total = self.total + (embedding.astype(np.float64) - self.rows[self.oldest])
        self.rows[self.oldest] = embedding.copy()
        self.oldest = (self.oldest + 1) % length

    def mean(self) -> Embedding | None:
        """(D,) unit vector along the mean, None where there are none."""
        return unit(self.total) if self.rows else None
