"""The size of the frames, where a tracker asks for it: told, learned from the first frame, or in a saved state."""

from __future__ import annotations

import json
import pickle
from typing import Any

import numpy as np
import pytest

from boxtrail import create_tracker
from boxtrail.trackers import TRACKERS

SIZE = (200, 100)
FRAME = np.zeros((100, 200, 3), np.uint8)
OTHER = np.zeros((1000, 2000, 3), np.uint8)
ASKING = [name for name, kind in TRACKERS.items() if kind.uses_frame_size]
LOST_AT_THE_EDGE = {"central_timeout": 10, "marginal_timeout": 2}


def walk(tracker: Any, *, image: Any = None, seen: tuple[int, ...] = (0, 1, 2, 7)) -> list[int]:
    """Ids of a walker at the left edge who is not seen in frames 3 to 6."""
    found = []
    for frame in range(max(seen) + 1):
        box = [[2.0, 40.0, 12.0, 60.0, 0.9, 0.0]] if frame in seen else []
        found += tracker.update(box, image).id.astype(int).tolist()
    return found


@pytest.fixture(params=["cpp", "python"])
def options(request: pytest.FixtureRequest) -> dict[str, Any]:
    return {"backend": request.param, **LOST_AT_THE_EDGE}


def test_some_tracker_asks_for_it() -> None:
    assert ASKING == ["sfsort"]


def test_it_is_learned_from_the_first_frame_shown(options: dict[str, Any]) -> None:
    told = create_tracker("sfsort", frame_size=SIZE, **options)
    assert walk(create_tracker("sfsort", **options), image=FRAME) == walk(told) == [1, 1, 1, 2]
    assert walk(create_tracker("sfsort", **options)) == [1, 1, 1, 1]  # nobody knows where the edge is


def test_what_is_told_wins_over_what_is_shown(options: dict[str, Any]) -> None:
    far = create_tracker(
        "sfsort", frame_size=(2, 2), **{**options, "central_timeout": 2, "marginal_timeout": 10}
    )
    assert walk(far, image=OTHER) == [1, 1, 1, 1]


def test_a_frame_in_the_middle_of_a_stream_is_not_too_late(options: dict[str, Any]) -> None:
    tracker = create_tracker("sfsort", **options)
    assert walk(tracker, seen=(0, 1)) == [1, 1]
    assert walk(tracker, image=FRAME) == [1, 1, 1, 2]


def test_it_is_forgotten_by_a_reset(options: dict[str, Any]) -> None:
    tracker = create_tracker("sfsort", **options)
    walk(tracker, image=FRAME)
    tracker.reset()
    assert walk(tracker) == [1, 1, 1, 1]
    tracker.reset()
    assert walk(tracker, image=FRAME) == [1, 1, 1, 2]


def test_it_is_part_of_the_state(options: dict[str, Any]) -> None:
    tracker = create_tracker("sfsort", **options)
    walk(tracker, image=FRAME, seen=(0,))
    other = create_tracker("sfsort", **options)
    other.load_state_dict(json.loads(json.dumps(tracker.state_dict())))
    copied = pickle.loads(pickle.dumps(tracker))
    assert walk(other) == walk(copied) == walk(tracker) == [1, 1, 1, 2]


def test_oriented_boxes_that_come_after_the_first_frame_keep_it(options: dict[str, Any]) -> None:
    tracker = create_tracker("sfsort", **options)
    tracker.update([], FRAME)
    found = []
    for frame in range(8):
        box = [[7.0, 50.0, 10.0, 20.0, 0.0, 0.9, 0.0]] if frame in (0, 1, 2, 7) else []
        found += tracker.update(box).id.astype(int).tolist()
    assert found == [1, 1, 1, 2]
