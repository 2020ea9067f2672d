"""Random videos and options: the compiled trackers and the reference give the same tracks."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxtrail import create_tracker
from boxtrail.trackers import TRACKERS
from equivalence.agreement import (
    assert_backends_agree,
    assert_same_rows,
    assert_same_state,
    both,
    step,
)
from strategies import TRACKER_NAMES, Frame, Scenario, embeddings, examples, free_boxes, grid_boxes, scenarios

BACKENDS = ("cpp", "python")


@pytest.mark.parametrize("tracker", TRACKER_NAMES)
@given(data=st.data())
@examples(120)
def test_random_videos_give_the_same_tracks_in_both_languages(tracker: str, data: st.DataObject) -> None:
    assert_backends_agree(data.draw(scenarios(tracker)))


@pytest.mark.parametrize("oriented", [False, True])
@pytest.mark.parametrize("measure", ["iou", "hmiou", "biou"])
@pytest.mark.parametrize("tracker", TRACKER_NAMES)
def test_a_crowd_gives_the_same_tracks(tracker: str, measure: str, oriented: bool) -> None:
    # So many pairs that the compiled side goes through its grid, and so near that components are large.
    rng = np.random.default_rng(9)
    boxes = np.vstack([make(rng, 20, oriented=oriented) for make in (grid_boxes, free_boxes)])
    velocity = 4.0 * rng.integers(-1, 2, (len(boxes), 2))
    frames = []
    for t in range(6 if oriented else 15):
        now = boxes.copy()
        now[:, :2] += t * velocity
        if not oriented:
            now[:, 2:4] += t * velocity
        rows = np.column_stack([now, rng.choice((0.3, 0.75, 0.9), len(now)), np.zeros(len(now))])
        dets = rng.permutation(rows[rng.random(len(rows)) < 0.9])
        looks = None if TRACKERS[tracker].appearance == "unused" else embeddings(rng, dets)
        frames.append(Frame(dets, embs=looks))
    named = {"asso_func": measure} if "asso_func" in create_tracker(tracker).options else {}
    assert_backends_agree(Scenario(tracker, {**named, "record": True}, frames))


@pytest.mark.parametrize("tracker", TRACKER_NAMES)
@given(data=st.data())
@examples(25)
def test_a_state_saved_in_one_language_goes_on_in_the_other(tracker: str, data: st.DataObject) -> None:
    scenario = data.draw(scenarios(tracker, max_frames=16))
    cut = data.draw(st.integers(0, len(scenario.frames)))
    trackers = both(tracker, **scenario.options)
    for frame in scenario.frames[:cut]:
        for running in trackers:
            step(running, frame)
    texts = [json.dumps(running.state_dict()) for running in trackers]
    swapped = [create_tracker(tracker, backend, **scenario.options) for backend in reversed(BACKENDS)]
    for restored, text in zip(swapped, texts, strict=True):
        restored.load_state_dict(json.loads(text))
        assert_same_state(restored.state_dict(), json.loads(text))
    for frame in scenario.frames[cut:]:
        expected = step(trackers[0], frame)
        for restored in swapped:
            assert_same_rows(step(restored, frame), expected)


@pytest.mark.parametrize("tracker", TRACKER_NAMES)
@pytest.mark.parametrize("backend", BACKENDS)
@given(data=st.data())
@examples(10)
def test_a_restored_tracker_gives_every_bit_of_the_one_that_ran_through(
    tracker: str, backend: str, data: st.DataObject
) -> None:
    scenario = data.draw(scenarios(tracker, max_frames=16))
    cut = data.draw(st.integers(0, len(scenario.frames)))
    running, restored = (create_tracker(tracker, backend, **scenario.options) for _ in range(2))
    for frame in scenario.frames[:cut]:
        step(running, frame)
    restored.load_state_dict(json.loads(json.dumps(running.state_dict())))
    for frame in scenario.frames[cut:]:
        assert step(restored, frame).tolist() == step(running, frame).tolist()
    assert restored.state_dict() == running.state_dict()
