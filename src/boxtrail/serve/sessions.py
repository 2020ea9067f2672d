"""The tracking sessions of a server: one tracker a stream, found by id, closed when nobody uses them."""

from __future__ import annotations

import threading
import time
import uuid
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.detectors.detector import Detector
from boxtrail.predict.sharing import DetectorPool
from boxtrail.results import TrackResults
from boxtrail.serve.errors import RefusedError
from boxtrail.serve.limits import Limits
from boxtrail.serve.metrics import Metrics
from boxtrail.trackers import Tracker

TRAIL = 30  # frames that the live page draws trails of
RECENT = 240  # frames over which rate and latency are told


@dataclass(slots=True, eq=False)
class TrackingSession:
    """One stream with its tracker; everything that touches the tracker holds ``lock``.

    Attributes:
        protocol: which router made it, for the live page.
        label: what the client calls the stream.
        latencies: seconds each of the last frames took, from request to answer.
        finished: when each of the last frames was answered, by the clock of :class:`Sessions`.
    """

    id: str
    tracker: Tracker
    protocol: str
    label: str
    detector: Detector | None = None  # of its own: it may remember the last frame
    options: dict[str, Any] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    detecting: threading.Lock = field(default_factory=threading.Lock)
    frames: int = 0
    last_frame: int = -1
    last_number: int = -1  # of a frame, as the client counts
    seen: OrderedDict[int, None] = field(
        default_factory=OrderedDict
    )  # ids, for clients that ask which are new
    waiting: int = 0
    last_used: float = field(default_factory=time.monotonic)
    latencies: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))
    finished: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))
    image: NDArray[np.uint8] | None = None  # the latest, (H, W, 3) BGR, where images are sent
    history: deque[TrackResults] = field(default_factory=lambda: deque(maxlen=TRAIL))  # latest frames
    frame_size: tuple[int, int] | None = None  # width and height, as the client said
    closed: bool = False

    def detect(self, detectors: DetectorPool, image: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Detections in an image (H, W, 3) BGR, by the stream's own detector, one image at a time."""
        with self.detecting:  # the client may have sent the next frame already
            if self.detector is None:
                self.detector = detectors.take()
            return np.asarray(self.detector([image])[0], dtype=np.float64)

    def remember(self, tracks: TrackResults, image: NDArray[np.uint8] | None) -> None:
        """What the live page shows; the caller holds ``lock``."""
        self.history.append(tracks)
        self.image = image

    def rate(self, now: float) -> float:
        """Frames a second, over the last few seconds."""
        recent = [moment for moment in self.finished if now - moment < 5.0]
        return len(recent) / max(now - recent[0], 0.2) if len(recent) > 1 else 0.0


class Sessions:
    """All sessions of a server, whatever protocol they came by; safe from any thread."""

    def __init__(self, limits: Limits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits, self._clock = limits, clock
        self.metrics = Metrics()
        self._lock = threading.Lock()
        self._sessions: dict[str, TrackingSession] = {}

    def open(
        self, tracker: Tracker, *, protocol: str, label: str = "", id: str | None = None, **options: Any
    ) -> TrackingSession:
        """A new session.

        Raises:
            RefusedError: 429 if there are as many as there may be, 409 if the id is taken.
        """
        self.expire()
        with self._lock:
            if len(self._sessions) >= self._limits.max_sessions:
                raise RefusedError(
                    429, f"there are {len(self._sessions)} sessions, as many as there may be", retry_after=5
                )
            name = uuid.uuid4().hex if id is None else id
            if name in self._sessions:
                raise RefusedError(409, f"there is a session {name!r} already")
            session = TrackingSession(name, tracker, protocol, label or name[:8], options=dict(options))
            session.last_used = self._clock()
            self._sessions[name] = session
            return session

    def find(self, id: str) -> TrackingSession:
        """The session of that id.

        Raises:
            RefusedError: 404 if there is none, or none any more.
        """
        with self._lock:
            session = self._sessions.get(id)
        if session is None:
            raise RefusedError(404, f"there is no session {id!r}; it may have been idle for too long")
        return session

    @contextmanager
    def at_work(self, session: TrackingSession) -> Iterator[TrackingSession]:
        """Counts a frame among those that wait for this session while it is worked on.

        Raises:
            RefusedError: 429 if too many wait already.
        """
        with self._lock:
            if session.waiting >= self._limits.max_queue:
                raise RefusedError(
                    429, f"{session.waiting} frames of this session wait already", retry_after=1
                )
            session.waiting += 1
            session.last_used = self._clock()
        try:
            yield session
        finally:
            with self._lock:
                session.waiting -= 1
                session.last_used = self._clock()

    def note(self, session: TrackingSession, seconds: float) -> None:
        """One more frame was answered, after ``seconds``."""
        now = self._clock()
        session.frames += 1
        session.last_used = now
        session.latencies.append(seconds)
        session.finished.append(now)
        self.metrics.note(session.protocol, seconds)

    def close(self, id: str) -> None:
        """Close a session.

        Raises:
            RefusedError: 404 if there is none.
        """
        with self._lock:
            session = self._sessions.pop(id, None)
        if session is None:
            raise RefusedError(404, f"there is no session {id!r}")
        session.closed = True

    def expire(self) -> int:
        """Close those that nobody used for too long; how many these were."""
        now = self._clock()
        with self._lock:
            old = [
                session
                for session in self._sessions.values()
                if not session.waiting and now - session.last_used > self._limits.idle_seconds
            ]
            for session in old:
                del self._sessions[session.id]
                session.closed = True
        return len(old)

    def now(self) -> float:
        """Seconds on the clock of ``last_used`` and ``finished``."""
        return self._clock()

    def all(self) -> list[TrackingSession]:
        """Those there are, oldest first."""
        with self._lock:
            return list(self._sessions.values())

    def __len__(self) -> int:
        with self._lock:
            return len(self._sessions)


__all__ = ["Sessions", "TrackingSession"]
