"""Who walks through the demo: looks, heights and ways across the plaza, all drawn from one seed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from boxtrail.demo.figure import Looks
from boxtrail.demo.textures import CLOTH_PATTERNS, Colour

_SKINS: tuple[Colour, ...] = ((172, 200, 238), (140, 172, 222), (100, 134, 190), (70, 98, 150), (52, 72, 112))
_HAIRS: tuple[Colour, ...] = (
    (28, 32, 40),
    (38, 58, 86),
    (66, 112, 168),
    (120, 176, 214),
    (150, 152, 156),
    (40, 66, 136),
)
_TOPS: tuple[Colour, ...] = (
    (62, 58, 190), (176, 108, 46), (84, 132, 52), (54, 178, 226), (128, 62, 122), (196, 184, 176),
    (64, 60, 58), (60, 112, 214), (160, 152, 60), (96, 40, 150), (38, 74, 128), (210, 200, 224),
)  # fmt: skip
_ACCENTS: tuple[Colour, ...] = ((226, 232, 236), (48, 44, 50), (70, 190, 230), (150, 84, 40), (80, 70, 190))
_TROUSERS: tuple[Colour, ...] = ((98, 66, 42), (60, 58, 56), (44, 42, 48), (40, 52, 70), (120, 82, 48))
_SHOES: tuple[Colour, ...] = ((42, 44, 48), (212, 216, 218), (44, 66, 104), (52, 50, 150))


_INTERVAL = 1.9  # seconds from one entrance to the next
# Depth in metres and direction, in order of entrance. Far people walk left and near ones right, so that most meetings
# hide only a part of someone; the middle lanes bring the close ones, and the column hides whoever passes behind it.
_LANES = ((8.0, 1), (14.6, -1), (11.2, 1), (13.2, -1), (9.3, 1), (10.3, -1), (14.9, -1), (12.2, -1))


@dataclass(frozen=True, slots=True)
class Walker:
    """One person's way: from ``start`` to ``end`` on the ground at a steady pace, perhaps with one rest."""

    person_id: int  # from 1
    looks: Looks
    height: float  # metres
    start: tuple[float, float]  # x and depth, metres
    end: tuple[float, float]
    enters: float  # seconds
    pace: float  # metres a second
    phase: float  # radians of the stride at the start
    rest_at: float  # metres walked before the rest
    rest: float  # seconds of standing, 0 for none

    @property
    def direction(self) -> int:
        """1 for walking to the right of the picture, -1 to the left."""
        return 1 if self.end[0] > self.start[0] else -1

    @property
    def distance(self) -> float:
        """Metres of the whole way."""
        return math.dist(self.start, self.end)

    def walked(self, seconds: float) -> float:
        """Metres behind the walker ``seconds`` after the film began; negative before the entrance."""
        free = (seconds - self.enters) * self.pace
        if free <= self.rest_at:
            return free
        return max(self.rest_at, free - self.rest * self.pace)

    def swing(self, seconds: float) -> float:
        """1 while walking, easing to 0 for standing still and back within a third of a second."""
        if self.rest <= 0.0:
            return 1.0
        begin = self.enters + self.rest_at / self.pace
        into, out = seconds - begin, begin + self.rest - seconds
        return float(1.0 - np.clip(min(into, out) / 0.33, 0.0, 1.0))

    def position(self, seconds: float) -> tuple[float, float] | None:
        """Ground position ``x, depth`` in metres; None before the entrance and after the exit."""
        share = self.walked(seconds) / self.distance
        if not 0.0 <= share <= 1.0:
            return None
        (x0, depth0), (x1, depth1) = self.start, self.end
        return x0 + (x1 - x0) * share, depth0 + (depth1 - depth0) * share


def _looks(rng: np.random.Generator, number: int) -> Looks:
    def pick(colours: tuple[Colour, ...]) -> Colour:
        return colours[int(rng.integers(len(colours)))]

    pattern = CLOTH_PATTERNS[int(rng.integers(len(CLOTH_PATTERNS)))]
    return Looks(
        skin=pick(_SKINS),
        hair=pick(_HAIRS),
        top=_TOPS[number % len(_TOPS)],
        accent=pick(_ACCENTS),
        pattern=pattern,
        trousers=pick(_TROUSERS),
        shoes=pick(_SHOES),
        girth=float(rng.uniform(0.9, 1.15)),
        coat=bool(rng.random() < 0.25),
        bag=("", "", "backpack", "shoulder")[int(rng.integers(4))],
        hat=bool(rng.random() < 0.25),
        bag_colour=pick(_TOPS),
    )


def cast_walkers(rng: np.random.Generator, seconds: float, aspect: float) -> tuple[Walker, ...]:
    """People for a film of ``seconds``: one enters every _INTERVAL seconds, on lanes from near to far, both ways.

    ``aspect`` is the picture's width over its height; ways begin and end just outside the picture. The
    film opens with an empty plaza for one second.
    """
    walkers = []
    count = max(2, round((seconds - 3.0) / _INTERVAL))
    for number in range(count):
        lane, direction = _LANES[number % len(_LANES)]
        depth = lane + rng.uniform(-0.2, 0.2)
        drift = rng.uniform(-0.4, 0.4)
        edge, far_edge = (_edge(value, aspect) for value in (depth, depth + drift))
        pace = float(rng.uniform(1.45, 1.85))
        rests = number % 6 == 4
        walkers.append(
            Walker(
                person_id=number + 1,
                looks=_looks(rng, number),
                height=float(rng.uniform(1.6, 1.88)),
                start=(-direction * edge, depth),
                end=(direction * far_edge, depth + drift),
                enters=1.0 + _INTERVAL * number + float(rng.uniform(-0.4, 0.4)) * (number > 0),
                pace=pace,
                phase=float(rng.uniform(0.0, 2.0 * math.pi)),
                rest_at=float(rng.uniform(0.4, 0.55)) * 2 * edge,
                rest=1.6 if rests else 0.0,
            )
        )
    return tuple(walkers)


def _edge(depth: float, aspect: float) -> float:
    """Half the width of what the plaza camera sees at ``depth``, and half a stride more, in metres."""
    return depth * 720.0 * aspect / (2.0 * 900.0) + 0.6
