"""The second halves of MOT17: every row the authors' own code gives, and none more, with our default options or those
the run was recorded with.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxtrail import create_tracker
from boxtrail.boxes import FloatArray
from equivalence.recorded import MOT17, frame_rate, golden_rows, second_half

RUNS = {"bytetrack": "official-bytetrack_plain_iou0", "ocsort": "official-ocsort"}
# BoostTrack's authors keep a track for two seconds, 30 frames at the least, and print no box that is wide or tiny.
BOOST_RUNS = {"+": "official-boosttrack", "++": "official-boosttrack++"}
BOOST_FILTER = {"min_box_area": 10.0, "max_aspect_ratio": 1.6}
SHORTEST = ("MOT17-02", "MOT17-09")
NEAR = 0.02  # pixels


def tracked(name: str, backend: str, video: list[FloatArray], **options: Any) -> FloatArray:
    """Rows (frame, id, left, top, width, height)."""
    tracker = create_tracker(name, backend, **options)
    rows = []
    for frame, dets in enumerate(video, start=1):
        tracks = tracker.update(dets)
        size = tracks.xyxy[:, 2:] - tracks.xyxy[:, :2]
        rows.append(np.column_stack([np.full(len(tracks), frame), tracks.id, tracks.xyxy[:, :2], size]))
    return np.vstack(rows)


def assert_row_for_row(ours: FloatArray, golden: FloatArray) -> None:
    """The same boxes in every frame, and ids that are a renaming of one another."""
    assert len(ours) == len(golden)
    renamed: dict[int, int] = {}
    for frame in np.unique(golden[:, 0]):
        a, b = ours[ours[:, 0] == frame], golden[golden[:, 0] == frame]
        assert len(a) == len(b), f"frame {frame:g}"
        distance = np.abs(a[:, None, 2:6] - b[None, :, 2:6]).max(axis=2)
        nearest = distance.argmin(axis=1)
        assert sorted(nearest) == list(range(len(b))), f"frame {frame:g}"
        assert distance.min(axis=1).max(initial=0.0) <= NEAR, f"frame {frame:g}"
        for ours_id, golden_id in zip(a[:, 1], b[nearest, 1], strict=True):
            assert renamed.setdefault(int(ours_id), int(golden_id)) == golden_id, f"frame {frame:g}"
    assert len(set(renamed.values())) == len(renamed)


@pytest.mark.parametrize("sequence", MOT17)
@pytest.mark.parametrize("name", RUNS)
def test_the_core_gives_the_authors_rows(data_dir: Path, name: str, sequence: str) -> None:
    ours = tracked(name, "cpp", second_half(data_dir, sequence))
    assert_row_for_row(ours, golden_rows(data_dir, RUNS[name], sequence))


@pytest.mark.parametrize("sequence", SHORTEST)
@pytest.mark.parametrize("name", RUNS)
def test_the_reference_gives_the_authors_rows(data_dir: Path, name: str, sequence: str) -> None:
    ours = tracked(name, "python", second_half(data_dir, sequence))
    assert_row_for_row(ours, golden_rows(data_dir, RUNS[name], sequence))


def assert_boosttrack_row_for_row(data_dir: Path, variant: str, backend: str, sequence: str) -> None:
    max_age = max(2.0 * frame_rate(data_dir, sequence), 30.0)
    video = second_half(data_dir, sequence)
    ours = tracked("boosttrack", backend, video, variant=variant, max_age=max_age, **BOOST_FILTER)
    assert_row_for_row(ours, golden_rows(data_dir, BOOST_RUNS[variant], sequence))


@pytest.mark.parametrize("sequence", MOT17)
@pytest.mark.parametrize("variant", BOOST_RUNS)
def test_the_core_gives_the_rows_of_boosttrack(data_dir: Path, variant: str, sequence: str) -> None:
    assert_boosttrack_row_for_row(data_dir, variant, "cpp", sequence)


@pytest.mark.parametrize("sequence", SHORTEST)
@pytest.mark.parametrize("variant", BOOST_RUNS)
def test_the_reference_gives_the_rows_of_boosttrack(data_dir: Path, variant: str, sequence: str) -> None:
    assert_boosttrack_row_for_row(data_dir, variant, "python", sequence)
