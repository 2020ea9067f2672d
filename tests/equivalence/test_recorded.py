"""Every recorded sequence: the compiled trackers and the reference give the same tracks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from boxtrail.boxes import FloatArray
from boxtrail.trackers import TRACKERS
from equivalence.agreement import assert_same_rows, assert_same_tracks, both, step
from equivalence.recorded import FILES, frames
from strategies import TRACKER_NAMES, Frame, embeddings

LONGEST = 60  # frames of one window; the reference is slow


def shown(tracker: str, video: list[FloatArray]) -> list[Frame]:
    """What a tracker gets to see of a video: made-up looks too, if it cannot do without."""
    rng = np.random.default_rng(5)
    needed = TRACKERS[tracker].appearance == "needed"
    return [Frame(dets, embs=embeddings(rng, dets) if needed else None) for dets in video]


@pytest.mark.parametrize("file", FILES)
def test_recorded_detections_give_the_same_tracks(data_dir: Path, file: str) -> None:
    video = frames(data_dir / file)
    middle = max(LONGEST, len(video) // 2)
    for tracker in TRACKER_NAMES:
        fast, slow = both(tracker)
        for window in (video[:LONGEST], video[middle : middle + LONGEST]):
            for frame in shown(tracker, window):
                assert_same_rows(step(fast, frame), step(slow, frame))
            assert_same_tracks(fast, slow)
            fast.reset()
            slow.reset()


@pytest.mark.parametrize("tracker", TRACKER_NAMES)
def test_a_whole_recorded_sequence_gives_the_same_tracks(data_dir: Path, tracker: str) -> None:
    fast, slow = both(tracker)
    for frame in shown(tracker, frames(data_dir / "detections/sort_frcnn/MOT15/PETS09-S2L1.txt")[:400]):
        assert_same_rows(step(fast, frame), step(slow, frame))
