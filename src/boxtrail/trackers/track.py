"""One live track, as a tracker shows it to whoever looks in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]

STATES = ("tentative", "confirmed", "lost")


@dataclass(frozen=True, slots=True)
class Track:
    """One live track.

    Attributes:
        id: from 1, unique within the tracker.
        state: ``"tentative"`` until first reported, ``"confirmed"``, or ``"lost"`` while unseen.
        age: frames since birth.
        hits: detections matched.
        misses: frames since it was last seen.
        conf: score of the last detection, in [0, 1].
        cls: class id of the last detection.
        box: where the tracker believes it is: (4,) ``x1, y1, x2, y2`` or (5,) ``cx, cy, w, h, angle`` in pixels.
        velocity: (2,) pixels a frame.
    """

    id: int
    state: str
    age: int
    hits: int
    misses: int
    conf: float
    cls: int
    box: FloatArray
    velocity: FloatArray

    @classmethod
    def from_row(cls, row: FloatArray) -> Track:
        """A row of a backend: id, status, age, hits, misses, score, label, box (4 or 5 numbers), vx, vy."""
        track_id, status, age, hits, misses, score, label = row[:7]
        return cls(
            id=int(track_id),
            state=STATES[int(status)],
            age=int(age),
            hits=int(hits),
            misses=int(misses),
            conf=float(score),
            cls=int(label),
            box=row[7:-2],
            velocity=row[-2:],
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values that fit JSON."""
        return {**asdict(self), "box": self.box.tolist(), "velocity": self.velocity.tolist()}
