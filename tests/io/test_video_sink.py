"""The annotated video."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from boxtrail.errors import SinkError
from boxtrail.io import Frame, SinkInfo, VideoSink, open_source
from boxtrail.io.drawing import TrackPainter
from boxtrail.results import TrackResults

NONE = TrackResults.empty()
BOX = TrackResults([[10, 10, 50, 40, 1, 0.9, 0, 0]])


def _write(sink: VideoSink, frames: list[Frame]) -> None:
    for frame in frames:
        sink.write(frame, BOX)


def read(path: Path) -> tuple[float, list[Frame]]:
    source = open_source(path)
    return source.fps, list(source)


@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".mkv", ".mov"])
def test_every_frame_is_written_at_the_rate_of_the_source(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]], suffix: str
) -> None:
    sink = VideoSink(tmp_path / f"out{suffix}", info)
    for frame in make_frames(25):
        sink.write(frame, BOX)
    assert not sink.path.exists()
    sink.close()
    fps, frames = read(sink.path)
    assert fps == pytest.approx(10.0)
    assert len(frames) == 25
    assert [path.name for path in tmp_path.iterdir()] == [f"out{suffix}"]


@pytest.mark.parametrize(
    ("fps", "stride", "expected"), [(30.0, 3, 10.0), (29.97, 1, 29.97), (25.0, 4, 6.25), (1000.0, 7, 142.86)]
)
def test_a_stride_slows_the_video_so_that_it_plays_at_the_speed_of_life(
    tmp_path: Path, make_frames: Callable[..., list[Frame]], fps: float, stride: int, expected: float
) -> None:
    sink = VideoSink(tmp_path / "out.mp4", SinkInfo(fps=fps, stride=stride))
    for frame in make_frames(4, stride):
        sink.write(frame, NONE)
    sink.close()
    assert read(sink.path)[0] == pytest.approx(expected, abs=0.01)


def test_the_tracks_are_drawn_and_the_frame_is_left_alone(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]]
) -> None:
    sink = VideoSink(tmp_path / "out.mp4", info)
    frame = make_frames(1)[0]
    sink.write(frame, BOX)
    # The caller may draw on its own frame at once, while the sink still encodes.
    assert (frame.image == 40).all()
    frame.image[:] = 255
    sink.close()
    image = read(sink.path)[1][0].image.astype(int)
    assert abs(image[40, 30] - 40).max() > 40
    assert abs(image[25, 30] - 40).max() < 12


def test_an_odd_size_loses_no_pixel_and_another_size_is_fitted_in(tmp_path: Path, info: SinkInfo) -> None:
    sink = VideoSink(tmp_path / "out.mp4", info)
    sink.write(Frame(np.full((47, 63, 3), 200, np.uint8), 0, 0.0), NONE)
    sink.write(Frame(np.full((100, 50, 3), 200, np.uint8), 1, 0.1), NONE)
    sink.close()
    first, second = (frame.image for frame in read(sink.path)[1])
    assert first.shape == second.shape == (48, 64, 3)
    assert first.min() > 180
    assert second[:, 32].min() > 180
    assert second[:, :15].max() < 40


def test_many_frames_of_changing_size_keep_their_own_picture(tmp_path: Path, info: SinkInfo) -> None:
    sink = VideoSink(tmp_path / "out.mp4", info)
    levels = [20 + 5 * k for k in range(40)]
    for k, level in enumerate(levels):
        size = (24, 32, 3) if k % 5 == 4 else (48, 64, 3)
        sink.write(Frame(np.full(size, level, np.uint8), k, k / 10), BOX if k % 2 else NONE)
    sink.close()
    for level, frame in zip(levels, read(sink.path)[1], strict=True):
        assert abs(float(frame.image[45, 3].mean()) - level) < 12
        if level % 2 == 0:
            assert np.abs(frame.image.astype(int) - level).max() < 25


def test_a_live_source_that_lost_frames_keeps_its_time(tmp_path: Path) -> None:
    sink = VideoSink(tmp_path / "out.mp4", SinkInfo(fps=10.0, is_live=True))
    for index, seconds in [(0, 5.0), (1, 5.1), (9, 5.9), (10, 6.0)]:
        sink.write(Frame(np.zeros((48, 64, 3), np.uint8), index, seconds), NONE)
    sink.close()
    assert len(read(sink.path)[1]) == 11


def test_an_interrupted_video_is_readable_under_its_partial_name(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]]
) -> None:
    target = tmp_path / "out.mp4"
    target.write_bytes(b"older")
    sink = VideoSink(target, info)
    for frame in make_frames(12):
        sink.write(frame, BOX)
    sink.abort()
    sink.close()
    assert len(read(tmp_path / "out.partial.mp4")[1]) == 12
    assert target.read_bytes() == b"older"
    assert not [thread for thread in threading.enumerate() if thread.name == "boxtrail-encode"]
    with pytest.raises(SinkError, match="it is closed"):
        sink.write(make_frames(1)[0], BOX)


def test_without_a_frame_there_is_no_video(
    tmp_path: Path, info: SinkInfo, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "boxtrail"):
        VideoSink(tmp_path / "out.mp4", info).close()
    assert "no frame was written" in caplog.text
    assert list(tmp_path.iterdir()) == []


def test_a_suffix_no_video_has_is_refused(tmp_path: Path, info: SinkInfo) -> None:
    with pytest.raises(SinkError, match=r"out\.gif: the name of a video ends in \.mp4"):
        VideoSink(tmp_path / "out.gif", info)


def test_a_failure_of_the_encoder_reaches_the_writer(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]]
) -> None:
    sink = VideoSink(tmp_path / "gone" / "out.mp4", info)
    (tmp_path / "gone").rmdir()
    with pytest.raises(SinkError, match=r"cannot write video .*out\.partial\.mp4 \(64x48 at 10"):
        _write(sink, make_frames(20))
    sink.abort()


def test_a_failure_of_the_painter_reaches_close(
    tmp_path: Path, info: SinkInfo, make_frames: Callable[..., list[Frame]]
) -> None:
    class Broken(TrackPainter):
        def draw_onto(self, image: object, tracks: TrackResults) -> None:
            raise ValueError("no paint")

    sink = VideoSink(tmp_path / "out.mp4", info, painter=Broken())
    sink.write(make_frames(1)[0], BOX)
    with pytest.raises(SinkError, match="no paint"):
        sink.close()
    assert not sink.path.exists()
