"""Areas of shapes, and the area that two of them share."""

from __future__ import annotations

from typing import Any

import numpy as np

from boxtrail.errors import ConfigError
from boxtrail.io.formats.masks import run_lengths
from boxtrail.io.formats.rows import FloatArray, IntArray


def areas(kind: str, shapes: Any) -> FloatArray:
    """(N,) in pixels².

    Raises:
        ConfigError: for points, which have none.
    """
    if kind == "point":
        raise ConfigError("track mAP compares areas, which points do not have")
    if kind == "mask":
        return np.array([_mask_area(*mask) for mask in shapes], dtype=np.float64)
    if kind == "oriented":
        return np.asarray(shapes[:, 2] * shapes[:, 3])
    return np.asarray((shapes[:, 2] - shapes[:, 0]) * (shapes[:, 3] - shapes[:, 1]))


def shared_areas(
    kind: str, pairs: tuple[IntArray, IntArray, FloatArray], truth: Any, prediction: Any
) -> FloatArray:
    """(P,) in pixels², of pairs (rows of the truth, rows of the prediction, intersection over union)."""
    rows, columns, ious = pairs
    if kind == "box":
        size = np.minimum(truth[rows, 2:], prediction[columns, 2:]) - np.maximum(
            truth[rows, :2], prediction[columns, :2]
        )
        return np.asarray(size[:, 0] * size[:, 1])
    both = areas(kind, truth)[rows] + areas(kind, prediction)[columns]
    shared = np.asarray(ious / (1.0 + ious) * both)
    return np.rint(shared) if kind == "mask" else shared  # masks share whole pixels


def _mask_area(height: int, width: int, counts: Any) -> int:
    return sum(run_lengths(counts)[1::2])


__all__ = ["areas", "shared_areas"]
