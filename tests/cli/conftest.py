"""The command line called in this process, and a clip to give it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest

from boxtrail.cli.app import main


class Outcome(NamedTuple):
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


@pytest.fixture
def boxtrail(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Outcome]:
    """Runs ``boxtrail`` with the reference backend in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("BOXTRAIL_BACKEND", "python")

    def run(*arguments: object) -> Outcome:
        with pytest.raises(SystemExit) as caught:
            main([str(argument) for argument in arguments])
        code = caught.value.code
        assert isinstance(code, int)
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return run


def _write_clip(path: Path, num_frames: int) -> Path:
    """A bright square that moves over a dark picture, at 25 frames a second."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 25.0, (160, 120))
    for index in range(num_frames):
        image = np.full((120, 160, 3), 40, np.uint8)
        left = (3 * index) % 130
        image[40:80, left : left + 24] = (60, 200, 240)
        writer.write(image)
    writer.release()
    return path


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty frames."""
    return _write_clip(tmp_path_factory.mktemp("clip") / "square.mp4", 30)


@pytest.fixture
def long_clip(tmp_path: Path) -> Path:
    """Four minutes, longer than any test waits."""
    return _write_clip(tmp_path / "long.mp4", 6000)
