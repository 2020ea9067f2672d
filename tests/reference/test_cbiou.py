"""C-BIoU on examples small enough for paper."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from boxtrail.detections import Detections
from boxtrail.reference.cbiou import CBIoU
from boxtrail.reference.stream import Clock, Report, Status
from boxtrail.trackers import CBIoUConfig

BOX = (0.0, 0.0, 10.0, 20.0)
MODES = ("paper", "two-stage")


class Video:
    """A tracker and its clock; every call is a frame."""

    def __init__(self, mode: str, *, oriented: bool = False, **options: Any) -> None:
        self.tracker = CBIoU(oriented=oriented, **{**asdict(CBIoUConfig()), "mode": mode, **options})
        self.width = 7 if oriented else 6
        self.clock = Clock()

    def show(self, *rows: Any, warp: Any = None) -> list[Report]:
        """Detections as (box, score)."""
        self.clock.frame += 1
        self.clock.time += 1.0
        array = np.array([[*box, score, 0.0] for box, score in rows]).reshape(-1, self.width)
        return self.tracker.step(Detections.from_array(array), self.clock, 1.0, warp)


def moved(dx: float, dy: float = 0.0) -> tuple[float, ...]:
    """BOX somewhere else."""
    return (BOX[0] + dx, BOX[1] + dy, BOX[2] + dx, BOX[3] + dy)


# Grown by 0.3 a side BOX is 16 × 32. 8 px aside they share 8 × 32 of 24 × 32: a third; 16 px below 16 × 16 of 16 × 48.
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("box", [moved(8.0), moved(0.0, 16.0)])
@pytest.mark.parametrize(("least", "hits"), [(0.33, 2), (0.34, 1)])
def test_a_buffer_grows_with_the_width_and_the_height(mode: str, box: Any, least: float, hits: int) -> None:
    video = Video(mode, min_similarity_first=least, min_similarity_second=1.0, fuse_score=False)
    video.show((BOX, 1.0))
    video.show((box, 1.0))
    assert video.tracker.tracks[0].hits == hits


@pytest.mark.parametrize(
    ("mode", "score", "hits"), [("paper", 1.0, 2), ("two-stage", 1.0, 1), ("two-stage", 0.5, 2)]
)
def test_the_large_buffer_is_for_all_that_is_left_or_for_unsure_detections(
    mode: str, score: float, hits: int
) -> None:
    # Grown by 0.5 a side BOX is 20 wide: 12 px aside they share 8 of 32, a quarter; grown by 0.3 only 4 of 28.
    video = Video(mode, min_similarity_first=0.2, min_similarity_second=0.25)
    video.show((BOX, 1.0))
    video.show((moved(12.0), score))
    assert video.tracker.tracks[0].hits == hits


def test_the_small_buffer_chooses_before_the_large_one() -> None:
    # The second track could take the first detection as well, but with the small buffer it goes to the nearer one.
    video = Video("paper", min_similarity_first=0.3, min_similarity_second=0.1)
    video.show((BOX, 1.0), (moved(16.0), 1.0))
    video.show((moved(2.0), 1.0))
    assert [track.hits for track in video.tracker.tracks] == [2, 1]


def test_the_prediction_is_the_last_box_and_the_mean_displacement_for_every_frame_since() -> None:
    video = Video("paper", min_similarity_first=0.01, min_similarity_second=0.01)
    for x in (0.0, 2.0, 8.0):
        video.show((moved(x), 1.0))
    track = video.tracker.tracks[0]
    assert track.state.mean.tolist() == [13.0, 10.0, 10.0, 20.0, 4.0, 0.0, 0.0, 0.0]  # (8 − 0) / 2
    video.show()
    video.show()
    assert track.state.mean[0] == 21.0
    assert track.status is Status.LOST


def test_the_mean_is_over_the_last_displacements_only_and_over_time() -> None:
    video = Video("paper", motion_window=2, min_similarity_first=0.01, min_similarity_second=0.01)
    for x in (0.0, 5.0, 6.0):
        video.show((moved(x), 1.0))
    video.show()
    video.show((moved(8.0), 1.0))  # two frames later: from 5 in frame 2 to 8 in frame 5
    assert video.tracker.tracks[0].state.mean[4] == 1.0
    assert len(video.tracker.tracks[0].sights) == 3


def test_a_box_that_shrinks_away_keeps_a_size() -> None:
    video = Video("paper", min_similarity_first=0.01)
    video.show((BOX, 1.0))
    video.show(((0.0, 0.0, 4.0, 8.0), 1.0))
    for _ in range(5):
        video.show()
    assert (video.tracker.tracks[0].state.mean[2:4] > 0.0).all()


@pytest.mark.parametrize("mode", MODES)
def test_the_box_reported_is_the_detection_itself(mode: str) -> None:
    video = Video(mode)
    video.show((BOX, 1.0))
    assert video.show((moved(3.0), 1.0))[0].box.tolist() == list(moved(3.0))


def test_unsure_detections_are_for_tracks_of_the_last_frame_and_for_the_two_stage_mode() -> None:
    for mode, gap, hits in (("two-stage", False, 2), ("two-stage", True, 1), ("paper", False, 1)):
        video = Video(mode)
        video.show((BOX, 1.0))
        if gap:
            video.show()
        video.show((BOX, 0.3))
        assert video.tracker.tracks[0].hits == hits


@pytest.mark.parametrize("mode", MODES)
def test_a_score_at_the_threshold_makes_a_sure_detection(mode: str) -> None:
    video = Video(mode, min_similarity_second=1.0)
    video.show((BOX, 1.0))
    video.show((moved(1.0), 0.6))
    assert video.tracker.tracks[0].hits == 2


def test_the_size_of_a_lost_track_goes_on_changing() -> None:
    video = Video("two-stage")
    video.show((BOX, 1.0))
    video.tracker.tracks[0].state.mean[6] = 1.0
    for _ in range(3):
        video.show()
    assert video.tracker.tracks[0].state.mean[2] == 13.0


def test_the_camera_moves_every_box_the_papers_mode_remembers_once() -> None:
    video = Video("paper", min_similarity_first=0.01)
    video.show((BOX, 1.0))
    video.show((moved(4.0), 1.0))
    video.show(warp=np.array([[2.0, 0.0, 100.0], [0.0, 2.0, 0.0]]))
    track = video.tracker.tracks[0]
    assert [sight.box.tolist() for sight in track.sights] == [[100, 0, 120, 40], [108, 0, 128, 40]]
    assert track.state.mean[0] == 126.0  # centre 118, and 8 px a frame


@pytest.mark.parametrize("mode", MODES)
def test_scores_weigh_in_the_two_stage_mode_alone(mode: str) -> None:
    video = Video(mode, min_similarity_first=0.3, min_similarity_second=1.0)  # a third, times 0.75
    video.show((BOX, 1.0))
    video.show((moved(8.0), 0.75))
    assert video.tracker.tracks[0].hits == (2 if mode == "paper" else 1)


def test_an_oriented_box_is_followed_through_its_other_code() -> None:
    video = Video("paper", oriented=True)
    video.show(((50.0, 50.0, 20.0, 10.0, 0.0), 1.0))
    reports = video.show(((50.0, 50.0, 10.0, 20.0, math.pi / 2.0), 1.0))
    assert reports[0].box == pytest.approx([50.0, 50.0, 20.0, 10.0, 0.0], abs=1e-12)
    assert video.tracker.tracks[0].state.mean[5:] == pytest.approx(np.zeros(5), abs=1e-12)


@pytest.mark.parametrize("mode", MODES)
def test_a_track_unseen_for_longer_than_the_buffer_is_gone(mode: str) -> None:
    for gap, hits in ((3, 2), (4, 1)):
        video = Video(mode, track_buffer=3.0)
        video.show((BOX, 0.9))
        for _ in range(gap):
            video.show()
        video.show((BOX, 0.9))
        assert video.tracker.tracks[0].hits == hits
