"""Runs that died in the middle, and files that were damaged since: what is whole is kept, the rest computed again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark_folders import LENGTH, content
from boxtrail.benchmarks.frame_pass import CHUNK
from boxtrail.errors import BoxtrailError, DetectorError
from counting_detectors import Counting, Remembering


def test_a_run_that_died_goes_on_after_the_last_whole_chunk(run: Any, tmp_path: Path) -> None:
    run(Counting(), cache_dir=tmp_path / "whole", reid="histogram", camera_motion="sof")
    with pytest.raises(DetectorError, match="out of memory"):
        run(Counting(die_at=CHUNK + 9), reid="histogram", camera_motion="sof")
    detector = Counting()
    run(detector, reid="histogram", camera_motion="sof")
    assert detector.shown == LENGTH - CHUNK + 5
    assert content(tmp_path / "cache") == content(tmp_path / "whole")


def test_a_detector_that_remembers_is_shown_the_frames_again(run: Any, tmp_path: Path) -> None:
    run(Remembering(), cache_dir=tmp_path / "whole")
    with pytest.raises(DetectorError):
        run(Remembering(die_at=CHUNK + 9))
    detector = Remembering()
    cache = run(detector)
    assert detector.shown == LENGTH + 5
    assert content(tmp_path / "cache") == content(tmp_path / "whole")
    np.testing.assert_allclose(cache.sequence("b").detections[:, 4], np.repeat(np.arange(1, 6), 2) / 1000)


def test_a_damaged_chunk_is_computed_again(run: Any, tmp_path: Path) -> None:
    run(Counting(), cache_dir=tmp_path / "whole")
    with pytest.raises(DetectorError):
        run(Counting(die_at=2 * CHUNK + 1))
    second = sorted((tmp_path / "cache").rglob("chunks-*/*.npz"))[1]
    second.write_bytes(second.read_bytes()[:-3])
    detector = Counting()
    run(detector)
    assert detector.shown == LENGTH - CHUNK + 5
    assert content(tmp_path / "cache") == content(tmp_path / "whole")


def test_a_damaged_file_is_named_and_computed_again(run: Any, caplog: pytest.LogCaptureFixture) -> None:
    cache = run(Counting())
    (file,) = (path for path in cache.files if path.parent.name == "b")
    whole = file.read_bytes()
    file.write_bytes(whole[:100] + b"?" + whole[101:])
    with pytest.raises(BoxtrailError, match=rf"{file.name} is damaged"):
        cache.sequences()
    detector = Counting()
    again = run(detector)
    assert detector.shown == 5
    assert again.num_computed == 1
    assert str(file) in again.damaged[0]
    assert f"{file} is damaged" in caplog.text
    assert file.read_bytes() == whole


def test_a_file_in_the_place_of_another_is_not_believed(run: Any) -> None:
    cache = run(Counting())
    a, b = cache.files
    shutil.copy(a, b)
    assert run(Counting()).num_computed == 1
