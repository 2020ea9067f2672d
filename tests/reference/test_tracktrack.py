"""TrackTrack by hand: what a match costs, who may be born, what the traps of the authors' code look like."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boxtrail import create_tracker
from boxtrail.trackers import Tracker

STILL = {"min_hits": 1, "angle_weight": 0.0}  # the cost is place, score and penalty


@pytest.fixture(params=["cpp", "python"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def make(backend: str, **options: Any) -> Tracker:
    return create_tracker("tracktrack", backend, record=True, **options)


def person(x: float = 300.0, score: float = 0.9, y: float = 200.0) -> list[float]:
    return [x, y, x + 40.0, y + 100.0, score, 0.0]


def candidates(tracker: Tracker, stage: int = 0) -> dict[tuple[int, int], float]:
    """Cost of each pair of a track and a row that was looked at."""
    record = tracker._impl.record()
    assert record is not None
    return {(track, row): 1.0 - alike for track, row, alike in record["stages"][stage]["candidates"]}


def refusals(tracker: Tracker) -> dict[int, str]:
    record = tracker._impl.record()
    assert record is not None
    return {row: gate for row, gate, _, _ in record["refusals"]}


def test_a_track_is_reported_from_its_third_detection_and_in_the_first_frame_at_once(backend: str) -> None:
    tracker = make(backend)
    assert tracker.update([person(0.0)]).id.tolist() == [1]
    for expected in ([1], [1], [1, 2]):
        assert tracker.update([person(0.0), person(300.0)]).id.tolist() == expected


def test_a_new_track_that_is_missed_once_goes(backend: str) -> None:
    tracker = make(backend)
    for dets in ([], [person()], [person()], []):
        tracker.update(dets)
    assert tracker.tracks == []


def test_the_cost_is_place_and_score_and_the_penalty_of_an_unsure_detection(backend: str) -> None:
    tracker = make(backend, **STILL)
    tracker.update([person(score=0.9)])
    # 10 pixels aside: IoU 30 / 50, heights the same; the last two scores lead to expect 0.9.
    tracker.update([person(310.0, score=0.7), person(290.0, score=0.4)])
    cost = candidates(tracker)
    assert cost[1, 0] == pytest.approx(0.4 + 0.1 * 0.2, abs=1e-6)
    assert cost[1, 1] == pytest.approx(0.4 + 0.1 * 0.5 + 0.2, abs=1e-6)


def test_the_expected_score_goes_on_as_the_last_two_went(backend: str) -> None:
    tracker = make(backend, **STILL)
    for score in (0.9, 0.8, 0.7):
        tracker.update([person(score=score)])
    assert candidates(tracker)[1, 0] == pytest.approx(0.0, abs=1e-6)


def test_a_change_of_direction_costs(backend: str) -> None:
    tracker = make(backend, min_hits=1, score_weight=0.0)
    for t in range(4):
        tracker.update([person(300.0 + 10.0 * t, score=1.0)])
    # Predicted at 340, three frames before it was at 310: on to 345, or back to 309 (IoU 9 / 71).
    tracker.update([person(345.0, score=1.0), person(309.0, score=1.0)])
    cost = candidates(tracker)
    assert cost[1, 0] == pytest.approx(1.0 - 35.0 / 45.0, abs=1e-3)
    assert cost[1, 1] == pytest.approx(1.0 - 9.0 / 71.0 + 0.05, abs=1e-3)  # half a turn at every corner


def test_boxes_that_hardly_overlap_are_never_matched(backend: str) -> None:
    # 33 pixels aside the IoU is 7 / 73 < 0.1, 32 pixels aside 8 / 72 > 0.1.
    for shift, found in ((33.0, False), (32.0, True)):
        tracker = make(backend, **STILL, motion_match_thresh=1.0)
        tracker.update([person()])
        tracker.update([person(300.0 + shift)])
        assert (len(tracker.tracks) == 1) is found


def test_only_sure_detections_keep_a_new_track(backend: str) -> None:
    tracker = make(backend)
    for dets in ([], [person()], [person(score=0.5)]):
        tracker.update(dets)
    assert tracker.tracks == []


def test_a_lost_track_may_take_an_unsure_detection(backend: str) -> None:
    tracker = make(backend)
    for dets in ([person()], [person()], [], [person(score=0.5)]):
        tracks = tracker.update(dets)
    assert tracks.id.tolist() == [1]


def test_a_detection_that_suppression_deleted_keeps_a_track_and_starts_none(backend: str) -> None:
    # 4 of 40 pixels aside: IoU 36 / 44 = 0.82, above 0.80 and below 0.95.
    tracker = make(backend, **STILL)
    for x in (346.0, 348.0, 350.0, 352.0, 354.0):
        tracker.update([person(x), person(360.0)])
    tracks = tracker.update([person(356.0, score=0.8), person(360.0)])
    assert tracks.id.tolist() == [1, 2]
    assert tracks.det_ind.tolist() == [0, 1]
    fresh = make(backend)
    fresh.update([person(356.0, score=0.8), person(360.0)])
    assert [track.id for track in fresh.tracks] == [1]


def test_what_a_looser_suppression_would_delete_too_or_what_is_unsure_is_gone(backend: str) -> None:
    tracker = make(backend)
    # Half a pixel aside: IoU 0.975. And 4 pixels aside with a low score.
    tracker.update([person(300.0), person(300.5, score=0.85), person(304.0, score=0.5)])
    assert refusals(tracker) == {1: "nms_thresh", 2: "nms_thresh"}
    every = make(backend, nms_thresh=1.0)
    every.update([person(300.0), person(300.5, score=0.85), person(304.0, score=0.5)])
    assert refusals(every) == {1: "tai_thresh"}  # the unsure one is offered and not wanted


def test_nobody_is_born_behind_a_visible_track_or_a_better_newcomer(backend: str) -> None:
    tracker = make(backend, motion_match_thresh=0.0)  # nothing is ever matched
    tracker.update([person(300.0, score=0.8), person(310.0, score=0.9), person(500.0)])
    assert [track.box[0] for track in tracker.tracks] == [310.0, 500.0]  # IoU 30 / 50 > 0.55
    assert refusals(tracker) == {0: "tai_thresh"}
    tracker = make(backend)
    for _ in range(3):
        tracker.update([person(300.0)])
    tracker.update([person(300.0), person(310.0)])
    assert refusals(tracker) == {1: "tai_thresh"}
    tracker.update([person(600.0)])  # lost
    tracker.update([person(600.0)])
    assert len(tracker.tracks) == 2


def test_a_score_of_the_threshold_starts_no_track(backend: str) -> None:
    tracker = make(backend)
    tracker.update([person(score=0.7)])
    assert refusals(tracker) == {0: "new_track_thresh"}
    assert tracker.tracks == []


def test_a_score_of_one_is_measured_almost_without_noise(backend: str) -> None:
    tracker = make(backend)
    tracker.update([person(score=1.0)])
    tracker.update([person(310.0, score=1.0)])
    assert tracker.tracks[0].box == pytest.approx(person(310.0)[:4], abs=1e-3)
    assert np.isfinite(tracker.tracks[0].velocity).all()


def test_looks_count_half_and_a_missing_look_leaves_the_place_alone(backend: str) -> None:
    looks = {"red": [1.0, 0.0], "blue": [0.0, 1.0], "none": [0.0, 0.0]}
    for first, second, expected in (
        ("red", "red", 0.2),
        ("red", "blue", 0.7),
        ("red", "none", 0.4),
        ("none", "red", 0.4),
    ):
        tracker = make(backend, **STILL)
        tracker.update([person()], embs=[looks[first]])
        tracker.update([person(310.0)], embs=[looks[second]])
        assert candidates(tracker)[1, 0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("looks", [[[1.0, 0.0]], None])
def test_frames_with_and_without_looks_have_limits_of_their_own(
    backend: str, looks: list[list[float]] | None
) -> None:
    for more, found in ((0.0, False), (0.01, True)):  # the first pair costs 0.2 with looks and 0.4 without
        chosen = {"match_thresh": 0.2 + more, "motion_match_thresh": 0.4 + more}
        tracker = make(backend, **STILL, score_weight=0.0, tai_thresh=1.0, **chosen)
        tracker.update([person()], embs=looks)
        tracks = tracker.update([person(310.0)], embs=looks)
        assert tracks.id.tolist() == ([1] if found else [2])


def test_a_sure_detection_changes_the_look_of_a_track_more(backend: str) -> None:
    for score, share in ((1.0, 0.95), (0.8, 0.96)):
        tracker = make(backend, **STILL, match_thresh=1.0)
        tracker.update([person()], embs=[[1.0, 0.0]])
        tracker.update([person(score=score)], embs=[[0.0, 1.0]])
        (saved,) = tracker.state_dict()["stream"]["collections"][0]["tracks"]
        expected = np.array([share, 1.0 - share]) / np.hypot(share, 1.0 - share)
        assert saved["embedding"] == pytest.approx(expected, abs=1e-6)


def test_a_lost_track_keeps_its_size_when_asked_to(backend: str) -> None:
    for freeze in (False, True):
        tracker = make(backend, freeze_size=freeze)
        for t in range(5):
            tracker.update([[100.0 - 2 * t, 100.0, 140.0 + 2 * t, 200.0, 0.9, 0.0]])
        before = tracker.tracks[0].box
        for _ in range(3):
            tracker.update([])
        after = tracker.tracks[0].box
        grown = (after[2] - after[0]) - (before[2] - before[0])
        # The frame of the miss still predicts with the velocity of the size.
        assert grown == pytest.approx(4.0 if freeze else 12.0, abs=0.2)


@pytest.mark.parametrize("frame_rate", [10.0, 25.0])
def test_a_lost_track_is_kept_for_two_seconds(backend: str, frame_rate: float) -> None:
    tracker = make(backend, frame_rate=frame_rate)
    tracker.update([person()])
    lived = 0
    while tracker.tracks:
        tracker.update([])
        lived += 1
    assert lived == 2 * frame_rate + 1


def test_the_camera_moves_tracks_before_they_are_predicted(backend: str) -> None:
    tracker = make(backend)
    for t in range(6):
        tracker.update([person(300.0 + 10.0 * t, score=1.0)])
    # A zoom by 2 doubles place and velocity, then comes the step: 2 · 350 + 20.
    tracker.update([], warp=[[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]])
    assert tracker.tracks[0].box[0] == pytest.approx(720.0, abs=1.0)


def test_the_defaults_are_the_authors_for_mot17() -> None:
    options = create_tracker("tracktrack").options
    assert [options[k] for k in ("det_thresh", "new_track_thresh", "match_thresh")] == [0.6, 0.7, 0.7]
    assert [options[k] for k in ("reduce_step", "tai_thresh", "min_iou")] == [0.05, 0.55, 0.1]
    assert [options[k] for k in ("low_penalty", "deleted_penalty", "nms_thresh")] == [0.2, 0.4, 0.8]
    assert [options[k] for k in ("min_hits", "max_age", "corner_quirks")] == [3, "2.0s", False]


def test_the_names_of_the_paper_work() -> None:
    options = create_tracker("tracktrack", det_thr=0.4, init_thr=0.5, min_len=2, max_time_lost=20).options
    assert [options[k] for k in ("det_thresh", "new_track_thresh", "min_hits", "max_age")] == [
        0.4,
        0.5,
        2,
        20,
    ]


def test_of_two_tracks_equally_near_the_older_one_is_found(backend: str) -> None:
    tracker = make(backend)
    tracker.update([person(300.0), person(320.0)])
    assert tracker.update([person(310.0)]).id.tolist() == [1]
