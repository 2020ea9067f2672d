"""Score boosts and BoostTrack's terms against numbers worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from boxtrail.detections import Detections
from boxtrail.reference.boosted_association import BoostedWeights, appearance_memory, associate_boosted
from boxtrail.reference.boosting import (
    GATE,
    Boosts,
    Predicted,
    boosted_scores,
    distance_similarity,
    predicted,
    shape_similarity,
    soft_biou,
    squared_distances,
    track_confidence,
)
from boxtrail.reference.kalman import initiate, predict, update
from boxtrail.reference.motion_model import motion_model

A, B = np.array([[100.0, 200.0, 150.0, 300.0]]), np.array([[120.0, 210.0, 190.0, 320.0]])
MODEL = motion_model("XYHR", aspect_epsilon=1e-6)
BOOSTS = Boosts(0.6, True, False, 0.65, False, False, False, 0.0075, False)
WEIGHTS = BoostedWeights(0.3, 0.5, 0.25, 0.25, 3.0, False)


class Stub:
    """As much of a track as the boosts look at: sharp about where ``box`` is."""

    def __init__(self, box: Any, age: int = 20, misses: int = 1) -> None:
        self.state = initiate(MODEL, np.array(box, dtype=float))
        self.state.covariance = np.diag([4.0, 4.0, 4.0, 1e-4, 1.0, 1.0, 1.0, 1.0])
        self.age, self.misses = age, misses


def expect(*boxes: Any, **life: int) -> Predicted:
    return predicted(MODEL, [Stub(box, **life) for box in boxes])


def see(*rows: Any) -> Detections:
    return Detections.from_array(np.array([[*row, 0.0] for row in rows], dtype=float).reshape(-1, 6))


def test_trust_grows_over_seven_frames_and_shrinks_while_unseen() -> None:
    assert track_confidence(1, 1) == pytest.approx(0.9**6)
    assert track_confidence(6, 1) == pytest.approx(0.9)
    assert track_confidence(7, 1) == 1.0
    assert track_confidence(30, 3) == pytest.approx(0.81)
    assert track_confidence(3, 3) == pytest.approx(0.9**4)  # young: age alone


def test_the_filter_follows_the_authors_constants() -> None:
    state = initiate(MODEL, A[0])
    predict(MODEL, state)
    assert np.diag(state.covariance)[:4] == pytest.approx([10011.0] * 4)
    z = np.array([155.0, 265.0, 110.0, 70.0 / 110.0])
    by_hand = ((z - state.mean[:4]) ** 2 / 10011.0).sum()
    stub = Stub(A[0])
    stub.state = state
    distance = squared_distances(MODEL, predicted(MODEL, [stub]), B)[0, 0]
    assert distance == pytest.approx(by_hand)
    assert distance == pytest.approx(0.122367, abs=1e-6)  # the diagonal alone, without measurement noise
    update(MODEL, state, B[0])
    assert state.mean == pytest.approx(
        [154.997004, 264.998502, 109.990021, 0.636363, 29.964043, 14.982022, 9.979044, 0.136214], abs=1e-6
    )


def test_the_second_fraction_of_the_shape_has_the_width_unless_asked_otherwise() -> None:
    # |Δw| = 20 of 70, |Δh| = 10 of 70 by width, of 110 by height.
    assert shape_similarity(A, B, by_height=False)[0, 0] == pytest.approx(math.exp(-30.0 / 70.0))
    assert shape_similarity(A, B, by_height=False)[0, 0] == pytest.approx(0.651439058, abs=1e-9)
    assert shape_similarity(A, B, by_height=True)[0, 0] == pytest.approx(0.686174455, abs=1e-9)


def test_boxes_of_little_trust_grow_before_they_are_compared() -> None:
    assert soft_biou(A, B, np.array([0.9]))[0, 0] == pytest.approx(0.299155037, abs=1e-9)
    assert soft_biou(A, B, np.array([1.0]))[0, 0] == pytest.approx(0.27)


def test_a_detection_beyond_the_gate_counts_as_one_at_the_gate() -> None:
    similarity = distance_similarity(np.array([[GATE - 1.0, GATE, GATE + 1.0, 99.0]]))
    total = math.e + 1.0 + 2.0  # e¹, e⁰ at the gate, and two beyond it
    assert similarity[0].tolist() == pytest.approx([math.e / total, 1.0 / total, 0.0, 0.0])


def test_an_unsure_detection_on_a_track_is_lifted_by_the_overlap() -> None:
    tracks = expect([0, 0, 40, 100])
    scores = boosted_scores(MODEL, tracks, see([0, 0, 40, 100, 0.2], [0, 0, 40, 50, 0.4]), BOOSTS, 2)
    assert scores.tolist() == pytest.approx([0.65, 0.4])  # 0.65 · 0.5 is less than 0.4


def test_a_soft_boost_moves_a_part_of_the_way() -> None:
    tracks = expect([0, 0, 40, 100])
    scores = boosted_scores(MODEL, tracks, see([0, 0, 40, 81, 0.5]), replace(BOOSTS, use_sb=True), 2)
    assert scores[0] == pytest.approx(0.65 * 0.5 + 0.35 * 0.81**1.5)


@pytest.mark.parametrize(("misses", "lifted"), [(1, False), (11, False), (12, True), (40, True)])
def test_a_track_unseen_for_longer_asks_for_less(misses: int, lifted: bool) -> None:
    # IoU 0.87; asked for 0.95 − 0.0075 · (misses − 1): 0.875 at eleven, 0.8675 at twelve.
    tracks = expect([0, 0, 40, 100], misses=misses)
    scores = boosted_scores(MODEL, tracks, see([0, 0, 40, 87, 0.1]), replace(BOOSTS, use_vt=True), 2)
    assert scores[0] == pytest.approx(0.6 + 1e-5 if lifted else 0.1)


def test_boxmots_slope_asks_for_the_least_after_one_miss() -> None:
    tracks, dets = expect([0, 0, 40, 100], misses=2), see([0, 0, 40, 87, 0.1])
    assert boosted_scores(MODEL, tracks, dets, replace(BOOSTS, use_vt=True), 2)[0] == 0.1
    boxmot = replace(BOOSTS, use_vt=True, vt_slope=1.0)
    assert boosted_scores(MODEL, tracks, dets, boxmot, 2)[0] == pytest.approx(0.6 + 1e-5)


def test_the_best_of_overlapping_detections_far_from_every_track_is_new() -> None:
    tracks = expect([0, 0, 40, 100])
    dets = see(
        [500, 0, 540, 100, 0.3], [505, 0, 545, 100, 0.4], [900, 0, 940, 100, 0.2], [0, 0, 40, 100, 0.1]
    )
    boosts = replace(BOOSTS, use_dlo_boost=False, use_duo_boost=True)
    assert boosted_scores(MODEL, tracks, dets, boosts, 2).tolist() == pytest.approx(
        [0.3, 0.6001, 0.6001, 0.1]
    )
    assert boosted_scores(MODEL, tracks, dets, boosts, 1).tolist() == [0.3, 0.4, 0.2, 0.1]  # not in frame 1


def test_without_tracks_nothing_is_boosted() -> None:
    boosts = replace(BOOSTS, use_duo_boost=True)
    assert boosted_scores(MODEL, expect(), see([0, 0, 40, 100, 0.2]), boosts, 5).tolist() == [0.2]


def associate(tracks: Predicted, dets: Detections, cosines: Any = None) -> list[tuple[int, int]]:
    return associate_boosted(MODEL, tracks, dets, dets.scores, cosines, WEIGHTS)[1]


def test_the_shape_decides_between_equal_overlaps() -> None:
    # Both detections overlap the track by half: one is as wide and as high as it, the other half as high.
    tracks, dets = expect([0, 0, 40, 100]), see([0, 0, 40, 50, 0.9], [0, 33.333333, 40, 133.333333, 0.9])
    assert associate(tracks, dets) == [(0, 1)]


def test_a_sure_appearance_makes_half_the_overlap_enough() -> None:
    tracks, dets = expect([0, 0, 40, 100]), see([0, 65, 40, 165, 0.9])  # IoU 35 / 165 = 0.21
    assert associate(tracks, dets) == []
    assert associate(tracks, dets, np.array([[0.74]])) == []
    assert associate(tracks, dets, np.array([[0.75]])) == [(0, 0)]
    assert associate(tracks, see([0, 80, 40, 180, 0.9]), np.array([[1.0]])) == []  # IoU 0.11


def test_a_sure_detection_changes_the_embedding_most() -> None:
    assert appearance_memory(1.0, 0.6) == pytest.approx(0.95)
    assert appearance_memory(0.6, 0.6) == pytest.approx(1.0)
    assert appearance_memory(1.0, 1.0) == 0.95
