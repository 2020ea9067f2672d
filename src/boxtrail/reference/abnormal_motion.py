"""Abnormal-motion suppression (OccluTrack): a box that jumps while it shrinks is half hidden, and its track follows it
only part of the way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]


def suppressed_gain(
    seen: Sequence[FloatArray], box: FloatArray, *, gain: float, jump: float, shrink: float
) -> float:
    """How far the mean of a track shall follow ``box``, in [0, 1]; 1 for oriented boxes.

    Args:
        seen: corners (4,) the track was matched with, the oldest first; at least two, else there is no norm.
        box: corners (4,) of the present match.
        gain: for a centre that jumps; the mean with 1 if the size does not, or the reverse.
        jump: a change is abnormal that exceeds the mean one by more than this share of it.
        shrink: nothing is abnormal unless the area is below this share of the mean area.
    """
    if len(box) == 5 or len(seen) < 2:
        return 1.0
    now, last, first = _centre_size(box), _centre_size(seen[-1]), _centre_size(seen[0])
    area = 0.0
    for old in seen:
        _, _, w, h = _centre_size(old)
        area += w * h
    if not now[2] * now[3] < shrink * (area / len(seen)):
        return 1.0
    total = 0.0
    for k in (0, 2):
        change = _length(now[k] - last[k], now[k + 1] - last[k + 1])
        usual = _length(last[k] - first[k], last[k + 1] - first[k + 1]) / (len(seen) - 1)
        total += 1.0 if max(0.0, change - usual) / max(usual, 1e-6) <= jump else gain
    return total / 2.0


def _centre_size(box: FloatArray) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = box.tolist()
    return (x1 + x2) / 2.0, (y1 + y2) / 2.0, x2 - x1, y2 - y1


def _length(x: float, y: float) -> float:
    return math.sqrt(x * x + y * y)
