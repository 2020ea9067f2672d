"""Frames shown to a tracker: when it looks at them for camera motion, and when not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from boxtrail.errors import ConfigError
from boxtrail.trackers import Tracker

Make = Callable[..., Tracker]

SHIFTS = (0.0, 60.0, 120.0, 180.0)
BOX = np.array([300.0, 200.0, 330.0, 260.0, 0.9, 0.0])


def picture(shift: float) -> np.ndarray:
    """A still scene seen by a camera that has turned by so many pixels."""
    wide = np.random.default_rng(0).integers(0, 255, (60, 120, 3), np.uint8)
    wide = np.kron(wide, np.ones((8, 8, 1), np.uint8))
    return np.ascontiguousarray(wide[:, int(400 - shift) : int(400 - shift) + 480])


def ids_while_the_camera_jumps(tracker: Tracker, *, frames: bool = True) -> list[int]:
    ids = []
    for shift in SHIFTS:
        row = BOX + np.array([shift, 0.0, shift, 0.0, 0.0, 0.0])
        ids += tracker.update(row[None], picture(shift) if frames else None).id.tolist()
    return ids


def test_a_jumping_camera_costs_no_id_where_it_is_estimated(eager: Make) -> None:
    pytest.importorskip("cv2")
    assert set(ids_while_the_camera_jumps(eager(cmc_method="sof"))) == {1}


def test_it_does_where_it_is_not(eager: Make) -> None:
    tracker = eager(cmc_method="none")
    assert ids_while_the_camera_jumps(tracker) == ids_while_the_camera_jumps(
        eager(cmc_method="none"), frames=False
    )
    tracker.reset()
    assert ids_while_the_camera_jumps(tracker) != [1, 1, 1, 1]
    assert len(tracker.tracks) > 1


def test_reset_forgets_the_last_frame(eager: Make) -> None:
    pytest.importorskip("cv2")
    tracker = eager(cmc_method="sof")
    first = ids_while_the_camera_jumps(tracker)
    tracker.reset()
    assert ids_while_the_camera_jumps(tracker) == first


def test_a_file_of_warps_needs_no_frames(eager: Make, tmp_path: Path) -> None:
    path = tmp_path / "gmc.txt"
    path.write_text("".join(f"{k} 1 0 {60.0 * (k > 0)} 0 1 0\n" for k in range(len(SHIFTS))))
    assert set(ids_while_the_camera_jumps(eager(cmc_method=f"file:{path}"), frames=False)) == {1}


def test_a_warp_that_is_passed_wins(eager: Make) -> None:
    tracker = eager(cmc_method="sof")
    for shift in SHIFTS:
        row = BOX + np.array([shift, 0.0, shift, 0.0, 0.0, 0.0])
        warp = np.array([[1.0, 0.0, 60.0 * (shift > 0)], [0.0, 1.0, 0.0]])
        # The picture stands still: an estimate would leave the track behind.
        tracks = tracker.update(row[None], picture(0.0), warp=warp)
    assert tracks.id.tolist() == [1]


def test_an_unknown_method_is_refused_at_once(make: Make) -> None:
    with pytest.raises(ConfigError, match="sof"):
        make(cmc_method="soff")
