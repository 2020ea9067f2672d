"""Reading video files."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from boxtrail.errors import SourceError
from boxtrail.io import open_source
from boxtrail.io.video import FrameClock


def test_a_video_tells_its_name_rate_and_length(make_video: Callable[..., Path]) -> None:
    source = open_source(make_video(12, fps=12.5, name="yard.avi"))
    assert (source.name, source.fps, source.num_frames, source.is_live) == ("yard", 12.5, 12, False)
    frame = next(iter(source))
    assert frame.image.shape == (48, 64, 3)
    assert frame.image.dtype == np.uint8
    assert frame.path is None
    source.close()


def test_iterating_again_starts_over(make_video: Callable[..., Path]) -> None:
    source = open_source(make_video(5))
    iterator = iter(source)
    next(iterator), next(iterator)
    assert [frame.index for frame in source] == [0, 1, 2, 3, 4]
    assert [frame.index for frame in source] == [0, 1, 2, 3, 4]
    assert list(iterator) == []


def test_a_closed_source_says_so(make_video: Callable[..., Path]) -> None:
    source = open_source(make_video(5))
    source.close()
    source.close()
    with pytest.raises(SourceError, match="clip is closed"):
        list(source)


def test_a_truncated_video_ends_with_a_warning(
    make_video: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    path = make_video(30)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    source = open_source(path)
    with caplog.at_level(logging.WARNING, "boxtrail"):
        count = len(list(source))
    assert 0 < count < 30
    assert f"{path} ends after {count} of 30 frames" in caplog.text
    assert source.num_frames == count


def test_a_whole_video_ends_without_a_warning(
    make_video: Callable[..., Path], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "boxtrail"):
        assert len(list(open_source(make_video(9)))) == 9
    assert not caplog.records


def test_a_stream_file_without_a_length_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "raw.mjpeg"
    pictures = [cv2.imencode(".jpg", np.full((48, 64, 3), 8 * k, np.uint8))[1].tobytes() for k in range(6)]
    path.write_bytes(b"".join(pictures))
    source = open_source(path)
    assert source.num_frames is None
    assert [frame.index for frame in source] == list(range(6))
    assert source.num_frames == 6


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "the file is empty"), (b"no video at all " * 50, "it is damaged, cut off")]
)
def test_a_file_that_is_no_video_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "bad.mp4"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=f"cannot read video .*bad.mp4: {message}"):
        open_source(path)


def test_a_text_file_is_not_taken_for_a_video(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("FFmpeg would render this as a picture\n" * 100)
    with pytest.raises(SourceError, match=r"notes\.txt: \.txt is no video or image"):
        open_source(path)


@pytest.mark.parametrize("missing", ["nowhere.mp4", "no/such/folder"])
def test_a_missing_path_is_named_with_the_part_that_is_missing(tmp_path: Path, missing: str) -> None:
    with pytest.raises(SourceError, match=r"no such file or folder: .*; .* has no '") as caught:
        open_source(tmp_path / missing)
    assert f"has no '{Path(missing).parts[0]}'" in str(caught.value)


def test_times_of_the_container_are_kept_while_they_grow() -> None:
    clock = FrameClock(fps=10.0)
    assert [clock.tick(ms) for ms in (0.0, 40.0, 140.0)] == [0.0, 0.04, 0.14]


@pytest.mark.parametrize("broken", [0.0, math.nan, -5.0, math.inf])
def test_times_that_do_not_grow_are_replaced_by_the_frame_rate(broken: float) -> None:
    clock = FrameClock(fps=10.0)
    np.testing.assert_allclose([clock.tick(broken) for _ in range(4)], [0.0, 0.1, 0.2, 0.3])


def test_a_container_without_a_rate_gets_thirty_and_one_warning(
    make_video: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Rateless:
        def __init__(self, *arguments: object) -> None:
            self._capture = real(*arguments)

        def __getattr__(self, name: str) -> object:
            return getattr(self._capture, name)

        def get(self, what: int) -> float:
            return 0.0 if what in (cv2.CAP_PROP_FPS, cv2.CAP_PROP_POS_MSEC) else self._capture.get(what)

    real = cv2.VideoCapture
    monkeypatch.setattr(cv2, "VideoCapture", Rateless)
    with caplog.at_level(logging.WARNING, "boxtrail"):
        source = open_source(make_video(4))
        np.testing.assert_allclose([frame.timestamp for frame in source], [0, 1 / 30, 2 / 30, 3 / 30])
        list(source)
    assert source.fps == 30.0
    assert len([record for record in caplog.records if "names no frame rate" in record.message]) == 1


def test_the_real_clip_has_all_its_frames(data_dir: Path) -> None:
    source = open_source(data_dir / "clips" / "vtest.avi", start_frame=700, stride=5)
    assert (source.fps, source.num_frames) == (10.0, 19)
    frames = list(source)
    assert [frame.index for frame in frames] == list(range(700, 795, 5))
    assert frames[0].image.shape == (576, 768, 3)
    np.testing.assert_allclose(frames[-1].timestamp, 79.0)


def test_skipping_to_a_frame_gives_the_frame_that_reading_all_gives(data_dir: Path) -> None:
    clip = data_dir / "clips" / "intel-one-by-one-person-detection.mp4"
    whole = [frame for frame in open_source(clip, end_frame=131) if frame.index == 130]
    skipped = list(open_source(clip, start_frame=130, num_frames=1))
    np.testing.assert_array_equal(whole[0].image, skipped[0].image)
    assert whole[0].timestamp == skipped[0].timestamp
