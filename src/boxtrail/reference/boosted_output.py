"""What BoostTrack's family reports of a track: which score, and which boxes."""

from __future__ import annotations

from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.reference.boosting import track_confidence

FloatArray: TypeAlias = NDArray[np.float64]


class ScoredTrack(Protocol):
    """A track just matched or born."""

    score: float  # of the detection
    age: int
    misses: int


def report_score(kind: str, track: ScoredTrack, boosted: float) -> float:
    """The score in [0, 1] that is reported of a track: that of its ``"detection"``, the ``"boosted"`` one, or the
    confidence of the ``"track"``, which the authors print.
    """
    if kind == "boosted":
        return min(boosted, 1.0)
    if kind == "track":
        return min(track_confidence(track.age, track.misses), 1.0)
    return track.score


def is_shaped(box: FloatArray, min_area: float, max_ratio: float) -> bool:
    """Whether a box has more than ``min_area`` square pixels and is no wider than ``max_ratio`` times its height; 0
    allows any. An oriented box has no width to speak of, so its ratio is not asked for.
    """
    if len(box) == 5:
        return min_area == 0.0 or float(box[2] * box[3]) > min_area
    w, h = float(box[2] - box[0]), float(box[3] - box[1])
    return (min_area == 0.0 or w * h > min_area) and (max_ratio == 0.0 or w <= max_ratio * h)
