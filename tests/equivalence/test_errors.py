"""Bad input: both backends say the same, and go on as if the bad call had not been made."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from boxtrail import BoxtrailError, create_tracker
from boxtrail.errors import ConfigError, StateError
from equivalence.agreement import both
from strategies import TRACKER_NAMES

pytestmark = pytest.mark.usefixtures("everyone_looks_alike")

GOOD = np.array([[0.0, 0.0, 20.0, 40.0, 0.9, 0.0], [50.0, 0.0, 70.0, 40.0, 0.8, 1.0]])
ORIENTED = np.array([[10.0, 20.0, 20.0, 40.0, 0.1, 0.9, 0.0]])


def with_value(row: int, column: int, value: float) -> np.ndarray[Any, Any]:
    rows = GOOD.copy()
    rows[row, column] = value
    return rows


BAD_CALLS: dict[str, dict[str, Any]] = {
    "nan": {"dets": with_value(1, 0, np.nan)},
    "infinity": {"dets": with_value(0, 3, np.inf)},
    "score above one": {"dets": with_value(1, 4, 1.01)},
    "negative score": {"dets": with_value(0, 4, -0.2)},
    "negative class": {"dets": with_value(0, 5, -1.0)},
    "half a class": {"dets": with_value(0, 5, 0.5)},
    "class beyond int64": {"dets": with_value(0, 5, 1e19)},
    "four columns": {"dets": GOOD[:, :4]},
    "one dimension": {"dets": GOOD[0]},
    "ragged": {"dets": [[0, 0, 1, 1, 0.5, 0], [1, 2]]},
    "text": {"dets": [["a", 0, 1, 1, 0.5, 0]]},
    "oriented instead": {"dets": ORIENTED},
    "an unknown object": {"dets": object()},
    "an unknown mapping": {"dets": {"boxes": GOOD[:, :4]}},
    "oriented rows as corners": {"dets": {"xyxy": ORIENTED[:, :5], "conf": [0.9]}},
    "corners as oriented rows": {"dets": {"xywhr": GOOD[:, :4], "conf": [0.9, 0.9]}},
    "a mapping without boxes": {"dets": {"xyxy": None, "conf": [0.9]}},
    "a ragged mapping": {"dets": {"xyxy": [[0, 0, 1, 1], [1]], "conf": [0.9, 0.8]}},
    "too few scores": {"dets": {"xyxy": GOOD[:, :4], "conf": [0.9]}},
    "a flat warp": {"dets": GOOD, "warp": np.zeros((2, 3))},
    "a warp of the wrong shape": {"dets": GOOD, "warp": np.eye(3)},
    "an infinite warp": {"dets": GOOD, "warp": np.array([[1.0, 0.0, np.inf], [0.0, 1.0, 0.0]])},
    "a warp of words": {"dets": GOOD, "warp": "left"},
    "too few embeddings": {"dets": GOOD, "embs": np.ones((1, 4))},
    "flat embeddings": {"dets": GOOD, "embs": np.ones(2)},
    "embeddings of no width": {"dets": GOOD, "embs": np.ones((2, 0))},
    "embeddings that are not finite": {"dets": GOOD, "embs": np.array([[1.0, 0.0], [np.nan, 1.0]])},
    "embeddings of words": {"dets": GOOD, "embs": [["a"], ["b"]]},
    "one embedding": {"dets": GOOD, "embs": 1.0},
    "too many masks": {"dets": GOOD, "masks": np.ones((3, 2, 2))},
    "too few names to carry": {"dets": GOOD, "carry": {"names": ["a"]}},
    "a list to carry": {"dets": GOOD, "carry": ["a", "b"]},
    "a frame of floats": {"dets": GOOD, "img": np.zeros((4, 4, 3))},
    "a frame of four channels": {"dets": GOOD, "img": np.zeros((4, 4, 4), np.uint8)},
    "a frame without pixels": {"dets": GOOD, "img": np.zeros((0, 4, 3), np.uint8)},
    "a frame of words": {"dets": GOOD, "img": "frame.jpg"},
    "no timestamp": {"dets": GOOD, "timestamp": None},
    "the same timestamp": {"dets": GOOD, "timestamp": 0.1},
    "an earlier timestamp": {"dets": GOOD, "timestamp": 0.05},
    "timestamp nan": {"dets": GOOD, "timestamp": np.nan},
    "a timestamp of words": {"dets": GOOD, "timestamp": "now"},
}


@pytest.mark.parametrize("case", BAD_CALLS)
@pytest.mark.parametrize("tracker", TRACKER_NAMES)
def test_a_bad_call_raises_the_same_and_changes_nothing(tracker: str, case: str) -> None:
    call = {"timestamp": 0.2, **BAD_CALLS[case]}
    said = []
    for running in both(tracker, variable_dt=True, frame_rate=10.0):
        undisturbed = create_tracker(tracker, running.backend, variable_dt=True, frame_rate=10.0)
        for one in (running, undisturbed):
            one.update(GOOD, timestamp=0.1)
        before = json.dumps(running.state_dict())
        with pytest.raises(BoxtrailError) as caught:
            running.update(**call)
        said.append((caught.type, str(caught.value)))
        assert isinstance(caught.value, ValueError)
        assert "\n" not in str(caught.value)
        assert json.dumps(running.state_dict()) == before
        expected = undisturbed.update(GOOD, timestamp=0.2)
        assert running.update(GOOD, timestamp=0.2).tolist() == expected.tolist()
    assert said[0] == said[1]


def edited(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    """Sets what lies at the end of the path."""

    def edit(state: dict[str, Any]) -> None:
        inner: Any = state
        for key in path[:-1]:
            inner = inner[key]
        if value is KeyError:
            del inner[path[-1]]
        else:
            inner[path[-1]] = value

    return edit


TRACK = ("stream", "collections", 0, "tracks", 0)
BROKEN_STATES = {
    "another version": edited("boxtrail_state", value=99),
    "another tracker": edited("tracker", value="another"),
    "no options": edited("options", value=None),
    "no stream": edited("stream", value=None),
    "no counter": edited("num_dropped", value="many"),
    "no frame": edited("stream", "frame", value=KeyError),
    "a frame of words": edited("stream", "frame", value="first"),
    "no tracks": edited("stream", "collections", 0, "tracks", value=None),
    "a track without hits": edited(*TRACK, "hits", value=KeyError),
    "hits of words": edited(*TRACK, "hits", value="many"),
    "a short position": edited(*TRACK, "state", "position", value=[1.0, 2.0]),
    "a short variance": edited(*TRACK, "state", "variance", value=[1.0]),
    "a short state": edited(*TRACK, "state", value=[1.0]),
    "upright boxes called oriented": edited("is_obb", value=True),
}


@pytest.mark.parametrize("case", BROKEN_STATES)
@pytest.mark.parametrize("tracker", TRACKER_NAMES)
def test_a_broken_state_is_refused_and_changes_nothing(tracker: str, case: str) -> None:
    if tracker == "sfsort" and case in ("a short position", "a short variance"):
        pytest.skip("the state of an SFSORT track is a box")
    for running in both(tracker):
        for _ in range(3):
            running.update(GOOD)
        state = json.loads(json.dumps(running.state_dict()))
        BROKEN_STATES[case](state)
        before = running.state_dict()
        with pytest.raises(StateError):
            running.load_state_dict(state)
        assert running.state_dict() == before


@pytest.mark.parametrize("state", [None, [], {}, {"boxtrail_state": 1}])
def test_what_is_no_state_is_refused(state: Any) -> None:
    for running in both("sort"):
        with pytest.raises(StateError):
            running.load_state_dict(state)


BAD_OPTIONS: list[dict[str, Any]] = [
    {"min_hits": "3"},
    {"min_hits": 2.5},
    {"min_hits": float("nan")},
    {"min_hits": float("inf")},
    {"min_hits": -1},
    {"min_hits": True},
    {"iou_threshold": "0.3"},
    {"iou_threshold": "0.3s"},
    {"iou_threshold": 1.5},
    {"iou_threshold": float("nan")},
    {"max_age": -1},
    {"max_age": "soon"},
    {"max_age": "-1s"},
    {"asso_func": "overlap"},
    {"asso_func": "centroid"},
    {"asso_func": "centroid", "frame_size": (0, 0)},
    {"frame_size": "wide"},
    {"frame_rate": 0.0},
    {"per_class": 1},
    {"buffer_ratio": -0.1},
]


@pytest.mark.parametrize("options", BAD_OPTIONS, ids=str)
def test_a_bad_option_is_refused_alike(options: dict[str, Any]) -> None:
    said = []
    for backend in ("cpp", "python"):
        with pytest.raises(ConfigError) as caught:
            create_tracker("sort", backend, **options)
        said.append(str(caught.value))
    assert said[0] == said[1]


@pytest.mark.parametrize("options", [{"min_hits": 3.0}, {"min_hits": np.int64(3)}, {"max_age": np.int64(3)}])
def test_a_whole_number_of_any_type_is_taken(options: dict[str, Any]) -> None:
    for running in both("sort", **options):
        assert len(running.update(GOOD)) == 2


HUGE = """
import numpy as np
from boxtrail import create_tracker
side = np.arange(40.0) * 5.0
rows = np.column_stack([side, 0 * side, side + 4.0, 0 * side + 4.0, 0 * side + 0.9, 0 * side])
tracker = create_tracker({tracker!r}, "cpp")
looks = {{"embs": np.ones((40, 4))}} if tracker.appearance == "needed" else {{}}
for _ in range(6):
    try:
        {call}
    except ValueError:
        pass
"""


@pytest.mark.parametrize("tracker", TRACKER_NAMES)
@pytest.mark.parametrize(
    "call",
    [
        "tracker.update(rows, warp=[[1e200, 0.0, 0.0], [0.0, 1e200, 0.0]], **looks)",
        "rows[:, :2] = -1e308; rows[:, 2:4] = 1e308; tracker.update(rows, **looks)",
        "tracker.update(rows * [1e160, 1.0, 1e160, 1e160, 1.0, 1.0], **looks)",
    ],
)
def test_numbers_at_the_end_of_the_range_do_not_crash(tracker: str, call: str) -> None:
    code = HUGE.format(tracker=tracker, call=call)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"exit code {done.returncode}: {done.stderr[-300:]}"


@pytest.mark.parametrize("tracker", TRACKER_NAMES)
def test_boxes_too_large_to_track_are_refused_before_anything_changes(tracker: str) -> None:
    for running in both(tracker):
        running.update(GOOD)
        before = running.state_dict()
        with pytest.raises(BoxtrailError):
            running.update(np.array([[-1e308, -1e308, 1e308, 1e308, 0.9, 0.0]] * 40))
        assert running.state_dict() == before
