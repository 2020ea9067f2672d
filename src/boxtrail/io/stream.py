"""Cameras and network streams: frames at their own pace, and a connection that may break."""

from __future__ import annotations

import logging
import math
import re
import threading
import time
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from boxtrail.errors import SourceError, require
from boxtrail.io.frame import Frame, Reader
from boxtrail.io.video import FALLBACK_FPS, VideoReader

SCHEMES = ("rtsp", "rtsps", "rtmp", "http", "https", "udp", "tcp", "srt")
ATTEMPTS = 5  # reconnections in a row before giving up
FIRST_DELAY, LONGEST_DELAY = 0.5, 8.0  # seconds; each wait is twice the one before
STABLE_SECONDS = 10.0  # a connection this old counts as good: the attempts are granted anew
TIMEOUT_MILLISECONDS = 10_000  # for connecting and for one frame

logger = logging.getLogger(__name__)


def is_url(text: str) -> bool:
    """Whether ``text`` is an address rather than a path (``C:\\`` is a path)."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]+://", text) is not None


def open_url(url: str) -> Reader:
    """A stream, or the video file that lies at the address: one whose length is known loses no frame.

    Raises:
        SourceError: if the scheme is unknown, or nothing answers.
    """
    scheme = urlsplit(url).scheme.lower()
    if scheme not in SCHEMES:
        raise SourceError(f"cannot open {without_secrets(url)}: {scheme}:// is none of {', '.join(SCHEMES)}")
    stream = StreamReader(url)
    if not stream.is_file:
        return stream
    stream.close()
    return VideoReader(url, label=without_secrets(url), name=stream.name)


def open_camera(index: int) -> Reader:
    """The camera with number ``index``, from 0.

    Raises:
        SourceError: if there is none, or another program holds it.
    """
    return StreamReader(index)


def without_secrets(url: str) -> str:
    """The address without user, password and query, fit for messages and logs."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def open_capture(target: str | int) -> Any:
    """An OpenCV capture, opened or not, that waits a limited time for the network."""
    cv2 = require("cv2", "video", "reading a stream")
    if isinstance(target, int):
        return cv2.VideoCapture(target)
    limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, TIMEOUT_MILLISECONDS]
    limits += [cv2.CAP_PROP_READ_TIMEOUT_MSEC, TIMEOUT_MILLISECONDS]
    return cv2.VideoCapture(target, cv2.CAP_FFMPEG, limits)


class StreamReader:
    """Frames of a camera (an index) or a stream (an address), stamped with the seconds since opening.

    A broken connection is made again, at most ``attempts`` times in a row with growing pauses.

    Raises:
        SourceError: if nothing answers at the first try.
    """

    is_live = True
    length: int | None = None

    def __init__(
        self,
        target: str | int,
        *,
        attempts: int = ATTEMPTS,
        sleep: Callable[[float], object] | None = None,  # gets seconds; None can be interrupted
        clock: Callable[[], float] = time.monotonic,
        connect: Callable[[str | int], Any] = open_capture,
    ) -> None:
        self._target, self._attempts, self._clock, self._connect = target, attempts, clock, connect
        self._interrupted = threading.Event()
        self._sleep = sleep or self._interrupted.wait
        self._label = f"camera {target}" if isinstance(target, int) else without_secrets(target)
        self.name = _name(target)
        self._capture: Any = connect(target)
        if not self._capture.isOpened():
            camera_hint = "is it plugged in, and used by no other program?"
            hint = camera_hint if isinstance(target, int) else "is the address right, and does it answer?"
            raise SourceError(f"cannot open {self._label}: {hint}")
        self._began = self._connected = clock()
        self._failures = 0
        self._index = 0
        cv2 = require("cv2", "video", "reading a stream")
        self.is_file = isinstance(target, str) and 0 < self._capture.get(cv2.CAP_PROP_FRAME_COUNT) < math.inf
        fps = float(self._capture.get(cv2.CAP_PROP_FPS))
        self.fps = fps if math.isfinite(fps) and 0 < fps <= 1000 else FALLBACK_FPS

    def read(self) -> Frame | None:
        """The next frame; None after :meth:`interrupt`.

        Raises:
            SourceError: if the connection broke and could not be made again.
        """
        while self._next():
            done, image = self._capture.retrieve()
            if done and image is not None:
                return Frame(image, self._index - 1, self._clock() - self._began)
        return None

    def skip(self) -> bool:
        """Pass over one frame; False after :meth:`interrupt`."""
        return self._next()

    def _next(self) -> bool:
        if self._capture is None:
            raise SourceError(f"{self._label} is closed; open it again")
        while not self._interrupted.is_set():
            if self._capture.isOpened() and self._capture.grab():
                self._index += 1
                return True
            self._reconnect()
        return False

    def _reconnect(self) -> None:
        if self._clock() - self._connected >= STABLE_SECONDS:
            self._failures = 0
        if self._failures >= self._attempts:
            raise SourceError(f"{self._label} ended and did not come back in {self._attempts} attempts")
        delay = min(FIRST_DELAY * 2**self._failures, LONGEST_DELAY)
        self._failures += 1
        logger.warning(
            "lost %s; attempt %d of %d in %g s", self._label, self._failures, self._attempts, delay
        )
        self._capture.release()
        self._sleep(delay)
        if not self._interrupted.is_set():
            self._capture = self._connect(self._target)
            self._connected = self._clock()

    def interrupt(self) -> None:
        """Stop waiting for the connection; the one call another thread may make."""
        self._interrupted.set()

    def rewind(self) -> None:
        """A live source goes on where it is."""
        self._interrupted.clear()

    def close(self) -> None:
        """Let go of the device or connection."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None


def _name(target: str | int) -> str:
    """A name fit for a file: ``camera0``, ``10.0.0.5-live``."""
    if isinstance(target, int):
        return f"camera{target}"
    parts = urlsplit(target)
    pieces = [parts.hostname or parts.scheme, PurePosixPath(parts.path).stem]
    return re.sub(r"[^A-Za-z0-9._-]+", "_", "-".join(piece for piece in pieces if piece))


__all__ = ["StreamReader", "is_url", "open_camera", "open_capture", "open_url", "without_secrets"]
