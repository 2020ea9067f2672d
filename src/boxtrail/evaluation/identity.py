"""Identity metrics of one or several sequences.

E. Ristani et al., "Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking", ECCV workshops 2016.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Identity:
    """Boxes that belong to the same track in the best one-to-one assignment of whole tracks, and the others."""

    tp: int
    fn: int
    fp: int

    def __add__(self, other: Identity | int) -> Identity:
        if isinstance(other, int):  # sum() begins with 0
            return self
        return Identity(self.tp + other.tp, self.fn + other.fn, self.fp + other.fp)

    __radd__ = __add__

    def metrics(self) -> Mapping[str, float]:
        """Shares in [0, 1] and counts by TrackEval's names; arrays where the counts are."""
        return {
            "IDF1": self.tp / np.maximum(1.0, self.tp + 0.5 * self.fp + 0.5 * self.fn),
            "IDR": self.tp / np.maximum(1, self.tp + self.fn),
            "IDP": self.tp / np.maximum(1, self.tp + self.fp),
            "IDTP": self.tp,
            "IDFN": self.fn,
            "IDFP": self.fp,
        }


__all__ = ["Identity"]
