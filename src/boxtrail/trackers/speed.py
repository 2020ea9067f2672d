"""How fast trackers are, in three words."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

SpeedClass: TypeAlias = Literal["fastest", "fast", "moderate"]

# Time of one update over ByteTrack's, at 100 objects and without embeddings, up to and including:
# measured with benchmarks/bench_update.py, which names the class of what it measures.
SPEED_CLASSES: dict[SpeedClass, float] = {"fastest": 1.25, "fast": 2.5, "moderate": math.inf}


def speed_class(ratio: float) -> SpeedClass:
    """The class of a tracker that takes ``ratio`` times as long as ByteTrack."""
    return next(name for name, highest in SPEED_CLASSES.items() if ratio <= highest)
