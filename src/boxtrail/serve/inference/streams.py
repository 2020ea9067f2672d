"""Streams that requests name: each has a tracking session that outlives the request."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.results import TrackResults
from boxtrail.serve.errors import RefusedError
from boxtrail.serve.sessions import TrackingSession

if TYPE_CHECKING:
    from boxtrail.serve.app import Service

FloatArray = NDArray[np.float64]
PROTOCOL = "inference"


class Streams:
    """Finds the session of a stream, or opens it with the first frame; later options say nothing, as on Roboflow's
    server."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._opening = threading.Lock()
        self._opened: set[str] = set()

    def session(self, key: str, label: str, tracker: str | None = None, **options: Any) -> TrackingSession:
        """The session of a stream.

        Args:
            key: what tells streams apart; also those of different clients and workflows.
            label: what people see.
            tracker: a name of ``create_tracker``; None for the server's own.
            **options: of the tracker.

        Raises:
            RefusedError: 429 if there are too many sessions.
            ConfigError: for an option that makes no sense.
        """
        id = f"{PROTOCOL}-{hashlib.sha256(key.encode()).hexdigest()[:24]}"
        with self._opening:
            try:
                return self._service.sessions.find(id)
            except RefusedError as error:
                if error.status != 404:
                    raise
            made = self._service.model.new_tracker(tracker, **options)
            self._opened.add(id)
            return self._service.sessions.open(made, protocol=PROTOCOL, label=label, id=id, **options)

    def close(self) -> None:
        """Close the sessions that were opened here."""
        for id in self._opened:
            with contextlib.suppress(RefusedError):  # it may have expired
                self._service.sessions.close(id)
        self._opened.clear()

    def track_image(
        self, owner: str, name: str, image: NDArray[np.uint8], keep: Callable[[FloatArray], FloatArray]
    ) -> tuple[FloatArray, list[int]]:
        """Detect in an image of an owner's stream and track: the detections that have a track, and their ids."""
        session = self.session(f"infer/{owner}/{name}", name)
        began = time.perf_counter()
        with self._service.sessions.at_work(session):
            rows = keep(session.detect(self._service.model.detectors, image))
            tracked, ids = track(session, rows, image, image)
        self._service.sessions.note(session, time.perf_counter() - began)
        return rows[tracked], ids


def track(
    session: TrackingSession,
    rows: FloatArray,
    image: NDArray[np.uint8] | None,
    shown: NDArray[np.uint8],
) -> tuple[list[int], list[int]]:
    """Which detections have a track in this frame, in their order, and their ids.

    ``image`` is for the tracker, None if it is to go by boxes alone; ``shown`` is for people.
    """
    with session.lock:
        tracks = session.tracker.update(rows, image)
        session.last_frame += 1
        session.remember(tracks, shown)
    return rows_and_ids(tracks)


def rows_and_ids(tracks: TrackResults) -> tuple[list[int], list[int]]:
    """The detections behind the tracks, in their order, and the ids."""
    pairs = zip(tracks.det_ind.tolist(), tracks.id.tolist(), strict=True)
    seen = sorted((row, int(number)) for row, number in pairs if row >= 0)
    return [row for row, _ in seen], [number for _, number in seen]


__all__ = ["PROTOCOL", "Streams", "rows_and_ids", "track"]
