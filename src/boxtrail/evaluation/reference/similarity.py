"""How alike two shapes are, in [0, 1]: matrices (N, M)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError
from boxtrail.evaluation.rows import FloatArray, Mask
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


def pixels(mask: Mask) -> NDArray[np.bool_]:
    """(height, width), decoded.

    Raises:
        ValueError: if the runs do not fill the mask.
    """
    height, width, counts = mask
    runs = run_lengths(counts)
    if sum(runs) != height * width or min(runs, default=0) < 0:
        raise ValueError("runs of a mask do not fill its size")
    values = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return values.reshape(width, height).T


def run_lengths(counts: bytes | list[int]) -> list[int]:
    """Runs of 0 and 1 in turn, 0 first.

    COCO's text has numbers of five bits a character, the lowest first; from the third on, they are differences to the
    run before last.
    """
    if not isinstance(counts, bytes):
        return list(counts)
    runs: list[int] = []
    value = shift = 0
    for character in counts:
        bits = character - ord("0")
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = shift = 0
    return runs


__all__ = ["boxes", "masks", "pixels", "points", "run_lengths"]
