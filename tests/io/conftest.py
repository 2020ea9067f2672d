"""Small videos, images and frames, made on the spot; the grey level tells which frame it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from boxtrail.io import Frame, SinkInfo

WIDTH, HEIGHT, STEP = 64, 48, 8


def _grey(level: int) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), level, dtype=np.uint8)


@pytest.fixture
def make_video(tmp_path: Path) -> Callable[..., Path]:
    """A motion-JPEG file whose frame k has grey level 8 k."""

    def make(num_frames: int = 30, fps: float = 25.0, name: str = "clip.avi") -> Path:
        path = tmp_path / name
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), fps, (WIDTH, HEIGHT))
        for k in range(num_frames):
            writer.write(_grey(STEP * k))
        writer.release()
        return path

    return make


@pytest.fixture
def make_images(tmp_path: Path) -> Callable[..., Path]:
    """A folder with images of these names, the k-th of grey level 8 k."""

    def make(names: Sequence[str], folder: str = "pictures") -> Path:
        target = tmp_path / folder
        target.mkdir(parents=True, exist_ok=True)
        for k, name in enumerate(names):
            assert cv2.imwrite(str(target / name), _grey(STEP * k))
        return target

    return make


@pytest.fixture
def make_frames() -> Callable[..., list[Frame]]:
    """Frames of 64 x 48 pixels at ten a second."""

    def make(num_frames: int, stride: int = 1) -> list[Frame]:
        return [Frame(_grey(40), k, k / 10) for k in range(0, num_frames * stride, stride)]

    return make


@pytest.fixture
def info() -> SinkInfo:
    return SinkInfo(fps=10.0, class_names={0: "person", 1: "car"}, source_name="clip")
