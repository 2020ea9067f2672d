"""The frame rate of images, which carry none."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from boxtrail.errors import ConfigError
from boxtrail.io import open_source


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(3):
        cv2.imwrite(str(tmp_path / f"{number}.png"), np.zeros((8, 8, 3), np.uint8))
    return tmp_path


def test_images_run_at_thirty_frames_a_second_unless_told(folder: Path) -> None:
    assert open_source(folder).fps == 30.0
    source = open_source(folder, fps=8)
    assert source.fps == 8.0
    assert [frame.timestamp for frame in source] == [0.0, 0.125, 0.25]


@pytest.mark.parametrize("fps", [0.0, -1.0, 2000.0])
def test_a_frame_rate_that_cannot_be_is_refused(folder: Path, fps: float) -> None:
    with pytest.raises(ConfigError, match="fps must be above 0"):
        open_source(folder, fps=fps)


def test_a_video_keeps_its_own_frame_rate(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 10.0, (64, 48))
    writer.write(np.zeros((48, 64, 3), np.uint8))
    writer.release()
    with pytest.raises(ConfigError, match="has its own frame rate, 10"):
        open_source(path, fps=8)
