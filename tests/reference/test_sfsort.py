"""SFSORT by hand: its cost, its two kinds of lost tracks, and the traps of the authors' settings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from boxtrail import create_tracker
from boxtrail.reference.association import similarity
from boxtrail.reference.sfsort import shape_cost
from boxtrail.trackers import Tracker

A, B = np.array([[100.0, 200.0, 150.0, 300.0]]), np.array([[120.0, 210.0, 190.0, 320.0]])
SIZE = (640, 480)


@pytest.fixture(params=["cpp", "python"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def make(backend: str, **options: Any) -> Tracker:
    return create_tracker("sfsort", backend, **options)


def person(x: float = 300.0, score: float = 0.9, y: float = 200.0) -> list[float]:
    return [x, y, x + 40.0, y + 100.0, score, 0.0]


def test_the_cost_of_two_boxes_is_the_authors() -> None:
    # IoU 0.27, distance (30 + 15) / (90 + 120), sides 30 / (30 + 20) and 90 / (90 + 10).
    assert shape_cost(similarity("iou", A, B), A, B)[0, 0] == pytest.approx(0.481428571, abs=1e-6)


def test_equal_boxes_cost_nothing_and_disjoint_ones_are_out_of_reach() -> None:
    boxes = np.vstack([A, A + 500.0])
    cost = shape_cost(similarity("iou", boxes, boxes), boxes, boxes)
    assert np.diag(cost) == pytest.approx([0.0, 0.0], abs=1e-8)
    assert math.isinf(cost[0, 1])


def test_boxes_that_meet_by_rounding_alone_have_no_side_in_common() -> None:
    # From MOT17-10: 745.2 + 16.2 is a little more than 761.4, and the widths are equal but for rounding.
    left = np.array([[745.2, 352.0, 745.2 + 16.2, 397.2]])
    right = np.array([[761.4, 346.6, 761.4 + 16.2, 395.2]])
    overlap = similarity("iou", left, right)
    assert overlap[0, 0] > 0.0
    assert shape_cost(overlap, left, right)[0, 0] > 0.67


def test_the_cost_of_oriented_boxes_is_the_same_for_every_code() -> None:
    track = np.array([[0.0, 0.0, 4.0, 2.0, 0.0]])
    codes = np.array([[1.0, 0.5, 3.0, 2.0, math.pi / 6], [1.0, 0.5, 2.0, 3.0, math.pi / 6 + math.pi / 2]])
    cost = shape_cost(similarity("iou", track, codes), track, codes)
    assert cost[0, 0] == pytest.approx(cost[0, 1], abs=1e-9)


def test_a_track_is_reported_at_once_and_with_the_very_box_of_its_detection(backend: str) -> None:
    tracker = make(backend)
    for t in range(3):
        row = person(300.1 + 0.3 * t)
        assert tracker.update([row]).tolist() == [[*row[:4], 1.0, 0.9, 0.0, 0.0]]


def test_the_defaults_survive_missed_frames_and_the_authors_do_not(backend: str) -> None:
    for preset, expected in ((None, [1]), ("official-default", [2])):
        tracker = create_tracker("sfsort", backend, preset=preset)
        for dets in ([person()], [], [person()]):
            ids = tracker.update(dets).id.tolist()
        assert ids == expected


@pytest.mark.parametrize(("timeout", "same"), [(0, False), (1, False), (2, True)])
def test_a_timeout_must_be_2_to_bridge_one_missed_frame(backend: str, timeout: int, same: bool) -> None:
    tracker = make(backend, central_timeout=timeout)
    for dets in ([person()], [], [person()]):
        ids = tracker.update(dets).id.tolist()
    assert ids == ([1] if same else [2])


def test_an_unsure_detection_finds_active_and_lost_tracks_but_starts_none(backend: str) -> None:
    tracker = make(backend)
    tracker.update([person()])
    tracker.update([])
    tracks = tracker.update([person(score=0.5), person(500.0, score=0.5)])
    assert tracks.id.tolist() == [1]
    assert len(tracker.tracks) == 1


def test_an_unsure_detection_must_overlap_by_more_than_seven_tenths(backend: str) -> None:
    # Shifted by 7 of 40 pixels the IoU is 33 / 47 = 0.702, by 8 it is 32 / 48.
    for shift, found in ((7.0, True), (8.0, False)):
        tracker = make(backend)
        tracker.update([person()])
        assert bool(len(tracker.update([person(300.0 + shift, score=0.5)]))) is found


def test_a_score_of_the_threshold_falls_in_neither_band(backend: str) -> None:
    tracker = make(backend)
    tracker.update([person()])
    assert len(tracker.update([person(score=0.6)])) == 0


def test_a_frame_with_unsure_detections_alone_loses_no_track_unless_asked_for(backend: str) -> None:
    for forget, left in ((False, 2), (True, 1)):
        tracker = make(backend, forget_without_high=forget)
        tracker.update([person(), person(100.0)])
        tracker.update([person()])  # the second one is lost
        assert len(tracker.update([person(score=0.5)])) == (0 if forget else 1)
        assert len(tracker.tracks) == left


@pytest.mark.parametrize(
    ("x", "margins", "marginal"),
    [
        (300.0, (0.1, 0.1), False),
        (30.0, (0.1, 0.1), True),  # its centre at 50 of 640: inside the tenth
        (30.0, (50.0, 0.1), True),  # pixels; the edge itself belongs to the margin
        (30.0, (49.0, 0.1), False),
        (300.0, (0.1, 0.6), True),  # nothing is left between the upper and the lower margin
    ],
)
def test_a_track_lost_near_the_edge_is_kept_for_another_time(
    backend: str, x: float, margins: tuple[float, float], marginal: bool
) -> None:
    tracker = make(
        backend,
        frame_size=SIZE,
        central_timeout=5,
        marginal_timeout=2,
        horizontal_margin=margins[0],
        vertical_margin=margins[1],
    )
    tracker.update([person(x)])
    lived = 0
    while tracker.tracks:
        tracker.update([])
        lived += 1
    assert lived == (3 if marginal else 6)


def test_without_the_size_of_the_frame_there_are_no_margins(backend: str) -> None:
    tracker = make(backend, central_timeout=5, marginal_timeout=2)
    for dets in ([person(0.0)], [], [], [], [person(0.0)]):
        tracks = tracker.update(dets)
    assert tracks.id.tolist() == [1]


def test_in_a_crowd_tuning_lowers_the_bar_for_matches_and_raises_it_for_births(backend: str) -> None:
    crowd = [person(60.0 * k, 0.9, 0.0) for k in range(10)]  # log10 of ten is 1
    tuned = {"dynamic_tuning": True, "high_th_m": 0.1, "new_track_th_m": 0.08, "cth": 0.8}
    for options, expected in (({}, 11), (tuned, 10)):
        tracker = make(backend, **options)
        assert len(tracker.update([*crowd, person(score=0.75)])) == expected  # 0.75 < 0.7 + 0.08
    tracker = make(backend, record=True, **tuned)
    tracker.update([*crowd, person(score=0.55)])  # 0.55 > 0.6 − 0.1: sure
    record = tracker._impl.record()
    assert record is not None
    assert 10 in record["stages"][0]["detections"]


def test_a_turning_box_keeps_a_continuous_angle(backend: str) -> None:
    tracker = make(backend)
    tracker.update([[100.0, 100.0, 60.0, 20.0, 1.5, 0.9, 0.0]])
    tracks = tracker.update([[100.0, 100.0, 20.0, 60.0, 1.6 - math.pi / 2, 0.9, 0.0]])  # another code
    assert tracks.xywha[0] == pytest.approx([100.0, 100.0, 60.0, 20.0, 1.6])


def test_the_camera_moves_the_last_boxes(backend: str) -> None:
    tracker = make(backend)
    tracker.update([person()])
    tracker.update([], warp=[[1.0, 0.0, 200.0], [0.0, 1.0, 0.0]])
    assert tracker.tracks[0].box.tolist() == person(500.0)[:4]


def test_the_defaults_are_the_authors_with_the_timeouts_and_margins_of_their_readme() -> None:
    options = create_tracker("sfsort").options
    assert [options[k] for k in ("high_th", "low_th", "new_track_th")] == [0.6, 0.1, 0.7]
    assert [options[k] for k in ("match_th_first", "match_th_second", "dynamic_tuning")] == [0.67, 0.3, False]
    assert [options[k] for k in ("central_timeout", "marginal_timeout")] == ["1.0s", "0.7s"]
    assert [options[k] for k in ("horizontal_margin", "vertical_margin")] == [0.1, 0.1]


def test_of_two_tracks_equally_near_the_older_one_is_found(backend: str) -> None:
    tracker = make(backend)
    tracker.update([person(300.0), person(320.0)])
    assert tracker.update([person(310.0)]).id.tolist() == [1]
