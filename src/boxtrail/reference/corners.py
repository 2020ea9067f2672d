"""Where the four corners of a track were heading: they tell a change of size or shape from a move of the whole box.

Hybrid-SORT (Yang et al. 2024) and TrackTrack (Shim et al. 2025) compare the direction of each corner with the direction
from its last place to that of the detection.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.reference.observations import Observation, direction
from boxtrail.reference.oriented import rectangle_corners
from boxtrail.reference.warp import warp_box, warp_direction

FloatArray: TypeAlias = NDArray[np.float64]
Point: TypeAlias = tuple[float, float]

REACH = 3  # frames that a direction looks back


@dataclass(slots=True)
class CornerMotion:
    """The boxes of the last frames, the newest whenever it was, and per corner the sum of its unit directions (dy, dx).

    Corners in turn: upper left, upper right, lower right, lower left.
    """

    recent: list[Observation]
    directions: list[FloatArray]

    @classmethod
    def born(cls, box: FloatArray) -> CornerMotion:
        """A track that was seen once; its directions are zero."""
        return cls([Observation(0, box)], [np.zeros(2) for _ in range(4)])

    def observe(self, box: FloatArray, age: int, *, quirks: bool) -> None:
        """The track was seen at ``box`` at this age: directions from up to three frames before."""
        self.directions = [np.zeros(2) for _ in range(4)]
        for reach in range(1, REACH + 1):
            before = corners(self.reference(age, reach, quirks=quirks))
            if quirks:  # the authors' lower corners start from the height of the upper ones
                before = [before[0], before[1], (before[2][0], before[1][1]), (before[3][0], before[0][1])]
            for total, start, end in zip(self.directions, before, corners(box), strict=True):
                total += direction(start, end)
        self.recent = [seen for seen in self.recent if seen.age > age - REACH]
        self.recent.append(Observation(age, box))

    def reference(self, age: int, reach: int, *, quirks: bool) -> FloatArray:
        """The oldest box of the ages ``age − reach`` to ``age − 1``, else the newest one.

        With ``quirks`` the box exactly ``reach`` frames back or the newest: the authors' loop never tries another.
        """
        for seen in self.recent:
            if seen.age == age - reach or (age - reach < seen.age < age and not quirks):
                return seen.box
        return self.recent[-1].box

    def angle(self, box: FloatArray, age: int, *, quirks: bool) -> float:
        """Mean angle in [0, π] between where the corners were heading and where ``box`` has them; π/2 if unknown."""
        start, end = corners(self.reference(age, REACH, quirks=quirks)), corners(box)
        total = 0.0
        for heading, a, b in zip(self.directions, start, end, strict=True):
            dy, dx = direction(a, b).tolist()
            # A sum of three directions is longer than one: all that lies within a cone counts as straight on.
            cosine = float(heading[1]) * dx + float(heading[0]) * dy
            total += math.acos(min(max(cosine, -1.0), 1.0))
        return total / 4.0

    def warp(self, warp: FloatArray) -> None:
        """Move boxes and directions with the camera."""
        for seen in self.recent:
            seen.box = warp_box(warp, seen.box)
        for k, heading in enumerate(self.directions):
            dy, dx = heading.tolist()
            self.directions[k] = warp_direction(warp, heading) * math.sqrt(dx * dx + dy * dy)


def corners(box: FloatArray) -> list[Point]:
    """The four corners (x, y) of a box (4,) or (5,)."""
    if len(box) == 5:
        return rectangle_corners(box.tolist())
    x1, y1, x2, y2 = box.tolist()
    return [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
