"""What a detections file says of itself when it explains a run without tracks."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxtrail.detectors import create_detector


def test_scores_on_another_scale_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "det.txt"
    path.write_text("1,-1,0,0,10,20,70,-1,-1,-1\n1,-1,30,0,10,20,20,-1,-1,-1\n")
    create_detector(f"file:{path}")
    assert "scores from 20 to 70 were mapped to [0, 1]; 50 % are above 0.6" in caplog.text


def test_an_empty_file_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "det.txt"
    path.write_text("")
    create_detector(f"file:{path}")
    assert f"{path} holds no detections" in caplog.text


def test_ordinary_scores_are_not_remarked_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "det.txt"
    path.write_text("1,-1,0,0,10,20,0.7\n")
    create_detector(f"file:{path}")
    assert not caplog.records
