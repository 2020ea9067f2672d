"""BoT-SORT on examples small enough for paper."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from boxtrail.detections import Detections
from boxtrail.reference.botsort import BotSort
from boxtrail.reference.stream import Clock, Report, Status
from boxtrail.trackers import BotSortConfig

BOX = (0.0, 0.0, 100.0, 100.0)
EAST, NORTH, NOTHING = (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)
ALIKE = (0.6, 0.8)  # its cosine with EAST is 0.6
SHIFT = np.array([[1.0, 0.0, 7.0], [0.0, 1.0, -3.0]])


class Video:
    """A tracker and its clock; every call is a frame."""

    def __init__(self, **options: Any) -> None:
        plain = {**asdict(BotSortConfig()), "image_diagonal": 0.0, "buffer_ratio": 0.0, **options}
        self.tracker = BotSort(oriented=False, **plain)
        self.clock = Clock()

    def show(self, *rows: Any, warp: Any = None) -> list[Report]:
        """Detections as (box, score) or (box, score, embedding)."""
        self.clock.frame += 1
        self.clock.time += 1.0
        array = np.array([[*row[0], row[1], 0.0] for row in rows]).reshape(-1, 6)
        looks = [row[2] for row in rows if len(row) == 3]
        embeddings = np.array(looks, np.float32) if looks else None
        return self.tracker.step(Detections.from_array(array, embeddings), self.clock, 1.0, warp)


def moved(dx: float, dy: float = 0.0) -> tuple[float, ...]:
    """BOX somewhere else."""
    return (BOX[0] + dx, BOX[1] + dy, BOX[2] + dx, BOX[3] + dy)


def matched(second: Any, **options: Any) -> bool:
    """Whether a track at BOX that looks EAST takes ``second``, where overlap alone does not suffice."""
    video = Video(match_thresh=0.3, **options)
    video.show((BOX, 0.9, EAST))
    video.show(second)
    return video.tracker.tracks[0].hits == 2


# 30 px aside: IoU 70 / 130 = 0.538, so the cost of overlap is 1 − 0.538 · 0.9 = 0.515.
@pytest.mark.parametrize(
    ("look", "options", "found"),
    [
        (EAST, {}, True),  # distance 0
        (ALIKE, {}, True),  # (1 − 0.6) / 2 = 0.2 ≤ 0.25
        (ALIKE, {"emb_scale": 1.0}, False),  # 0.4 > 0.25
        (ALIKE, {"emb_scale": 1.0, "appearance_thresh": 0.5}, False),  # passes that gate, but 0.4 ≥ 0.3
        (NORTH, {}, False),
        (EAST, {"with_reid": False}, False),
        (EAST, {"proximity_thresh": 0.4}, False),  # 1 − 0.538 = 0.462 is too far
        (NOTHING, {"emb_scale": 4.0}, False),  # a missing look is no resemblance: not (1 − 0) / 4 = 0.25
    ],
)
def test_a_near_pair_that_looks_alike_is_matched_by_appearance(look: Any, options: Any, found: bool) -> None:
    assert matched((moved(30.0), 0.9, look), **options) is found


def test_a_pair_that_is_too_far_apart_is_not_matched_by_appearance() -> None:
    assert not matched((moved(40.0), 0.9, EAST))  # IoU 60 / 140 = 0.43


def test_an_unconfirmed_track_has_an_appearance_scale_of_its_own() -> None:
    for scale, hits in ((2.0, [2]), (1.0, [])):
        video = Video(unconfirmed_match_thresh=0.3, unconfirmed_emb_scale=scale)
        video.show()
        video.show((BOX, 0.9, EAST))
        video.show((moved(30.0), 0.9, ALIKE))
        assert [track.hits for track in video.tracker.tracks if track.id == 1] == hits


def test_without_embeddings_it_works_on_overlap_before_and_after() -> None:
    video = Video()
    for row in ((BOX, 0.9), (BOX, 0.9, EAST), (BOX, 0.9), (BOX, 0.9, EAST)):
        assert [report.id for report in video.show(row)] == [1]
    assert video.tracker.tracks[0].embedding.tolist() == [1.0, 0.0]


def test_sure_matches_smooth_the_appearance_and_unsure_ones_leave_it() -> None:
    video = Video()
    video.show((BOX, 0.9, EAST))
    video.show((BOX, 0.3, NORTH))
    assert video.tracker.tracks[0].hits == 2
    assert video.tracker.tracks[0].embedding.tolist() == [1.0, 0.0]
    video.show((BOX, 0.9, NORTH))
    expected = np.array([0.9, 0.1]) / np.hypot(0.9, 0.1)
    assert video.tracker.tracks[0].embedding == pytest.approx(expected, abs=1e-7)


def test_a_track_is_reported_at_its_birth_only_on_request() -> None:
    for report_unconfirmed, counts in ((False, [0, 0, 1]), (True, [0, 1, 1])):
        video = Video(report_unconfirmed=report_unconfirmed)
        assert [len(video.show(*rows)) for rows in ([], [(BOX, 0.9)], [(BOX, 0.9)])] == counts


def test_the_camera_moves_a_newborn_track_too() -> None:
    video = Video()
    video.show()
    video.show((BOX, 0.9))
    reports = video.show((moved(7.0, -3.0), 0.9), warp=SHIFT)
    assert reports[0].box == pytest.approx(moved(7.0, -3.0))  # the filter had nothing to correct


def test_a_track_is_predicted_first_and_moved_by_the_camera_after() -> None:
    video = Video()
    video.show((BOX, 0.9))
    track = video.tracker.tracks[0]
    track.state.mean[4] = 10.0
    video.show(warp=np.array([[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]))
    assert track.state.mean[0] == 120.0  # (50 + 10) · 2, and not 50 · 2 + 10
    assert track.state.mean[4] == 20.0
    assert track.status is Status.LOST


@pytest.mark.parametrize(("form", "size"), [("box", (110.0, 110.0)), ("pairs", (110.0, 90.0))])
def test_a_turning_camera_widens_the_box_or_mixes_its_sides(form: str, size: tuple[float, float]) -> None:
    video = Video(warp_form=form)
    video.show((BOX, 0.9))
    video.show(warp=np.array([[1.0, 0.1, 0.0], [-0.1, 1.0, 0.0]]))
    mean = video.tracker.tracks[0].state.mean
    assert mean[:2] == pytest.approx([55.0, 45.0])
    assert mean[2:4] == pytest.approx(size)


def test_the_cost_takes_the_score_of_the_detection_in() -> None:
    # 70 px aside: IoU 30 / 170 = 0.176; times 0.7 it is 0.124, under the least of 0.15 that the limit asks for.
    for fuse, hits in ((False, 2), (True, 1)):
        video = Video(match_thresh=0.85, fuse_score=fuse)
        video.show((BOX, 0.9))
        video.show((moved(70.0), 0.7))
        assert video.tracker.tracks[0].hits == hits


def test_an_expired_track_can_be_found_one_frame_later() -> None:
    for gap, hits in ((4, 2), (5, 1)):  # a buffer of three frames
        video = Video(track_buffer=3.0)
        video.show((BOX, 0.9))
        for _ in range(gap):
            video.show()
        video.show((BOX, 0.9))
        assert video.tracker.tracks[0].hits == hits
