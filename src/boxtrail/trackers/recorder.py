"""Keeps what a tracker's last update decided, and which tracks ended where, until somebody asks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.trackers import decisions
from boxtrail.trackers.explanation import Ended, Explanation
from boxtrail.trackers.track import Track

FloatArray: TypeAlias = NDArray[np.float64]

MEMORY = 100  # frames that an ended track is remembered
MIN_OVERLAP = 0.1  # IoU from which an ended track may be what a new one could have continued


@dataclass(frozen=True, slots=True)
class _Gone:
    """A track that is over."""

    track: Track
    boxes: tuple[FloatArray, FloatArray]  # where it was last seen, and where it was last believed to be
    why: str
    frame: int


class Recorder:
    """The memory behind :meth:`boxtrail.trackers.Tracker.explain`; only trackers with ``record=True`` have one.

    Args:
        options: those of the backend, which say what classes are tracked together.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self._per_class: bool = options["per_class"]
        self._class_group: Mapping[int, int] = options["class_group"]
        self.clear()

    def clear(self, frame: int = 0) -> None:
        """Forget everything; so many updates have been."""
        self._frame = frame
        self._live: dict[int, Track] = {}
        self._seen: dict[int, FloatArray] = {}  # box of each live track when it was last seen
        self._gone: deque[_Gone] = deque()
        self._make: Callable[[], Explanation] | None = None
        self._explanation = Explanation(frame, {}, {})

    def note(
        self,
        record: Mapping[str, Any],
        tracks: FloatArray,
        detections: FloatArray,
        rows: NDArray[np.int64] | None,
        count: int,
    ) -> None:
        """An update has been.

        Args:
            record: the decisions, as the backend noted them.
            tracks: the live tracks, as the backend shows them.
            detections: (N, 6) or (N, 7), as the backend saw them.
            rows: (N,) their rows in what the user passed; None where these are the same.
            count: detections the user passed.
        """
        self._frame += 1
        while self._gone and self._gone[0].frame < self._frame - MEMORY:
            self._gone.popleft()
        for track, why in record["deaths"]:
            if track in self._live:
                last = self._live[track]
                self._gone.append(_Gone(last, (self._seen[track], last.box), why, self._frame))
        ended = {track: found for track, row in record["births"] if (found := self._ended(detections[row]))}
        shown = [Track.from_row(row) for row in tracks]
        self._seen = {
            track.id: self._seen[track.id] if track.misses and track.id in self._seen else track.box
            for track in shown
        }
        self._live = {track.id: track for track in shown}
        frame, live = self._frame, tuple(self._live)
        given = range(count) if rows is None else rows.tolist()

        def make() -> Explanation:
            return decisions.explain(record, frame=frame, live=live, rows=given, count=count, ended=ended)

        self._make = make

    def explain(self) -> Explanation:
        """The last update, told at the first question."""
        if self._make is not None:
            self._explanation, self._make = self._make(), None
        return self._explanation

    def _group(self, label: int) -> int:
        """Classes that are tracked together share it; a track of another group is nobody's predecessor."""
        return self._class_group.get(label, label) if self._per_class else 0

    def _ended(self, detection: FloatArray) -> Ended | None:
        """The ended track whose last box overlaps a detection most, the latest of equals."""
        group = self._group(int(detection[-1]))
        gone = [past for past in reversed(self._gone) if self._group(past.track.cls) == group]
        if not gone:
            return None
        from boxtrail.reference.association import similarity  # here, for few ask for explanations

        boxes = np.array([box for past in gone for box in past.boxes])
        overlaps = similarity("iou", boxes, detection[None, :-2]).reshape(-1, 2).max(axis=1)
        best = int(np.argmax(overlaps))
        if not overlaps[best] >= MIN_OVERLAP:
            return None
        return Ended(
            gone[best].track.id, gone[best].why, self._frame - gone[best].frame, float(overlaps[best])
        )


__all__ = ["Recorder"]
