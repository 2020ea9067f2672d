"""State dicts, pickle and copies."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from boxtrail import create_tracker
from boxtrail.errors import StateError
from boxtrail.trackers import Tracker

Make = Callable[..., Tracker]


def rows(t: int) -> list[list[float]]:
    """Two walkers; the second hides now and then."""
    right, left = 100.0 + 3 * t, 400.0 - 2 * t
    people = [[right, 50.0, right + 40.0, 150.0, 0.9, 0.0], [left, 50.0, left + 40.0, 150.0, 0.8, 2.0]]
    return people[: 1 if t % 9 in (5, 6) else 2]


def advanced(tracker: Tracker, start: int, end: int) -> list[Any]:
    return [tracker.update(rows(t)).tolist() for t in range(start, end)]


def roundtrip_pickle(tracker: Tracker) -> Tracker:
    return pickle.loads(pickle.dumps(tracker))  # type: ignore[no-any-return]


@pytest.mark.parametrize("clone", [roundtrip_pickle, copy.deepcopy, copy.copy])
def test_a_copy_goes_on_with_the_same_output_and_apart_from_the_original(
    eager: Make, clone: Callable[[Tracker], Tracker]
) -> None:
    tracker = eager("1.5s", class_names={0: "person"}, frame_size=(640, 480))
    advanced(tracker, 0, 12)
    twin = clone(tracker)
    assert type(twin) is type(tracker)
    assert twin.backend == tracker.backend
    assert twin.options == tracker.options
    saved = json.dumps(tracker.state_dict())
    ahead = advanced(twin, 12, 30)
    assert json.dumps(tracker.state_dict()) == saved
    assert advanced(tracker, 12, 30) == ahead


def test_a_state_survives_json(eager: Make) -> None:
    tracker = eager()
    advanced(tracker, 0, 12)
    text = json.dumps(tracker.state_dict(), allow_nan=False)
    other = eager()
    other.load_state_dict(json.loads(text))
    assert advanced(other, 12, 30) == advanced(tracker, 12, 30)


@pytest.mark.parametrize("number", [np.float32(0.1), np.float64(0.1), np.int64(1), 1])
def test_a_state_survives_json_whatever_the_type_of_the_timestamp(make: Make, number: Any) -> None:
    tracker = make(variable_dt=True)
    tracker.update(rows(0), timestamp=number)
    assert json.loads(json.dumps(tracker.state_dict()))["timestamp"] == pytest.approx(float(number))


def test_an_oriented_state_survives(eager: Make) -> None:
    tracker, other = eager(), eager()
    for t in range(6):
        dets = [[100.0 + t, 100.0, 40.0, 20.0, 0.1 * t, 0.9, 0.0]]
        tracker.update(dets)
    other.load_state_dict(json.loads(json.dumps(tracker.state_dict())))
    assert other.update(dets).tolist() == tracker.update(dets).tolist()
    assert other.tracks[0].box.shape == (5,)


def test_time_and_dropped_boxes_are_part_of_the_state(make: Make) -> None:
    tracker, other = make(variable_dt=True), make(variable_dt=True)
    tracker.update([[1.0, 1.0, 1.0, 2.0, 0.9, 0.0]], timestamp=5.0)
    other.load_state_dict(tracker.state_dict())
    assert other.num_dropped == 1
    with pytest.raises(ValueError, match="does not come after"):
        other.update(rows(0), timestamp=4.0)


def test_a_state_does_not_change_when_the_tracker_goes_on(eager: Make) -> None:
    tracker = eager()
    advanced(tracker, 0, 8)
    state = tracker.state_dict()
    frozen = json.dumps(state)
    advanced(tracker, 8, 20)
    assert json.dumps(state) == frozen


def test_loading_replaces_what_was_there(eager: Make) -> None:
    tracker, fresh = eager(), eager()
    advanced(tracker, 0, 12)
    tracker.load_state_dict(fresh.state_dict())
    assert tracker.tracks == []
    assert advanced(tracker, 0, 6) == advanced(fresh, 0, 6)


def test_other_options_are_refused_unless_asked_for(make: Make) -> None:
    tracker, other = make(5), make(6)
    advanced(tracker, 0, 5)
    with pytest.raises(
        StateError, match=r"saved with (max_age|track_buffer|central_timeout)=5(\.0)?, this tracker has 6"
    ):
        other.load_state_dict(tracker.state_dict())
    other.load_state_dict(tracker.state_dict(), strict=False)
    assert len(other.tracks) == 2


def test_the_state_of_another_tracker_is_refused(backend: str) -> None:
    state = create_tracker("sort", backend).state_dict()
    with pytest.raises(StateError, match="is of 'sort', not of 'ocsort'"):
        create_tracker("ocsort", backend).load_state_dict(state)


def test_the_backend_is_no_part_of_the_state(name: str) -> None:
    states = []
    for backend in ("cpp", "python"):
        tracker = create_tracker(name, backend)
        advanced(tracker, 0, 3)
        states.append(tracker.state_dict())
    assert states[0].keys() == states[1].keys()
    assert "cpp" not in json.dumps(states[0])


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("is_obb", 1), ("timestamp", "now"), ("timestamp", True), ("embedding_width", 2.5), ("embedding_frame", None),
     ("num_dropped", [])],
)  # fmt: skip
def test_a_state_with_a_field_of_another_type_is_refused_and_changes_nothing(
    field: str, wrong: object
) -> None:
    tracker = create_tracker("bytetrack")
    tracker.update(np.array([[1, 2, 30, 40, 0.9, 0]]))
    before = tracker.state_dict()
    with pytest.raises(StateError, match=f"no saved tracker state: {field} is"):
        tracker.load_state_dict({**before, field: wrong})
    assert tracker.state_dict() == before
