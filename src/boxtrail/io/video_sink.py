"""The annotated video: boxes, names and trails, at the speed of the source."""

from __future__ import annotations

import logging
import threading
from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import BoxtrailError, SinkError, require
from boxtrail.io.atomic import complete, partial_path, prepare
from boxtrail.io.buffer import BoundedBuffer
from boxtrail.io.drawing import TrackPainter
from boxtrail.io.frame import Frame
from boxtrail.io.sinks import SinkInfo
from boxtrail.results import TrackResults

CODECS = {".mp4": "mp4v", ".m4v": "mp4v", ".mov": "mp4v", ".mkv": "mp4v", ".avi": "MJPG"}
FRAMES_BEHIND = 8

logger = logging.getLogger(__name__)


class VideoSink:
    """Draws and encodes in a thread of its own, at most ``FRAMES_BEHIND`` frames behind.

    The video opens at the first frame and has its size, made even; frames of another size are scaled into it.
    A failure in the thread is raised by the next call.

    Raises:
        SinkError: if the suffix is no video OpenCV can write.
        MissingExtraError: if OpenCV is not installed.
    """

    def __init__(self, path: str | Path, info: SinkInfo, *, painter: TrackPainter | None = None) -> None:
        require("cv2", "video", "writing a video")
        self.path = prepare(path)
        if self.path.suffix.lower() not in CODECS:
            raise SinkError(f"cannot write {self.path}: the name of a video ends in {', '.join(CODECS)}")
        self._partial = partial_path(self.path)
        self._encoder = Encoder(self._partial, info)
        self._painter = painter or TrackPainter(info.class_names, track_name=info.track_name)
        self._buffer: BoundedBuffer[tuple[float, NDArray[np.uint8], TrackResults]]
        self._buffer = BoundedBuffer(FRAMES_BEHIND)
        # Images that are encoded take the next frames: fresh memory costs several times the copying.
        self._spare: deque[NDArray[np.uint8]] = deque(maxlen=FRAMES_BEHIND)
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        self._ended = False

    def write(self, frame: Frame, tracks: TrackResults) -> None:
        """Add one frame; the image and the tracks are copied, so the caller may change them afterwards.

        Raises:
            SinkError: if this frame or one before it could not be encoded.
        """
        if self._ended:
            raise SinkError(f"cannot write {self.path}: it is closed")
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="boxtrail-encode", daemon=True)
            self._thread.start()
        self._buffer.put((frame.timestamp, self._copy(frame.image), tracks.copy()))
        self._raise_error()

    def _copy(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        spare = self._spare.pop() if self._spare else None
        if spare is None or spare.shape != image.shape:
            return np.array(image, order="C")
        np.copyto(spare, image)
        return spare

    def _run(self) -> None:
        try:
            while (item := self._buffer.get()) is not None:
                timestamp, image, tracks = item
                self._painter.draw_onto(image, tracks)
                self._encoder.write(image, timestamp)
                self._spare.append(image)
        except BaseException as error:  # noqa: BLE001  (it is raised again, in the thread that writes)
            self._error = error
            self._buffer.stop()

    def close(self) -> None:
        """Complete: the video gets its name. Without a frame there is no video, and a warning is logged."""
        if self._finish():
            self._raise_error()
            if self._encoder.num_frames:
                complete(self._partial, self.path)
            else:
                logger.warning("no frame was written, so there is no video %s", self.path)

    def abort(self) -> None:
        """Interrupted: the frames so far stay under the partial name, a video any player opens."""
        self._finish()

    def _finish(self) -> bool:
        """Encode what is left and shut the file; False if that was done before."""
        if self._ended:
            return False
        self._ended = True
        self._buffer.finish()
        if self._thread is not None:
            self._thread.join()
        self._encoder.close()
        return True

    def _raise_error(self) -> None:
        if self._error is None:
            return
        if isinstance(self._error, BoxtrailError):
            raise self._error
        raise SinkError(f"cannot write {self.path}: {self._error}") from self._error


class Encoder:
    """A video file that gets plain images; opens at the first one."""

    def __init__(self, path: Path, info: SinkInfo) -> None:
        self._path = path
        self._fps = _encodable(info.fps / info.stride)
        self._is_live = info.is_live
        self._writer: Any = None
        self._size = (0, 0)
        self._began = 0.0
        self.num_frames = 0

    def write(self, image: NDArray[np.uint8], timestamp: float) -> None:
        """Add ``image``; of a live source as often as its time since the last one demands."""
        if self._writer is None:
            self._open(image)
            self._began = timestamp
        fitted = self._fit(image)
        due = self.num_frames + 1
        if self._is_live:
            # Frames that were lost, or took long to process, must not make the video run faster than life.
            due = max(due, min(1 + round((timestamp - self._began) * self._fps), due + 600))
        while self.num_frames < due:
            self._writer.write(fitted)
            self.num_frames += 1

    def _open(self, image: NDArray[np.uint8]) -> None:
        cv2 = require("cv2", "video", "writing a video")
        height, width = image.shape[:2]
        # mp4v cuts off the last row or column of an odd size.
        self._size = (width + width % 2, height + height % 2)
        code = cv2.VideoWriter_fourcc(*CODECS[self._path.suffix.lower()])
        self._writer = cv2.VideoWriter(str(self._path), code, self._fps, self._size)
        if not self._writer.isOpened():
            raise SinkError(
                f"cannot write video {self._path} ({width}x{height} at {self._fps:g} frames a second); "
                "is the folder writable and the disk not full?"
            )

    def _fit(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        from boxtrail.io import canvas

        width, height = self._size
        rows, columns = height - image.shape[0], width - image.shape[1]
        if rows == columns == 0:
            return image
        if rows in (0, 1) and columns in (0, 1):
            return np.pad(image, ((0, rows), (0, columns), (0, 0)), mode="edge")
        return canvas.fit(image, width, height)

    def close(self) -> None:
        """Write the end of the file."""
        if self._writer is not None:
            self._writer.release()
            self._writer = None


def _encodable(fps: float) -> float:
    """The nearest rate MPEG-4 can say: at most 16 bits for its thousandths, hundredths, …"""
    fps = min(max(fps, 0.01), 1000.0)
    return round(fps, 3 if fps < 65 else 2 if fps < 650 else 0)


__all__ = ["CODECS", "FRAMES_BEHIND", "VideoSink"]
