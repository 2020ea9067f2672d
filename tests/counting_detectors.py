"""Detectors that know how many images they were shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmark_folders import find_squares
from boxtrail.errors import DetectorError


class Counting:
    """A detector that counts the images it was shown; ``die_at`` makes it fail there once."""

    names = {0: "person"}  # noqa: RUF012

    def __init__(self, die_at: int | None = None, *, key: str = "squares") -> None:
        self.shown = 0
        self.die_at = die_at
        self.cache_key = key

    def __call__(self, image: Any) -> Any:
        if self.shown == self.die_at:
            self.die_at = None
            raise DetectorError("out of memory")
        self.shown += 1
        return find_squares(image)


class Remembering(Counting):
    """The same as a detector that looks back: it reports how many images it was shown since the reset."""

    def __call__(self, images: Sequence[Any], frame_indices: Sequence[int] | None = None) -> list[Any]:
        found = []
        for image in images:
            rows = np.array(super().__call__(image)).reshape(-1, 6)
            self.since += 1
            rows[:, 4] = self.since / 1000
            found.append(rows)
        return found

    def reset(self) -> None:
        self.since = 0
