"""HybridSORT: the score's filter, the corners, and each trap of the authors' code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boxtrail import create_tracker
from boxtrail.reference.corner_momentum import corner_directions, corner_momentum, corners
from boxtrail.reference.feature_bank import FeatureBank
from boxtrail.reference.kalman import initiate, predict, update
from boxtrail.reference.motion_model import motion_model
from boxtrail.reference.observations import Observation, Observations
from boxtrail.reference.score_memory import ScoreMemory, predict_score, update_score

BACKENDS = ("cpp", "python")
BOX = [100.0, 100.0, 140.0, 200.0]


class NineDimensions:
    """The filter as published, K5: centre, area, score, ratio and four velocities, in dense matrices."""

    def __init__(self, z: list[float]) -> None:
        self.f = np.eye(9)
        for k in range(4):
            self.f[k, 5 + k] = 1.0
        self.h = np.eye(5, 9)
        self.x = np.array([*z, 0.0, 0.0, 0.0, 0.0])
        self.p = np.diag([10.0] * 5 + [1e4] * 4)
        self.q = np.diag([1.0] * 5 + [0.01, 0.01, 1e-4, 1e-4])
        self.r = np.diag([1.0, 1.0, 10.0, 10.0, 10.0])

    def predict(self) -> None:
        self.x, self.p = self.f @ self.x, self.f @ self.p @ self.f.T + self.q

    def update(self, z: list[float]) -> None:
        gain = self.p @ self.h.T @ np.linalg.inv(self.h @ self.p @ self.h.T + self.r)
        self.x = self.x + gain @ (np.array(z) - self.h @ self.x)
        self.p = (np.eye(9) - gain @ self.h) @ self.p


def test_box_filter_and_score_filter_together_are_the_nine_dimensional_one() -> None:
    rng = np.random.default_rng(4)
    model = motion_model("XYSR", aspect_epsilon=1e-6)
    box, score = np.array(BOX), 0.8
    state, memory = initiate(model, box), ScoreMemory.newborn(score)

    def z(box: Any, score: float) -> list[float]:
        w, h = box[2] - box[0], box[3] - box[1]
        return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, w * h, score, w / (h + 1e-6)]

    dense = NineDimensions(z(box, score))
    for step in range(20):
        predict(model, state)
        predict_score(memory.state, 1.0)
        dense.predict()
        if step % 4 != 3:
            box, score = box + rng.normal(2.0, 1.0, 4) * [1, 1, 1, 1], float(rng.uniform(0.1, 1.0))
            update(model, state, box)
            update_score(memory.state, score)
            dense.update(z(box, score))
        ours = [
            *state.mean[:3],
            memory.state.position,
            state.mean[3],
            *state.mean[4:7],
            memory.state.velocity,
        ]
        assert ours == pytest.approx(dense.x, rel=1e-9)
        assert memory.state.vv == pytest.approx(dense.p[8, 8], rel=1e-9)


def test_the_score_filter_by_hand() -> None:
    memory = ScoreMemory.newborn(0.5)
    predict_score(memory.state, 1.0)
    assert (memory.state.pp, memory.state.pv, memory.state.vv) == (10011.0, 1e4, 10000.0001)
    update_score(memory.state, 0.9)
    assert memory.state.position == pytest.approx(0.5 + 0.4 * 10011.0 / 10021.0)
    assert memory.state.velocity == pytest.approx(0.4 * 1e4 / 10021.0)


def test_the_two_predicted_scores_keep_to_their_bands() -> None:
    memory = ScoreMemory.newborn(0.3)
    assert memory.filtered(0.6) == 0.6
    assert memory.extrapolated(0.3, 0.6) == 0.3
    memory.previous = 0.5  # falling by 0.2 a frame: 0.1, and never less
    assert memory.extrapolated(0.3, 0.6) == pytest.approx(0.1)
    assert memory.extrapolated(0.25, 0.6) == pytest.approx(0.1)
    memory.previous = 0.1
    assert memory.extrapolated(0.5, 0.6) == 0.6
    memory.miss(observed=True)
    assert memory.previous is None
    assert memory.frozen is not None


def test_the_corners_directions_are_sums_and_not_brought_to_length_one() -> None:
    step = np.array([3.0, 4.0, 3.0, 4.0])
    memory = Observations.none()
    assert corner_directions(memory, np.array(BOX), 1, 3).tolist() == np.zeros((4, 2)).tolist()
    memory.recent = [Observation(age, np.array(BOX) + age * step) for age in (1, 2, 3)]
    memory.last = memory.recent[-1].box
    found = corner_directions(memory, np.array(BOX) + 4 * step, 4, 3)
    assert found == pytest.approx(np.full((4, 2), [2.4, 1.8]), abs=1e-6)  # three times (0.8, 0.6)
    assert corner_directions(memory, np.array(BOX) + 4 * step, 9, 3) == pytest.approx(
        np.full((4, 2), [0.8, 0.6]), abs=1e-6
    )


def test_a_growing_box_agrees_with_its_corners() -> None:
    outward = np.array([[-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]]) / np.sqrt(2.0)  # (dy, dx)
    grown, shrunk = np.array([[90.0, 90.0, 150.0, 210.0], [110.0, 110.0, 130.0, 190.0]])
    term = corner_momentum(
        outward[None], [np.array(BOX)], np.array([grown, shrunk]), np.array([1.0, 0.5]), 0.2
    )
    assert term == pytest.approx(np.array([[4 * 0.5 * 0.2, -4 * 0.5 * 0.2 * 0.5]]), abs=1e-3)
    assert corner_momentum(outward[None], [None], grown[None], np.ones(1), 0.2).tolist() == [[0.0]]


def test_an_oriented_box_has_the_corners_of_the_upright_one_around_it() -> None:
    assert corners(np.array([10.0, 20.0, 8.0, 4.0, np.pi / 2])) == pytest.approx(
        corners(np.array([8.0, 16.0, 12.0, 24.0]))
    )


def test_the_bank_forgets_the_oldest() -> None:
    bank = FeatureBank.empty()
    assert bank.mean() is None
    for look in ([1.0, 0.0], [0.0, 1.0], [0.0, 1.0]):
        bank.add(np.array(look, np.float32), 2)
    assert bank.mean() == pytest.approx([0.0, 1.0])
    assert bank.oldest == 1


def run(backend: str, frames: list[Any], looks: list[Any] | None = None, **options: Any) -> list[list[float]]:
    """(id, det_ind) rows of the last frame."""
    tracker = create_tracker("hybridsort", backend, min_hits=0, **options)
    for t, dets in enumerate(frames):
        tracks = tracker.update(dets, embs=None if looks is None else looks[t])
    return [[int(i), int(j)] for i, j in zip(tracks.id, tracks.det_ind, strict=True)]


def at(x: float, score: float) -> list[float]:
    return [100.0 + x, 100.0, 140.0 + x, 200.0, score, 0.0]


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_score_tells_apart_what_overlaps_alike(backend: str) -> None:
    # Two detections, 8 pixels left and right of the track: the one with the score it had.
    frames = [[at(0, 0.9)], [at(0, 0.9)], [at(-8, 0.65), at(8, 0.9)]]
    assert run(backend, frames)[0] == [1, 1]
    assert run(backend, frames, tcm_first_step_weight=0.0, inertia=0.0)[0] == [1, 0]


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_byte_gate_looks_at_the_adjusted_similarity_like_the_authors(backend: str) -> None:
    # Score 0.9, then 0.2: the linear prediction stays at 0.6, so 0.4 is taken off an overlap of about 0.6.
    frames = [[at(0, 0.9)], [at(0, 0.9)], [at(10, 0.2)]]
    assert run(backend, frames) == []
    assert run(backend, frames, tcm_byte_gate=False) == [[1, 0]]
    assert run(backend, frames, tcm_byte_step_weight=0.0) == [[1, 0]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_pair_that_looks_alike_needs_no_overlap(backend: str) -> None:
    far = [[at(0, 0.9)], [at(0, 0.9)], [at(60, 0.9)]]
    same, other = [[[1.0, 0.0]]] * 3, [[[1.0, 0.0]], [[1.0, 0.0]], [[0.0, 1.0]]]
    assert run(backend, far, same) == [[1, 0]]
    assert run(backend, far, same, with_longterm_reid_correction=False) == [[2, 0]]
    assert run(backend, far, other) == [[2, 0]]
    assert run(backend, far) == [[2, 0]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_unsure_pair_that_looks_different_is_refused(backend: str) -> None:
    frames = [[at(0, 0.9)], [at(0, 0.9)], [at(0, 0.5)]]
    looks = [[[1.0, 0.0]], [[1.0, 0.0]], [[0.0, 1.0]]]
    assert run(backend, frames, looks) == []
    assert run(backend, frames, looks, with_longterm_reid_correction=False) == [[1, 0]]
    missing = [[[1.0, 0.0]], [[1.0, 0.0]], [[0.0, 0.0]]]
    assert run(backend, frames, missing) == [[1, 0]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_distance_equal_to_the_threshold_still_looks_alike(backend: str) -> None:
    far, unsure = [[at(0, 0.9)], [at(0, 0.9)], [at(60, 0.9)]], [[at(0, 0.9)], [at(0, 0.9)], [at(0, 0.5)]]
    orthogonal = [[[1.0, 0.0]], [[1.0, 0.0]], [[0.0, 1.0]]]  # at a distance of exactly 1
    assert run(backend, far, orthogonal, longterm_reid_correction_thresh=1.0) == [[1, 0]]
    assert run(backend, far, orthogonal, longterm_reid_correction_thresh=0.999) == [[2, 0]]
    assert run(backend, unsure, orthogonal, longterm_reid_correction_thresh_low=1.0) == [[1, 0]]
    assert run(backend, unsure, orthogonal, longterm_reid_correction_thresh_low=0.999) == []


@pytest.mark.parametrize("backend", BACKENDS)
def test_only_the_first_association_changes_how_a_track_looks(backend: str) -> None:
    tracker = create_tracker("hybridsort", backend, with_longterm_reid_correction=False)
    for score, look in ((0.9, [1.0, 0.0]), (0.9, [1.0, 0.0]), (0.5, [0.6, 0.8])):
        tracker.update([at(0, score)], embs=[look])
    saved = tracker.state_dict()["stream"]["collections"][0]["tracks"][0]
    assert saved["hits"] == 2
    assert saved["embedding"] == [1.0, 0.0]


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_authors_leave_observations_where_they_were_when_the_camera_moves(backend: str) -> None:
    for moved, expected in ((True, [105.0, 97.0, 145.0, 197.0]), (False, BOX)):
        tracker = create_tracker("hybridsort", backend, warp_observations=moved)
        for _ in range(2):
            tracker.update([[*BOX, 0.9, 0.0]])
        tracker.update([], warp=[[1.0, 0.0, 5.0], [0.0, 1.0, -3.0]])
        saved = tracker.state_dict()["stream"]["collections"][0]["tracks"][0]
        assert saved["observations"]["last"] == pytest.approx(expected)
        assert tracker.tracks[0].box == pytest.approx([105.0, 97.0, 145.0, 197.0], abs=1e-3)
