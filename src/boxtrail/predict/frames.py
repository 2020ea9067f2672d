"""Frames of a video in the order and range the settings want."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from boxtrail.errors import SourceError
from boxtrail.io.frame import Frame
from boxtrail.io.sources import open_source
from boxtrail.io.video import VideoReader
from boxtrail.predict.settings import FrameRange

CHUNK = 64  # frames in memory at once when going backward


class VideoFrames:
    """The wanted frames of a video file; ``total`` is how many there will be, ``fps`` of the video itself.

    A video is decoded forward only, so going backward decodes it again and again up to the chunk that is due; every
    index is exact. A start past the end gives nothing.

    Raises:
        SourceError: if the video cannot be read.
        ConfigError: if the range of frames makes no sense.
    """

    def __init__(self, path: Path, frames: FrameRange) -> None:
        self._path, self._frames = path, frames
        with closing(VideoReader(path)) as reader:
            self.fps, length = reader.fps, reader.length
            first = reader.read()
        if first is None:
            raise SourceError(f"cannot read video {path}: not one frame could be decoded")
        self.size = (first.image.shape[0], first.image.shape[1])
        self.length = length
        if frames.is_backward:
            self._indices = frames.backward(self._counted(), self.fps)
            self.total: int | None = len(self._indices)
        elif length is not None and frames.start_frame >= length:
            self.total = 0
        else:
            self.total = frames.selection().count(length, self.fps)

    def __iter__(self) -> Iterator[Frame]:
        if self._frames.is_backward:
            return self._backward()
        return self._forward()

    def _forward(self) -> Iterator[Frame]:
        if self.total == 0:
            return
        wanted = self._frames
        with closing(
            open_source(
                self._path,
                stride=wanted.stride,
                start_frame=wanted.start_frame,
                end_frame=wanted.end_frame,
                num_frames=wanted.num_frames,
                duration=wanted.duration,
            )
        ) as source:
            yield from source

    def _backward(self) -> Iterator[Frame]:
        indices = list(self._indices)
        for start in range(0, len(indices), CHUNK):
            chunk = indices[start : start + CHUNK]
            with closing(
                open_source(
                    self._path,
                    stride=self._frames.stride,
                    start_frame=chunk[-1],
                    num_frames=len(chunk),
                    prefetch=0,
                )
            ) as source:
                yield from reversed(list(source))

    def _counted(self) -> int:
        """Frames of the video, counted where its container does not say."""
        if self.length is not None:
            return self.length
        with closing(VideoReader(self._path)) as reader:
            while reader.skip():
                pass
            self.length = reader.length
        return self.length or 0


__all__ = ["VideoFrames"]
