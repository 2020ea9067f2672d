"""When a track begins, when it is reported, how long it is remembered."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from boxtrail import create_tracker
from boxtrail.trackers import Tracker
from tracker_options import BYTE_FAMILY, ONE_FRAME_LATE

Make = Callable[..., Tracker]
DEEPSORT_FAMILY = ("deepsort", "strongsort")
COUNT_THE_BIRTH = (*BYTE_FAMILY, *DEEPSORT_FAMILY, "sfsort", "tracktrack")  # as a hit


def person(x: float = 100.0, score: float = 0.9, label: int = 0) -> list[float]:
    return [x, 50.0, x + 40.0, 150.0, score, label]


def walk(tracker: Tracker, frames: int, start: float = 100.0) -> list[list[int]]:
    """Ids reported while a person walks two pixels a frame."""
    return [tracker.update([person(start + 2.0 * t)]).id.tolist() for t in range(frames)]


def test_ids_count_from_one(eager: Make) -> None:
    tracker = eager()
    for _ in range(3):
        tracks = tracker.update([person(0.0), person(200.0), person(400.0)])
    assert tracks.id.tolist() == [1, 2, 3]
    assert tracks.det_ind.tolist() == [0, 1, 2]


def test_two_trackers_share_nothing(eager: Make) -> None:
    first, second = eager(), eager()
    for _ in range(3):
        one = first.update([person(0.0), person(200.0)])
    for _ in range(3):
        other = second.update([person(300.0)])
    assert one.id.tolist() == [1, 2]
    assert other.id.tolist() == [1]
    assert len(first.tracks) == 2


def test_a_moving_person_keeps_one_id(eager: Make) -> None:
    ids = walk(eager(), 30)
    assert ids[1:] == [[1]] * 29


def test_a_track_keeps_its_id_through_a_short_occlusion(eager: Make) -> None:
    tracker = eager(5)
    walk(tracker, 10)
    for _ in range(3):
        assert tracker.update([]).id.tolist() == []
    assert tracker.tracks[0].state == "lost"
    assert tracker.tracks[0].misses == 3
    for t in range(13, 16):
        tracks = tracker.update([person(100.0 + 2.0 * t)])
    assert tracks.id.tolist() == [1]


@pytest.mark.parametrize("buffer", [1, 4])
def test_a_lost_track_returns_with_its_id_within_the_buffer_and_not_after(
    eager: Make, name: str, buffer: int
) -> None:
    # ByteTrack and BoT-SORT look at the buffer one frame late, as their authors do; SFSORT counts the frame of the
    # return as well, and the cascade of DeepSORT ends one frame before it.
    late = {**dict.fromkeys(ONE_FRAME_LATE, 1), "sfsort": -1, "deepsort": -1}
    longest = buffer + late.get(name, 0)
    for hidden, same in ((longest, True), (longest + 1, False)):
        tracker = eager(buffer)
        for _ in range(6):
            tracker.update([person()])
        for _ in range(hidden):
            tracker.update([])
        for _ in range(3):
            tracks = tracker.update([person()])
        assert tracks.id.tolist() == ([1] if same else [2])


def test_crossing_people_keep_their_ids(eager: Make) -> None:
    tracker = eager(10)
    for t in range(40):
        left, right = person(100.0 + 6.0 * t), person(340.0 - 6.0 * t)
        right[1], right[3] = 80.0, 190.0
        tracks = tracker.update([left, right])
    assert tracks.id.tolist() == [1, 2]
    assert tracks.det_ind.tolist() == [0, 1]


def test_the_first_detection_printed_is_the_one_the_papers_print(make: Make, name: str) -> None:
    tracker = make()
    for _ in range(5):  # past the first frames, in which everything is reported
        tracker.update([])
    printed = [bool(ids) for ids in walk(tracker, 6)]
    # The index of the first detection that is reported.
    firsts = {
        **dict.fromkeys(BYTE_FAMILY, 1),
        **dict.fromkeys(DEEPSORT_FAMILY, 2),
        "occluboost": 1,
        "sfsort": 0,
        "tracktrack": 2,
    }
    first = firsts.get(name, 3)
    assert printed == [t >= first for t in range(6)]


def test_in_the_first_frames_every_track_is_reported_at_once(make: Make, name: str) -> None:
    # One newcomer a frame: min_hits is waived up to frame 3, the second look of the other two in frame 1.
    tracker = make()
    reported = [tracker.update([person(200.0 * k) for k in range(t)]).id.tolist() for t in range(1, 5)]
    expected = {
        **{key: [[1], [1], [1, 2], [1, 2, 3]] for key in BYTE_FAMILY},
        **{key: [[], [], [1], [1, 2]] for key in DEEPSORT_FAMILY},  # it waives nothing
        "occluboost": [[1], [1], [1, 2], [1, 2, 3]],
        "sfsort": [[1], [1, 2], [1, 2, 3], [1, 2, 3, 4]],  # at once in every frame
        "tracktrack": [[1], [1], [1], [1, 2]],  # the third detection, in frame 1 the first
    }
    assert reported == expected.get(name, [[1], [1, 2], [1, 2, 3], [1]])


@pytest.mark.parametrize("min_hits", [0, 1, 2])
@pytest.mark.parametrize("tracker_name", ["sort", "ocsort"])
def test_min_hits_counts_the_matches_after_the_birth(backend: str, tracker_name: str, min_hits: int) -> None:
    tracker = create_tracker(tracker_name, backend, min_hits=min_hits)
    for _ in range(5):
        tracker.update([])
    assert [bool(ids) for ids in walk(tracker, 4)] == [t >= min_hits for t in range(4)]


def test_an_unconfirmed_track_that_is_not_seen_again_dies(make: Make, name: str) -> None:
    tracker = make(1)
    for _ in range(5):
        tracker.update([])
    tracker.update([person()])
    # SFSORT has no tentative tracks.
    assert [track.state for track in tracker.tracks] == ["confirmed" if name == "sfsort" else "tentative"]
    tracker.update([])
    gone = (*BYTE_FAMILY, *DEEPSORT_FAMILY, "tracktrack")
    assert len(tracker.tracks) == (0 if name in gone else 1)
    tracker.update([])
    tracker.update([])
    assert tracker.tracks == []


def test_a_track_tells_its_age_hits_and_misses(eager: Make, name: str) -> None:
    tracker = eager(5)
    for _ in range(4):
        tracker.update([person(score=0.8, label=3)])
    tracker.update([])
    track = tracker.tracks[0]
    assert (track.id, track.state, track.age, track.misses) == (1, "lost", 4, 1)
    assert track.hits == (4 if name in COUNT_THE_BIRTH else 3)
    assert (track.conf, track.cls) == (0.8, 3)
    assert track.box == pytest.approx([100.0, 50.0, 140.0, 150.0], abs=0.5)
    assert track.velocity.shape == (2,)


def test_the_velocity_of_a_walker_is_in_pixels_a_frame(eager: Make, name: str) -> None:
    tracker = eager()
    walk(tracker, 40)
    expected = [0.0, 0.0] if name == "sfsort" else [2.0, 0.0]  # SFSORT has no motion model
    assert tracker.tracks[0].velocity == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize("nothing", [[], None])
def test_frames_without_detections_step_the_tracker(eager: Make, nothing: list[float] | None) -> None:
    tracker = eager(2)
    walk(tracker, 4)
    for _ in range(5):
        tracks = tracker.update(nothing)
        assert tracks.shape == (0, 8)
    assert tracker.tracks == []


def test_a_first_frame_without_detections_counts(backend: str) -> None:
    tracker = create_tracker("bytetrack", backend)
    tracker.update([])
    assert tracker.update([person()]).id.tolist() == []
    assert tracker.update([person()]).id.tolist() == [1]


def test_reset_forgets_everything(eager: Make) -> None:
    tracker = eager()
    walk(tracker, 6)
    tracker.update([[10.0, 10.0, 10.0, 20.0, 0.9, 0.0]])  # without area
    tracker.reset()
    assert tracker.tracks == []
    assert tracker.num_dropped == 0
    assert tracker.state_dict() == eager().state_dict()
    fresh = eager()
    for t in range(5):
        rows = [person(300.0 + 3.0 * t), person(500.0)]
        assert tracker.update(rows).tolist() == fresh.update(rows).tolist()


def test_reset_lets_the_kind_of_boxes_change(eager: Make) -> None:
    tracker = eager()
    walk(tracker, 3)
    tracker.reset()
    assert tracker.update([[50.0, 50.0, 20.0, 10.0, 0.3, 0.9, 0.0]]).is_obb


def test_memory_stays_bounded_over_many_births_and_deaths(eager: Make, backend: str) -> None:
    tracker, sizes = eager(3), []
    frames = 20_000 if backend == "cpp" else 1_000
    for t in range(frames):
        place = 60.0 * (t // 4 % 50)
        tracks = tracker.update([person(place), person(place + 4000.0)])
        assert len(tracks) <= 4
        if t % (frames // 10) == 0 and t:
            sizes.append(len(str(tracker.state_dict())))
            assert len(tracker.tracks) <= 8
    assert max(sizes) < 2 * min(sizes)
    assert max(track.id for track in tracker.tracks) >= frames // 4
