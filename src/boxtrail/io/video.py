"""A video file, decoded by OpenCV."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import Any

from boxtrail.errors import SourceError, require
from boxtrail.io.frame import Frame

FALLBACK_FPS = 30.0
SUFFIXES = frozenset(
    {".3gp", ".asf", ".avi", ".flv", ".m2ts", ".m4v", ".mjpeg", ".mjpg", ".mkv", ".mov"}
) | frozenset({".mp4", ".mpeg", ".mpg", ".mts", ".mxf", ".ogv", ".ts", ".vob", ".webm", ".wmv"})

logger = logging.getLogger(__name__)


class FrameClock:
    """Timestamps that always grow: the container's where it has good ones, else one frame after the last."""

    def __init__(self, fps: float) -> None:
        self._fps = fps
        self._last: float | None = None

    def tick(self, milliseconds: float) -> float:
        """Seconds of the next frame, of which the container says ``milliseconds``."""
        seconds = milliseconds / 1000.0
        if self._last is None:
            self._last = seconds if math.isfinite(seconds) and seconds >= 0 else 0.0
        elif math.isfinite(seconds) and seconds > self._last:
            self._last = seconds
        else:
            self._last += 1.0 / self._fps
        return self._last


class VideoReader:
    """The frames of one video file, or of one at an address; nothing is sought, so every index is exact.

    Attributes:
        frame_size: width and height in pixels, as the container says; (0, 0) where it does not.

    Raises:
        SourceError: if the file is empty, no video OpenCV can open, or its frames have more than ``max_pixels``.
        MissingExtraError: if OpenCV is not installed.
    """

    is_live = False

    def __init__(
        self,
        path: Path | str,
        *,
        label: str | None = None,
        name: str | None = None,
        max_pixels: int | None = None,
    ) -> None:
        self._cv2 = require("cv2", "video", "reading a video")
        self._path = path
        self._label = label or str(path)  # what messages say: an address may hold a password
        self.name = name or Path(path).stem
        if isinstance(path, Path) and path.stat().st_size == 0:
            raise SourceError(f"cannot read video {path}: the file is empty")
        self._capture = self._open()
        self.fps = self._frame_rate()
        count = self._capture.get(self._cv2.CAP_PROP_FRAME_COUNT)
        self.length: int | None = int(count) if math.isfinite(count) and count > 0 else None
        sides = (self._cv2.CAP_PROP_FRAME_WIDTH, self._cv2.CAP_PROP_FRAME_HEIGHT)
        width, height = (int(self._capture.get(side)) for side in sides)
        self.frame_size = (width, height)  # of every frame: OpenCV brings others to it
        if (
            max_pixels is not None and width * height > max_pixels
        ):  # a small file may promise what fills the memory
            self.close()
            raise SourceError(
                f"cannot read video {self._label}: its frames have {width} × {height} pixels; "
                f"at most {max_pixels} are taken"
            )
        self._start()

    def _open(self) -> Any:
        capture = self._cv2.VideoCapture(str(self._path))
        if not capture.isOpened():
            raise SourceError(
                f"cannot read video {self._label}: it is damaged, cut off, or of an unknown kind; "
                "check that a player can open it"
            )
        return capture

    def _frame_rate(self) -> float:
        fps = float(self._capture.get(self._cv2.CAP_PROP_FPS))
        if math.isfinite(fps) and 0 < fps <= 1000:
            return fps
        logger.warning("%s names no frame rate; %g frames a second are assumed", self._label, FALLBACK_FPS)
        return FALLBACK_FPS

    def _start(self) -> None:
        self._index = 0
        self._clock = FrameClock(self.fps)

    def _grab(self) -> bool:
        if self._capture is None:
            raise SourceError(f"video {self._label} is closed; open it again")
        if not self._capture.grab():
            self._end()
            return False
        self._index += 1
        self._timestamp = self._clock.tick(self._capture.get(self._cv2.CAP_PROP_POS_MSEC))
        return True

    def _end(self) -> None:
        """Hold what was read against what the container promised."""
        if self._index == 0:
            raise SourceError(f"cannot read video {self._label}: not one frame could be decoded")
        if self.length is not None and self._index < self.length - 1:
            logger.warning(
                "%s ends after %d of %d frames: it is damaged or cut off",
                self._label,
                self._index,
                self.length,
            )
        self.length = self._index

    def skip(self) -> bool:
        """Decode one frame and drop it; False at the end."""
        return self._grab()

    def read(self) -> Frame | None:
        """The next frame, or None at the end.

        Raises:
            SourceError: if not one frame can be decoded.
        """
        if not self._grab():
            return None
        done, image = self._capture.retrieve()
        if not done or image is None:
            self._index -= 1
            self._end()
            return None
        if image.ndim == 2:
            image = self._cv2.cvtColor(image, self._cv2.COLOR_GRAY2BGR)
        return Frame(image, self._index - 1, self._timestamp)

    def rewind(self) -> None:
        """Go back to the first frame."""
        if self._index:
            self.close()
            self._capture = self._open()
            self._start()

    def interrupt(self) -> None:
        """Nothing is waited for."""

    def close(self) -> None:
        """Close the file."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None


__all__ = ["FALLBACK_FPS", "SUFFIXES", "FrameClock", "VideoReader"]
