"""Opening any source of frames: a file, a folder, a pattern, a camera or a stream."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

from boxtrail.errors import ConfigError, SourceError
from boxtrail.io import images, video
from boxtrail.io.frame import Frame, Reader, Source
from boxtrail.io.prefetch import DecodeAhead
from boxtrail.io.selection import Selection, whole_number
from boxtrail.io.stream import is_url, open_camera, open_url

HINT = "give a video, a folder of images, a pattern, a camera index or a URL"

logger = logging.getLogger(__name__)


def open_source(
    source: str | Path | int,
    *,
    stride: int = 1,
    start_frame: int = 0,
    end_frame: int | None = None,
    num_frames: int | None = None,
    duration: float | None = None,
    prefetch: int = 8,
    fps: float | None = None,
    max_pixels: int | None = None,
) -> Source:
    """Open a video, an image, a folder of images, a MOTChallenge sequence, a glob, a camera or a stream.

    ``source`` is a path, a pattern such as ``"img/*.jpg"``, a camera index (``0`` or ``"0"``) or an address
    such as ``rtsp://…``. ``fps`` is the frame rate of images, which carry none; a video knows
    its own. ``stride`` takes every n-th frame from ``start_frame`` on; ``end_frame`` is left
    out; ``num_frames`` is the most frames delivered; ``duration`` is in seconds of the source. Where several
    limits are given, the first one reached holds. ``prefetch`` frames are decoded ahead in a thread; 0
    decodes in the caller's. A live source that is read too slowly loses its oldest frames. ``max_pixels`` refuses a
    video file of larger frames, before one is decoded where its header tells.

    Raises:
        SourceError: if there is no such thing, or it cannot be read.
        ConfigError: if the selection makes no sense for this source.
        MissingExtraError: if OpenCV is not installed.
    """
    selection = Selection(
        stride=stride, start_frame=start_frame, end_frame=end_frame, num_frames=num_frames, duration=duration
    )
    depth = whole_number("prefetch", prefetch, 0)
    reader = _open_reader(source, max_pixels)
    try:
        _set_frame_rate(reader, fps)
        selection.check_start(reader.length, reader.name)
    except ConfigError:
        reader.close()
        raise
    return FrameSource(reader, selection, depth)


def _set_frame_rate(reader: Reader, fps: float | None) -> None:
    if fps is None:
        return
    if not isinstance(reader, images.ImageReader):
        raise ConfigError(f"fps is for images; {reader.name} has its own frame rate, {reader.fps:g}")
    if not 0.0 < fps <= 1000.0:
        raise ConfigError(f"fps must be above 0 and at most 1000, not {fps!r}")
    reader.fps = float(fps)


class FrameSource:
    """The selected frames of a reader, decoded ahead. Iterating again starts over (a camera goes on)."""

    def __init__(self, reader: Reader, selection: Selection, prefetch: int) -> None:
        self._reader = reader
        self._selection = selection
        self._prefetch = prefetch
        self._ahead: DecodeAhead | None = None
        self._closed = False
        self.name = reader.name
        self.fps = reader.fps

    @property
    def is_live(self) -> bool:
        """Whether frames come at their own pace."""
        return self._reader.is_live

    @property
    def num_frames(self) -> int | None:
        """Frames that iterating delivers; None if unknown. Exact once the end of a file was reached."""
        if self.is_live:
            return self._selection.num_frames
        return self._selection.count(self._reader.length, self.fps)

    @property
    def source_frames(self) -> int | None:
        """Frames in the source before any selection; None if unknown."""
        return self._reader.length

    @property
    def frame_size(self) -> tuple[int, int] | None:
        """Width and height of the frames in pixels, where a video file tells them."""
        reader = self._reader
        return reader.frame_size if isinstance(reader, video.VideoReader) and all(reader.frame_size) else None

    @property
    def stride(self) -> int:
        """Every which frame is delivered."""
        return self._selection.stride

    def __iter__(self) -> Iterator[Frame]:
        if self._closed:
            raise SourceError(f"{self.name} is closed; open it again")
        self._stop()
        self._reader.rewind()
        return self._frames()

    def _frames(self) -> Iterator[Frame]:
        if self._prefetch == 0:
            yield from self._selection.pick(self._reader)
            return
        if self.is_live:
            ahead = self._ahead = DecodeAhead(_every(self._reader), self._prefetch, drop_oldest=True)
            frames = self._selection.pick(_Ahead(self._reader, ahead))
        else:
            ahead = self._ahead = DecodeAhead(self._selection.pick(self._reader), self._prefetch)
            frames = iter(ahead)
        try:
            yield from frames
        finally:
            ahead.close()

    def _stop(self) -> bool:
        ahead, self._ahead = self._ahead, None
        self._reader.interrupt()
        return ahead is None or ahead.close()

    def close(self) -> None:
        """Stop decoding and let go of the file or device."""
        self._closed = True
        if self._stop():
            self._reader.close()
        else:
            # Releasing a capture under a thread that reads from it crashes; the process's end releases it.
            logger.warning("%s does not answer and is left open", self.name)


class _Ahead:
    """A live reader seen through its thread: skipping takes a frame off the buffer."""

    def __init__(self, reader: Reader, ahead: DecodeAhead) -> None:
        self.name, self.fps = reader.name, reader.fps
        self.length, self.is_live = reader.length, reader.is_live
        self._ahead = ahead

    def read(self) -> Frame | None:
        return self._ahead.read()

    def skip(self) -> bool:
        return self._ahead.read() is not None

    def rewind(self) -> None:
        pass

    def interrupt(self) -> None:
        pass

    def close(self) -> None:
        self._ahead.close()


def _every(reader: Reader) -> Iterator[Frame]:
    while (frame := reader.read()) is not None:
        yield frame


def _open_reader(source: str | Path | int, max_pixels: int | None) -> Reader:
    if isinstance(source, bool) or not isinstance(source, (str, Path, int)):
        raise ConfigError(f"a source is a path, an address or a camera index, not {source!r}")
    if isinstance(source, int):
        return open_camera(whole_number("camera index", source, 0))
    text = str(source)
    if is_url(text):
        return open_url(text)
    path = Path(text).expanduser()
    if path.exists() and text:
        return _open_path(path, max_pixels)
    if text.isdecimal() and isinstance(source, str):
        return open_camera(int(text))
    if any(letter in text for letter in "*?["):
        return images.open_pattern(str(path))
    raise SourceError(f"no such file or folder: {text or '(empty)'}; {_where(path)}")


def _open_path(path: Path, max_pixels: int | None) -> Reader:
    if path.is_dir():
        return images.open_folder(path)
    suffix = path.suffix.lower()
    if suffix in images.SUFFIXES:
        return images.ImageReader([path], path.stem)
    if not os.access(path, os.R_OK):
        raise SourceError(f"cannot read {path}: permission denied; make it readable, or choose another file")
    # FFmpeg would read a text file as "ANSI art"; a file without a suffix may well be a video.
    if suffix and suffix not in video.SUFFIXES:
        raise SourceError(
            f"cannot read {path}: {suffix} is no video or image; "
            "give one such as .mp4, .avi, .mkv, .mov, .jpg or .png"
        )
    return video.VideoReader(path, max_pixels=max_pixels)


def _where(path: Path) -> str:
    """What to look at when ``path`` is not there."""
    for parent in path.absolute().parents:
        if parent.is_dir():
            missing = path.absolute().relative_to(parent).parts[0]
            return f"{parent} has no {missing!r}; {HINT}"
    return HINT


__all__ = ["FrameSource", "open_source"]
