"""Every recorded sequence: the compiled trackers and the reference give the same tracks."""

from __future__ import annotations

from pathlib import Path

import pytest

from equivalence.agreement import assert_same_rows, assert_same_tracks, both
from equivalence.recorded import FILES, frames
from strategies import TRACKER_NAMES

LONGEST = 60  # frames of one window; the reference is slow


@pytest.mark.parametrize("file", FILES)
def test_recorded_detections_give_the_same_tracks(data_dir: Path, file: str) -> None:
    video = frames(data_dir / file)
    middle = max(LONGEST, len(video) // 2)
    for tracker in TRACKER_NAMES:
        fast, slow = both(tracker)
        for window in (video[:LONGEST], video[middle : middle + LONGEST]):
            for dets in window:
                assert_same_rows(fast.update(dets), slow.update(dets))
            assert_same_tracks(fast, slow)
            fast.reset()
            slow.reset()


@pytest.mark.parametrize("tracker", TRACKER_NAMES)
def test_a_whole_recorded_sequence_gives_the_same_tracks(data_dir: Path, tracker: str) -> None:
    fast, slow = both(tracker)
    for dets in frames(data_dir / "detections/sort_frcnn/MOT15/PETS09-S2L1.txt")[:400]:
        assert_same_rows(fast.update(dets), slow.update(dets))
