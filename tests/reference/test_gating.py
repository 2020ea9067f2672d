"""The motion gate against the filter's own distance, pair by pair."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxtrail.reference.gating import CHI2_95, gating_distances
from boxtrail.reference.kalman import gating_distance, initiate, predict, to_box, update
from boxtrail.reference.motion_model import motion_model
from boxtrail.reference.oriented import align
from boxtrail.reference.warp import warp_state
from strategies import examples, free_boxes, warp

A, B = np.array([100.0, 200.0, 150.0, 300.0]), np.array([120.0, 210.0, 190.0, 320.0])


def test_the_distance_is_that_of_the_oracle() -> None:
    model = motion_model("XYAH")
    state = initiate(model, A)
    predict(model, state)
    assert gating_distances(model, [state], B[None])[0, 0] == pytest.approx(8.302382, abs=1e-6)


def test_the_gate_is_the_95_percent_quantile_of_chi_squared() -> None:
    stats = pytest.importorskip("scipy.stats")
    for degrees, gate in CHI2_95.items():
        assert gate == pytest.approx(stats.chi2.ppf(0.95, degrees), abs=1e-3)


@pytest.mark.parametrize("oriented", [False, True])
@given(seed=st.integers(0, 2**32 - 1), kind=st.sampled_from(("none", "shift", "zoom", "turn")))
@examples(30)
def test_every_pair_has_the_distance_of_the_filter(oriented: bool, seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    model = motion_model("XYWH" if oriented else "XYAH", oriented=oriented)
    boxes = free_boxes(rng, 5, oriented=oriented)
    states = [initiate(model, box) for box in boxes[:2]]
    for state in states:
        motion = warp(rng, kind)
        if motion is not None:
            warp_state(model, motion, state)
        predict(model, state)
        update(model, state, boxes[2])
        predict(model, state)
    distances = gating_distances(model, states, boxes)
    for i, state in enumerate(states):
        for j, box in enumerate(boxes):
            if oriented:
                box = np.array(align(box.tolist(), to_box(model, state).tolist()))
            assert distances[i, j] == gating_distance(model, state, box)


def test_no_tracks_or_no_boxes_have_no_distances() -> None:
    model = motion_model("XYAH")
    assert gating_distances(model, [], B[None]).shape == (0, 1)
    assert gating_distances(model, [initiate(model, A)], np.empty((0, 4))).shape == (1, 0)
