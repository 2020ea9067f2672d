"""How alike two shapes are, in [0, 1]: matrices (N, M)."""

from __future__ import annotations

import numpy as np

from boxtrail.errors import InvalidInputError
from boxtrail.io.formats.masks import pixels
from boxtrail.io.formats.rows import FloatArray, Mask
from boxtrail.reference import association


def boxes(truth: FloatArray, prediction: FloatArray) -> FloatArray:
    """Intersection over union of boxes ``x1, y1, x2, y2`` or ``cx, cy, w, h, angle``; 0 where both are points."""
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(association.similarity("iou", truth, prediction), nan=0.0)


def points(truth: FloatArray, prediction: FloatArray, zero_distance: float) -> FloatArray:
    """1 at distance 0, falling to 0 at ``zero_distance``."""
    difference = truth[:, np.newaxis] - prediction[np.newaxis]
    distance = np.sqrt(difference[..., 0] ** 2 + difference[..., 1] ** 2)
    return np.maximum(0.0, 1.0 - distance / zero_distance)


def masks(truth: list[Mask], prediction: list[Mask]) -> FloatArray:
    """Intersection over union of masks; 0 where both are empty."""
    first, second = [pixels(mask) for mask in truth], [pixels(mask) for mask in prediction]
    out = np.zeros((len(first), len(second)))
    for i, a in enumerate(first):
        for j, b in enumerate(second):
            if a.shape != b.shape:
                raise InvalidInputError(f"masks of {a.shape} and {b.shape} pixels cannot be compared")
            either = np.count_nonzero(a | b)
            out[i, j] = np.count_nonzero(a & b) / either if either else 0.0
    return out


__all__ = ["boxes", "masks", "points"]
