"""What scores and classes do to tracks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from boxtrail import create_tracker
from boxtrail.errors import ConfigError
from boxtrail.trackers import Tracker

Make = Callable[..., Tracker]


def box(x: float, score: float = 0.9, label: int = 0) -> list[float]:
    return [x, 50.0, x + 40.0, 150.0, score, label]


def test_an_unsure_detection_keeps_a_track_alive_but_starts_none(backend: str) -> None:
    tracker = create_tracker("bytetrack", backend)
    for _ in range(3):
        tracker.update([box(0.0)])
    tracks = tracker.update([box(0.0, 0.3), box(300.0, 0.3)])
    assert tracks.id.tolist() == [1]
    assert tracks.conf.tolist() == [0.3]
    assert len(tracker.tracks) == 1


def test_a_lost_track_is_not_found_by_an_unsure_detection(backend: str) -> None:
    tracker = create_tracker("bytetrack", backend)
    for dets in ([box(0.0)], [box(0.0)], [], [box(0.0, 0.3)]):
        tracks = tracker.update(dets)
    assert len(tracks) == 0
    assert tracker.tracks[0].state == "lost"


@pytest.mark.parametrize(("score", "starts"), [(0.69, False), (0.7, True)])
def test_a_track_starts_at_its_threshold(backend: str, score: float, starts: bool) -> None:
    tracker = create_tracker("bytetrack", backend)
    assert len(tracker.update([box(0.0, score)])) == starts


@pytest.mark.parametrize(("name", "option"), [("bytetrack", "track_high_thresh"), ("ocsort", "det_thresh")])
def test_a_score_at_the_high_threshold_falls_in_neither_band(backend: str, name: str, option: str) -> None:
    tracker = create_tracker(
        name, backend, **{option: 0.6}, **({"use_byte": True} if name == "ocsort" else {})
    )
    for _ in range(3):
        tracker.update([box(0.0)])
    assert len(tracker.update([box(0.0, 0.6)])) == 0
    assert tracker.tracks[0].misses == 1


def test_the_byte_stage_of_ocsort_is_off_until_asked_for(backend: str) -> None:
    for use_byte in (False, True):
        tracker = create_tracker("ocsort", backend, use_byte=use_byte, min_hits=0)
        for _ in range(3):
            tracker.update([box(0.0)])
        assert len(tracker.update([box(0.0, 0.3)])) == use_byte


def test_sort_takes_every_score(backend: str) -> None:
    tracker = create_tracker("sort", backend)
    for _ in range(3):
        tracks = tracker.update([box(0.0, 0.0)])
    assert tracks.id.tolist() == [1]


def test_fused_scores_make_a_poor_overlap_too_dear(backend: str) -> None:
    for fuse in (True, False):
        tracker = create_tracker("bytetrack", backend, match_thresh=0.5, fuse_score=fuse)
        for shift in (0.0, 0.0, 10.0):  # IoU 0.6, times 0.75 less than one half
            tracks = tracker.update([box(shift, 0.75)])
        assert tracks.id.tolist() == ([] if fuse else [1])


def test_a_track_keeps_the_class_it_was_seen_with_most(eager: Make) -> None:
    tracker = eager()
    seen = []
    for label in (0, 0, 7, 7, 7, 0):
        tracks = tracker.update([box(0.0, label=label)])
        seen += [(row.cls, row.det_cls) for row in tracks]
    assert tracks.id.tolist() == [1]
    # 7 outweighs 0 with its third sight; the class of the detection stays to be had.
    assert seen[-4:] == [(0, 7), (0, 7), (7, 7), (7, 0)]


def test_sure_sights_outweigh_many_unsure_ones(eager: Make) -> None:
    tracker = eager()
    for label, score in ((0, 0.75), (0, 0.75), (7, 0.95), (7, 0.95)):
        tracks = tracker.update([box(0.0, score, label=label)])
    assert tracks.cls.tolist() == [7]


def test_without_the_vote_a_track_takes_the_class_of_its_last_detection(eager: Make) -> None:
    tracker = eager(class_vote=False)
    for label in (0, 0, 7):
        tracks = tracker.update([box(0.0, label=label)])
    assert tracks.cls.tolist() == tracks.det_cls.tolist() == [7]
    assert tracks.id.tolist() == [1]


def test_classes_of_one_group_are_tracked_together_and_all_others_alone(eager: Make) -> None:
    tracker = eager(class_groups=[[2, 5], [0]])
    for car, person in ((2, 0), (5, 1), (2, 1)):
        tracks = tracker.update([box(0.0, label=car), box(300.0, label=person)])
    assert tracks.cls.tolist() == [2, 1]
    assert tracks.id.tolist() == [2, 3]  # the person's class 1 is not that of its first frame


def test_class_groups_may_be_named(make: Make) -> None:
    tracker = make(class_groups=[["car", "truck"]], class_names={2: "car", 7: "truck"})
    assert tracker.options["class_groups"] == (("car", "truck"),)


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        ([["car"]], "class_names has no 'car'"),
        ([[1, 2], [2]], "2 is named twice"),
        ("cars", "must be lists of class ids"),
        ([1, 2], "must be lists of class ids"),
    ],
)
def test_class_groups_that_make_no_sense_are_refused(make: Make, groups: object, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        make(class_groups=groups)


def test_per_class_a_track_never_changes_its_class(eager: Make) -> None:
    tracker = eager(per_class=True)
    for label in (0, 0, 0, 7, 7, 7):
        tracks = tracker.update([box(0.0, label=label)])
    assert tracks.cls.tolist() == [7]
    assert tracks.id.tolist() == [2]


def test_per_class_ids_are_unique_and_det_ind_counts_in_the_whole_frame(eager: Make) -> None:
    tracker = eager(per_class=True)
    rows = [
        box(0.0, label=2),
        box(200.0, label=0),
        box(0.0, label=0),
        box(400.0, label=2),
        box(600.0, label=1),
    ]
    for _ in range(3):
        tracks = tracker.update(rows)
    assert sorted(tracks.id.tolist()) == [1, 2, 3, 4, 5]
    assert tracks.id.tolist() == sorted(tracks.id.tolist())
    assert sorted(tracks.det_ind.tolist()) == [0, 1, 2, 3, 4]
    for row in tracks:
        assert row.cls == rows[int(row.det_ind)][5]
        assert row.xyxy.tolist() == pytest.approx(rows[int(row.det_ind)][:4], abs=1.0)


def test_per_class_tracks_age_while_their_class_is_not_seen(eager: Make) -> None:
    tracker = eager(2, per_class=True)
    for _ in range(3):
        tracker.update([box(0.0, label=0), box(300.0, label=1)])
    for _ in range(5):
        tracker.update([box(300.0, label=1)])
    assert [track.cls for track in tracker.tracks] == [1]


def test_det_ind_is_the_row_of_the_detections_as_passed(eager: Make) -> None:
    tracker = eager()
    places = [0.0, 200.0, 400.0]
    for order in ([0, 1, 2], [2, 0, 1], [1, 2, 0]):
        tracks = tracker.update([box(places[k]) for k in order])
        for row in tracks:
            assert row.xyxy[0] == pytest.approx(places[order[int(row.det_ind)]], abs=1.0)
    assert tracks.id.tolist() == [1, 2, 3]
    assert tracks.det_ind.tolist() == [2, 0, 1]


def test_class_names_are_kept_for_whoever_shows_them(make: Make) -> None:
    assert make(class_names={0: "person"}).class_names == {0: "person"}
    assert make().class_names is None


def test_boxes_left_of_the_image_are_tracked_like_any_other(eager: Make) -> None:
    tracker = eager()
    for t in range(6):
        tracks = tracker.update([box(-500.0 - 3.0 * t)])
    assert tracks.id.tolist() == [1]
    for _ in range(2):
        tracker.update([])
    for t in range(8, 11):
        tracks = tracker.update([box(-500.0 - 3.0 * t)])
    assert tracks.id.tolist() == [1]
