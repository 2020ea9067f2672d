"""Every recorded sequence: the compiled trackers and the reference give the same tracks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from boxtrail.trackers import TRACKERS
from equivalence.agreement import assert_same_rows, assert_same_state, assert_same_tracks, both, step
from equivalence.recorded import DANCE, FILES, MOT17, camera_motion, frames
from strategies import TRACKER_NAMES, Frame, embeddings

LONGEST = 40  # frames of one window; the reference is slow


def shown(tracker: str, rng: np.random.Generator, dets: np.ndarray) -> Frame:
    """A frame as the tracker needs it."""
    return Frame(dets, embs=embeddings(rng, dets) if TRACKERS[tracker].appearance == "needed" else None)


@pytest.mark.parametrize("tracker", TRACKER_NAMES)
@pytest.mark.parametrize("file", FILES)
def test_recorded_detections_give_the_same_tracks(data_dir: Path, file: str, tracker: str) -> None:
    rng = np.random.default_rng(0)
    video = frames(data_dir / file)
    middle = max(LONGEST, len(video) // 2)
    fast, slow = both(tracker)
    for window in (video[:LONGEST], video[middle : middle + LONGEST]):
        for dets in window:
            frame = shown(tracker, rng, dets)
            assert_same_rows(step(fast, frame), step(slow, frame))
        assert_same_tracks(fast, slow)
        fast.reset()
        slow.reset()


MOVING = (
    *(("MOT17", name, f"detections/yolox_x_ablation/MOT17/{name}.txt") for name in MOT17),
    *(
        ("DanceTrack", f"dancetrack{n}", f"detections/yolox_x_dancetrack/DanceTrack/dancetrack{n}.txt.gz")
        for n in DANCE[:3]
    ),
)


@pytest.mark.parametrize("tracker", TRACKER_NAMES)
@pytest.mark.parametrize(("benchmark", "sequence", "file"), MOVING, ids=[name for _, name, _ in MOVING])
def test_recorded_camera_motion_and_random_appearance_give_the_same_tracks(
    data_dir: Path, benchmark: str, sequence: str, file: str, tracker: str
) -> None:
    rng = np.random.default_rng(1)
    video, warps = frames(data_dir / file), camera_motion(data_dir, benchmark, sequence)
    start = len(video) // 3
    fast, slow = both(tracker)
    for k in range(start, start + LONGEST):
        looks = rng.normal(size=(len(video[k]), 24)).astype(np.float32)
        looks /= np.linalg.norm(looks, axis=1, keepdims=True)
        frame = Frame(video[k], warp=warps[k], embs=looks)
        assert_same_rows(step(fast, frame), step(slow, frame))
    assert_same_state(fast.state_dict(), slow.state_dict())


@pytest.mark.parametrize("tracker", TRACKER_NAMES)
def test_a_whole_recorded_sequence_gives_the_same_tracks(data_dir: Path, tracker: str) -> None:
    rng = np.random.default_rng(2)
    fast, slow = both(tracker)
    for dets in frames(data_dir / "detections/sort_frcnn/MOT15/PETS09-S2L1.txt")[:400]:
        frame = shown(tracker, rng, dets)
        assert_same_rows(step(fast, frame), step(slow, frame))
