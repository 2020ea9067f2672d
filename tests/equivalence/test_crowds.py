"""Crowds in which most tracks overlap: the short cuts of the compiled boosted association change nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from equivalence.agreement import assert_backends_agree
from strategies import Frame, Scenario

BOOSTED: dict[str, tuple[str, dict[str, Any]]] = {
    "boosttrack": ("boosttrack", {"variant": "boosttrack"}),
    "boosttrack++": ("boosttrack", {"variant": "++"}),
    "occluboost": ("occluboost", {}),
}


def crowd(seed: int, size: float, *, frames: int = 14, count: int = 60) -> list[Frame]:
    """People who walk to and fro, some newborn and with gates as wide as the image, some missed, some unsure."""
    rng = np.random.default_rng(seed)
    corner, velocity = rng.uniform(0.0, 900.0, (count, 2)), rng.normal(0.0, 4.0, (count, 2))
    sides = size * rng.uniform(0.7, 1.4, (count, 1)) * np.array([[1.0, 2.2]])
    shown = []
    for t in range(frames):
        now = corner + t * velocity + rng.normal(0.0, 1.0, (count, 2))
        scores = rng.choice((0.2, 0.5, 0.65, 0.8, 0.95), count)
        rows = np.column_stack([now, now + sides, scores, np.zeros(count)])
        shown.append(Frame(np.ascontiguousarray(rng.permutation(rows[rng.random(count) < 0.85]))))
    return shown


@pytest.mark.parametrize("size", [25.0, 80.0, 200.0])
@pytest.mark.parametrize("kind", BOOSTED)
def test_a_crowd_is_tracked_alike(kind: str, size: float) -> None:
    name, options = BOOSTED[kind]
    for seed in (1, 2):
        assert_backends_agree(Scenario(name, {**options, "record": seed == 1}, crowd(seed, size)))
