"""How a run ends: by itself, left, stopped, interrupted, or over a camera that never ends."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxtrail.engine import Engine
from boxtrail.errors import SourceError
from boxtrail.io.frame import Frame
from boxtrail.output_files import OutputFiles
from boxtrail.pipeline import Boxtrail
from boxtrail.run import Run
from run_traces import boxtrail_threads, num_video_frames
from square_video import CoastingTracker, square_detector

Image = NDArray[np.uint8]


def test_leaving_the_loop_leaves_readable_partial_files_and_no_thread(
    model: Boxtrail, clip: Path, tmp_path: Path
) -> None:
    for frame in model.track(clip, save=True, save_csv=True, out_dir=tmp_path, stream=True):
        if frame.frame_idx == 9:
            break

    assert sorted(path.name for path in tmp_path.iterdir()) == ["square.partial.csv", "square.partial.mp4"]
    assert num_video_frames(tmp_path / "square.partial.mp4") == 10
    with (tmp_path / "square.partial.csv").open() as file:
        assert len(list(csv.reader(file))) == 1 + 2 * 10
    assert boxtrail_threads() == []


def test_stop_ends_the_run_with_complete_files(model: Boxtrail, clip: Path, tmp_path: Path) -> None:
    run = model.track(clip, save_txt=True, out_dir=tmp_path, stream=True)
    for frame in run:
        if frame.frame_idx == 9:
            run.stop()
    assert run.summary.complete
    assert run.summary.frames == 10
    assert [path.name for path in tmp_path.iterdir()] == ["square.txt"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ZeroDivisionError])
def test_an_interrupted_run_leaves_what_it_had(
    clip: Path, tmp_path: Path, failure: type[BaseException]
) -> None:
    calls: list[int] = []

    def detector(image: Image) -> list[list[float]]:
        calls.append(1)
        if len(calls) == 8:
            raise failure
        return square_detector(image)

    run = Boxtrail(detector, CoastingTracker()).track(
        clip, save=True, save_txt=True, save_annotation=True, out_dir=tmp_path, stream=True
    )
    with pytest.raises(failure):
        run.finish()

    assert not run.summary.complete
    assert run.summary.frames == 7
    assert num_video_frames(tmp_path / "square.partial.mp4") == 7
    assert len((tmp_path / "square.partial.txt").read_text().splitlines()) == 14
    assert json.loads((tmp_path / "square.partial.json").read_text())["framesCount"] > 0
    assert all(".partial" in path.name for path in tmp_path.iterdir())
    assert set(run.summary.files) <= set(tmp_path.iterdir())
    assert boxtrail_threads() == []


class Camera:
    """A live source without an end."""

    name, fps, num_frames, is_live = "camera0", 10.0, None, True
    closed = False

    def __iter__(self) -> Iterator[Frame]:
        index = 0
        while True:
            yield Frame(np.full((64, 96, 3), 200, np.uint8), index, index / 10.0)
            index += 1

    def close(self) -> None:
        self.closed = True


def camera_run(files: OutputFiles, detector: Callable[[Image], Any] = square_detector) -> tuple[Run, Camera]:
    camera = Camera()
    model = Boxtrail(detector, CoastingTracker())
    return Run(camera, Engine(model.detector, CoastingTracker()), files, reopen=Camera), camera


def test_leaving_the_loop_over_a_camera_completes_its_files(tmp_path: Path) -> None:
    run, camera = camera_run(OutputFiles(save_txt=True, out_dir=tmp_path))
    for frame in run:
        if frame.frame_idx == 3:
            break
    assert [path.name for path in tmp_path.iterdir()] == ["camera0.txt"]
    assert run.summary.complete
    assert camera.closed


def test_inside_the_loop_over_a_camera_the_summary_tells_what_there_is(tmp_path: Path) -> None:
    run, _ = camera_run(OutputFiles())
    counts = []
    for _ in run:
        counts.append(run.summary.frames)
        if len(counts) == 3:
            break
    assert counts == [1, 2, 3]


def test_a_camera_cannot_be_iterated_again() -> None:
    run, _ = camera_run(OutputFiles())
    for _ in run:
        break
    with pytest.raises(SourceError, match="camera0 is live"):
        next(iter(run))
