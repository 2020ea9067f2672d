"""Observation-centric re-update and momentum, through OC-SORT, against the numbers of the authors' code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boxtrail import create_tracker
from boxtrail.reference.observations import Observation, Observations

SEEN = (True, True, True, False, False, True)


def row(t: int, shift: float = 0.0) -> list[float]:
    """The box moves 10 right and 4 down a frame."""
    return [100.0 + 10 * t + shift, 200.0 + 4 * t, 150.0 + 10 * t + shift, 300.0 + 4 * t, 1.0, 0.0]


def after_a_gap(backend: str, **options: Any) -> Any:
    """Seen in frames 0 to 2, hidden in 3 and 4, found in 5, six pixels too far right."""
    tracker = create_tracker("ocsort", backend, **options)
    for t, seen in enumerate(SEEN):
        tracker.update([row(t, 6.0 if t == 5 else 0.0)] if seen else [])
    return tracker


@pytest.mark.parametrize("backend", ["cpp", "python"])
@pytest.mark.parametrize(
    ("repeat", "x", "vx"), [(True, 180.843802, 11.515107), (False, 180.728245, 11.483363)]
)
def test_the_filter_is_replayed_over_a_gap(backend: str, repeat: bool, x: float, vx: float) -> None:
    track = after_a_gap(backend, oru_repeat_last=repeat).tracks[0]
    assert (track.box[0] + track.box[2]) / 2.0 == pytest.approx(x, abs=1e-6)
    assert track.velocity[0] == pytest.approx(vx, abs=1e-6)


@pytest.mark.parametrize("backend", ["cpp", "python"])
def test_the_direction_after_a_gap_comes_from_the_observation_before_it(backend: str) -> None:
    saved = after_a_gap(backend).state_dict()["stream"]["collections"][0]["tracks"][0]
    assert saved["observations"]["direction"] == pytest.approx([0.316228, 0.948683], abs=1e-6)
    assert saved["streak"] == 1
    assert saved["observations"]["frozen"] is None


@pytest.mark.parametrize("backend", ["cpp", "python"])
def test_a_track_missed_right_after_its_birth_is_not_replayed(backend: str) -> None:
    tracker = create_tracker("ocsort", backend)
    for dets in ([row(0)], [], []):
        tracker.update(dets)
    saved = tracker.state_dict()["stream"]["collections"][0]["tracks"][0]["observations"]
    assert (saved["last"], saved["frozen"], saved["gap"]) == (None, None, [])


def test_the_reference_is_the_oldest_box_within_reach_else_the_last() -> None:
    boxes = [np.array([float(age), 0.0, age + 1.0, 1.0]) for age in range(8)]
    memory = Observations.none()
    assert memory.reference(1, 3) is None
    memory.last, memory.recent = boxes[5], [Observation(age, boxes[age]) for age in (3, 4, 5)]
    assert memory.reference(6, 3) is boxes[3]
    assert memory.reference(7, 3) is boxes[4]
    assert memory.reference(9, 3) is boxes[5]
