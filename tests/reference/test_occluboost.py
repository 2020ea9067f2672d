"""OccluBoost step by step, against numbers worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boxtrail import create_tracker
from boxtrail.reference.abnormal_motion import suppressed_gain
from boxtrail.trackers import Tracker

NORMS = {"gain": 0.4, "jump": 0.5, "shrink": 0.75}
RED, BLUE = [1.0, 0.0], [0.0, 1.0]


def make(**options: Any) -> Tracker:
    return create_tracker("occluboost", "python", **options)


def person(x: float = 100.0, score: float = 0.9, label: int = 0) -> list[float]:
    return [x, 50.0, x + 40.0, 150.0, score, label]


def walk(*boxes: tuple[float, float, float, float]) -> list[np.ndarray]:
    return [np.array(box) for box in boxes]


STEADY = walk((0, 0, 40, 100), (2, 0, 42, 100), (4, 0, 44, 100))  # 2 px a frame, no change of size


def test_a_box_that_jumps_while_it_shrinks_is_followed_part_of_the_way() -> None:
    # Half the height: area ½ < 0.75. The centre jumps by 25, the usual is 2; the size by 50, the usual is 0.
    assert suppressed_gain(STEADY, np.array([6.0, 0.0, 46.0, 50.0]), **NORMS) == pytest.approx(0.4)


def test_a_box_that_jumps_at_full_size_is_followed_wholly() -> None:
    assert suppressed_gain(STEADY, np.array([60.0, 0.0, 100.0, 100.0]), **NORMS) == 1.0


def test_a_steady_centre_counts_for_half() -> None:
    # The centre moves by 3, half as much again as usual and no more; the size jumps.
    shrunk = np.array([10.0, 25.0, 44.0, 75.0])  # centre (27, 50) after (24, 50)
    assert suppressed_gain(STEADY, shrunk, **NORMS) == pytest.approx((1.0 + 0.4) / 2.0)


def test_one_box_is_no_norm() -> None:
    assert suppressed_gain(STEADY[:1], np.array([60.0, 0.0, 70.0, 10.0]), **NORMS) == 1.0


def test_a_sure_newcomer_is_reported_at_its_second_detection() -> None:
    tracker = make()
    tracker.update([])
    tracker.update([])
    assert [bool(len(tracker.update([person(score=0.9)]))) for _ in range(3)] == [False, True, True]


def test_an_unsure_newcomer_has_to_be_seen_three_times() -> None:
    tracker = make(new_track_thresh=0.6, instant_confirm_thresh=0.95)
    tracker.update([])
    tracker.update([])
    assert [bool(len(tracker.update([person(score=0.9)]))) for _ in range(4)] == [False, False, True, True]


def test_a_tentative_track_goes_sooner_than_one_that_counts() -> None:
    for score, alive in ((0.9, True), (0.72, False)):
        tracker = make(instant_confirm_thresh=0.8, tentative_max_age=3, max_age=30)
        tracker.update([person(score=score)])
        for _ in range(4):
            tracker.update([])
        assert bool(tracker.tracks) is alive


def test_a_detection_between_the_thresholds_starts_no_track() -> None:
    tracker = make()
    tracker.update([person(score=0.65)])
    assert tracker.tracks == []


def seen_for(tracker: Tracker, frames: int, score: float = 0.9) -> None:
    for _ in range(frames):
        tracker.update([person(score=score)])


def test_an_unsure_detection_keeps_a_track_going() -> None:
    tracker = make(use_dlo_boost=False)
    seen_for(tracker, 5)
    assert tracker.update([person(score=0.3)]).id.tolist() == [1]
    assert tracker.update([person(score=0.05)]).id.tolist() == []


@pytest.mark.parametrize(("after_gap", "found"), [(True, True), (False, False)])
def test_the_second_pass_reaches_over_a_gap_unless_it_is_boxmots(after_gap: bool, found: bool) -> None:
    tracker = make(use_dlo_boost=False, second_pass_max_age=3, second_pass_after_gap=after_gap)
    seen_for(tracker, 5)
    tracker.update([])
    assert bool(len(tracker.update([person(score=0.3)]))) is found


def test_the_second_pass_asks_how_long_the_track_was_seen_before_the_gap() -> None:
    tracker = make(use_dlo_boost=False, second_pass_min_hits=4)
    seen_for(tracker, 4)  # a birth and three matches
    assert len(tracker.update([person(score=0.3)])) == 0


@pytest.mark.parametrize(("look", "found"), [(RED, True), (BLUE, False)])
def test_a_track_is_recovered_by_its_looks(look: list[float], found: bool) -> None:
    tracker = make(iou_threshold=0.9)
    for _ in range(4):
        tracker.update([person()], embs=[RED])
    # IoU 22 / 58 = 0.38: below half of 0.9, so too little for the first association; enough for the recovery.
    assert bool(len(tracker.update([person(118.0)], embs=[look]))) is found


@pytest.mark.parametrize(("look", "label", "ids"), [(RED, 0, [1]), (BLUE, 0, [2]), (RED, 1, [2])])
def test_a_dead_track_comes_back_under_its_old_id(look: list[float], label: int, ids: list[int]) -> None:
    tracker = make(use_gta=True, max_age=2, gta_max_gap=10)
    for _ in range(4):
        tracker.update([person()], embs=[RED])
    for _ in range(5):
        tracker.update([])
    assert tracker.tracks == []
    tracker.update([person(700.0, label=label)], embs=[look])
    assert [track.id for track in tracker.tracks] == ids


def test_the_graveyard_forgets() -> None:
    tracker = make(use_gta=True, max_age=2, gta_max_gap=3)
    for _ in range(4):
        tracker.update([person()], embs=[RED])
    for _ in range(7):  # dies at the third, forgotten at the seventh
        tracker.update([])
    tracker.update([person(700.0)], embs=[RED])
    assert [track.id for track in tracker.tracks] == [2]


def test_of_two_tracks_in_one_place_the_older_one_stays() -> None:
    tracker = make(duplicate_iou=0.9)
    tracker.update([person(100.0)])
    for _ in range(3):
        tracks = tracker.update([person(100.0), person(100.5)])
    assert tracks.id.tolist() == [1]


def test_a_car_is_reported_unless_a_filter_for_people_is_asked_for() -> None:
    car = [100.0, 100.0, 400.0, 200.0, 0.9, 2.0]
    for options, count in (({}, 1), ({"max_aspect_ratio": 1.5}, 0), ({"min_box_area": 30000.0}, 0)):
        tracker = make(**options)
        for _ in range(3):
            tracks = tracker.update([car])
        assert len(tracks) == count
