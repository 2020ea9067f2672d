"""Observation-centric momentum on the four corners of a box, so that a change of size counts too (HybridSORT, §3.3).

The direction of a corner is the sum of the unit vectors from where it was in each of the last Δt frames. An oriented
box moves the corners of the upright box around it, which do not depend on how it is coded.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.reference import association
from boxtrail.reference.observations import Observations, direction
from boxtrail.reference.oriented import bounds
from boxtrail.reference.warp import warp_direction

FloatArray: TypeAlias = NDArray[np.float64]

NUM_CORNERS = 4


def corners(box: FloatArray) -> FloatArray:
    """(4, 2) points (x, y) of a box (4,) or (5,): left-top, left-bottom, right-top, right-bottom."""
    x1, y1, x2, y2 = box.tolist() if len(box) == 4 else bounds(box.tolist())
    return np.array([(x1, y1), (x1, y2), (x2, y1), (x2, y2)])


def corner_directions(observations: Observations, box: FloatArray, age: int, delta_t: int) -> FloatArray:
    """(4, 2) directions (dy, dx) of the corners of a track that is seen at ``box``, before it is remembered.

    The sum runs over the boxes of the ages ``age − 1`` to ``age − delta_t``, or over the last one where there is none;
    zero before the first match. It is not brought to length 1, as in the authors' code.
    """
    total = np.zeros((NUM_CORNERS, 2))
    if observations.last is None:
        return total
    recent = [seen.box for seen in reversed(observations.recent) if age - delta_t <= seen.age < age]
    for earlier in recent or [observations.last]:
        for k, (start, end) in enumerate(zip(corners(earlier).tolist(), corners(box).tolist(), strict=True)):
            total[k] += direction(start, end)
    return total


def corner_momentum(
    directions: FloatArray,
    references: list[FloatArray | None],
    boxes: FloatArray,
    scores: FloatArray,
    inertia: float,
) -> FloatArray:
    """(N, M) sum of the OCM terms of the corners; 0 for a track without a reference.

    Args:
        directions: (N, 4, 2) directions (dy, dx) of the corners.
        references: N boxes that the directions start from.
        boxes: (M, 4) or (M, 5) detections in pixels.
        scores: (M,) in [0, 1].
        inertia: weight of one corner.
    """
    term = np.zeros((len(references), len(boxes)))
    if not term.size:
        return term
    known = np.array([reference is not None for reference in references])
    starts = np.array([np.zeros((NUM_CORNERS, 2)) if box is None else corners(box) for box in references])
    ends = np.array([corners(box) for box in boxes])
    for k in range(NUM_CORNERS):
        term = term + association.direction_consistency(
            directions[:, k], starts[:, k], ends[:, k], scores, inertia
        )
    return np.where(known[:, None], term, 0.0)


def warp_corner_directions(warp: FloatArray, directions: FloatArray) -> FloatArray:
    """(4, 2) directions turned with the camera, each as long as it was."""
    turned = []
    for vector in directions:
        length = math.sqrt(vector[0] * vector[0] + vector[1] * vector[1])
        turned.append(length * warp_direction(warp, vector))
    return np.array(turned)
