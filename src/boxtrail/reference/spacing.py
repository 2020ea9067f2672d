"""Detections that do not lie on one another: non-maximum suppression, also beside boxes that are there already.

The same rule thins out what a detector gives twice and keeps newborn tracks off those that hide behind others
(occlusion-aware initialisation, Stadler & Beyerer 2023; track-aware initialisation, Shim et al. 2025).
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.reference import association

FloatArray: TypeAlias = NDArray[np.float64]


def spaced(boxes: FloatArray, scores: FloatArray, taken: FloatArray, max_iou: float) -> list[int]:
    """Indices of the boxes, best score first, whose IoU with every taken and every kept one is at most ``max_iou``.

    Args:
        boxes: (N, 4) corners or (N, 5) oriented, pixels.
        scores: (N,), higher goes first, among equals the lower index.
        taken: (K, 4) or (K, 5) boxes that are there whatever the scores.
        max_iou: in [0, 1].

    Returns:
        Indices, ascending.
    """
    nearest = association.similarity("iou", boxes, taken).max(axis=1, initial=0.0)
    overlap = association.similarity("iou", boxes, boxes)
    kept: list[int] = []
    for j in np.argsort(-scores, kind="stable").tolist():
        if nearest[j] <= max_iou and all(overlap[j, other] <= max_iou for other in kept):
            kept.append(j)
    return sorted(kept)
