"""Real tracks: the recorded rows of the authors' trackers on the MOT17 second halves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from boxtrail.postprocessing import TrackTable, postprocess

RUNS = [
    "official-bytetrack",
    "official-ocsort",
    "official-botsort_gmcfile",
    "official-hybridsort",
    "official-boosttrack",
]


@pytest.mark.parametrize("run", RUNS)
def test_recorded_tracks_survive_every_method_without_embeddings(
    run: str, data_dir: Path, tmp_path: Path
) -> None:
    recorded = TrackTable.from_mot(data_dir / "golden" / "MOT17-val-half" / run / "MOT17-09.txt.gz")
    assert len(recorded) > 2000
    filled = postprocess(recorded, "linear")
    kept = filled.take(filled.rows >= 0)
    given = recorded.take(recorded.order())
    assert np.array_equal(kept.boxes, given.boxes)
    assert (len(filled) - len(kept)) > 0
    assert not filled.is_obb

    smooth = postprocess(recorded, "gsi")
    assert np.array_equal(smooth.frames, filled.frames)
    moved = np.abs(smooth.boxes - filled.boxes)
    assert 0.0 < np.median(moved) < 3.0
    smooth.to_mot(tmp_path / "a.txt")
    again = TrackTable.from_mot(tmp_path / "a.txt")
    assert np.abs(again.boxes - smooth.boxes).max() < 2e-4
