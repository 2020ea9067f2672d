"""One video stream: its clock, and a collection of tracks, or one collection a class.

A tracker's algorithm (``ByteTrack``, ``OcSort`` ...) is a step over one collection. The stream advances the clock once
a frame, hands every class its detections and merges the reports, so ids and frame numbers are shared by all classes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections
from boxtrail.errors import StateError
from boxtrail.reference.kalman import State
from boxtrail.reference.motion_model import MotionModel
from boxtrail.reference.record import Record
from boxtrail.reference.snapshot import pack, unpack

FloatArray: TypeAlias = NDArray[np.float64]

ALL_CLASSES = -1  # key of the only collection when classes are not told apart


class Status(IntEnum):
    """Where a track stands in its life."""

    TENTATIVE = 0
    CONFIRMED = 1
    LOST = 2


@dataclass(slots=True)
class Clock:
    """Frames seen, time passed in frames, and the next free id; shared by the classes of a stream."""

    frame: int = 0
    time: float = 0.0
    next_id: int = 1

    def new_id(self) -> int:
        """Take the next id."""
        self.next_id += 1
        return self.next_id - 1


@dataclass(frozen=True, slots=True)
class Report:
    """One row of a tracker's output; ``row`` is the detection behind it, −1 if there is none."""

    box: FloatArray
    id: int
    score: float
    label: int
    row: int


class Track(Protocol):
    """What every track has; ``state`` is the belief of its filter, or its last box where it has no filter."""

    id: int
    state: Any


T = TypeVar("T", bound=Track)


def _coordinates(state: State | FloatArray) -> int:
    return len(state.mean) // 2 if isinstance(state, State) else len(state)


class Algorithm(Protocol[T]):
    """A tracker's step over one collection of tracks, kept in order of their ids."""

    tracks: list[T]
    track_type: type[T]
    model: MotionModel
    record: Record | None  # where decisions are noted, if anywhere

    def step(self, detections: Detections, clock: Clock, dt: float, warp: FloatArray | None) -> list[Report]:
        """Take one frame; ``dt`` is its distance from the last one in frames."""

    def describe(self, track: T, clock: Clock) -> list[float]:
        """Status, age, hits, misses, score, label, box, velocity (vx, vy)."""


@dataclass(frozen=True, slots=True)
class ClassPolicy:
    """Which classes are tracked together, and which class a report names.

    With ``per_class`` every group is tracked on its own; ``group`` names the group of a label, a label it does not
    name is a group of its own. With ``vote`` a report names the class its track was seen with most, else that of the
    detection.
    """

    per_class: bool
    group: dict[int, int]
    vote: bool

    def key(self, label: int) -> int:
        """The collection that a detection belongs to."""
        return self.group.get(label, label) if self.per_class else ALL_CLASSES


class Stream(Generic[T]):
    """A tracker over one video stream."""

    def __init__(
        self,
        make_algorithm: Callable[[], Algorithm[T]],
        *,
        oriented: bool,
        record: bool,
        classes: ClassPolicy,
    ) -> None:
        self._make = make_algorithm
        self._oriented = oriented
        self._classes = classes
        self._record = Record() if record else None
        self.reset()

    def reset(self) -> None:
        """Forget everything; ids start at 1 again."""
        self._clock = Clock()
        self._collections: dict[int, Algorithm[T]] = {}
        if self._record is not None:
            self._record.clear()

    def update(
        self,
        array: FloatArray,
        dt: float,
        warp: FloatArray | None,
        embeddings: NDArray[np.float32] | None,
    ) -> FloatArray:
        """Track one frame of checked detections (N, 6) or (N, 7) with embeddings (N, D) or none; rows (M, 8) or
        (M, 9), ascending by id.
        """
        self._clock.frame += 1
        self._clock.time += dt
        if self._record is not None:
            self._record.clear()
        detections = Detections.from_array(array, embeddings)
        keys = np.array([self._classes.key(label) for label in detections.labels.tolist()], dtype=np.int64)
        reports: list[Report] = []
        for key in self._keys(keys):
            own = detections.select(keys == key) if self._classes.per_class else detections
            reports += self._collection(key).step(own, self._clock, dt, warp)
        reports.sort(key=lambda report: report.id)
        rows = [
            [*report.box, report.id, report.score, self._label(report, detections), report.row]
            for report in reports
        ]
        return np.array(rows, dtype=np.float64).reshape(len(rows), 9 if self._oriented else 8)

    def tracks(self) -> FloatArray:
        """(K, 13) or (K, 14): id, status, age, hits, misses, score, label, box, vx, vy of all live tracks."""
        rows = sorted(
            [float(track.id), *algorithm.describe(track, self._clock)]
            for algorithm in self._collections.values()
            for track in algorithm.tracks
        )
        return np.array(rows, dtype=np.float64).reshape(len(rows), 14 if self._oriented else 13)

    def record(self) -> dict[str, Any] | None:
        """The decisions of the last update, if they are noted."""
        return None if self._record is None else self._record.to_dict()

    def state_dict(self) -> dict[str, Any]:
        """Everything the stream remembers, as plain numbers, lists and dicts."""
        return {
            "frame": self._clock.frame,
            "time": self._clock.time,
            "next_id": self._clock.next_id,
            "collections": [
                {
                    "label": label,
                    "tracks": [pack(track) for track in algorithm.tracks],
                    **_graveyard(algorithm),
                }
                for label, algorithm in sorted(self._collections.items())
            ],
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from :meth:`state_dict`.

        Raises:
            StateError: if the state is not one of this tracker; the stream stays as it was.
        """
        collections: dict[int, Algorithm[T]] = {}
        try:
            clock = Clock(int(state["frame"]), float(state["time"]), int(state["next_id"]))
            for collection in state["collections"]:
                algorithm = self._new_algorithm()
                algorithm.tracks = [unpack(algorithm.track_type, track) for track in collection["tracks"]]
                if any(_coordinates(track.state) != algorithm.model.n for track in algorithm.tracks):
                    raise ValueError("its boxes are of the other geometry")
                if hasattr(algorithm, "graveyard"):
                    kind: type[Any] = algorithm.buried_type  # type: ignore[attr-defined]
                    algorithm.graveyard = [unpack(kind, dead) for dead in collection["graveyard"]]
                collections[int(collection["label"])] = algorithm
        except (KeyError, TypeError, ValueError) as error:
            raise StateError(f"the saved state does not fit this tracker: {error!r}") from error
        self._clock, self._collections = clock, collections

    def _new_algorithm(self) -> Algorithm[T]:
        algorithm = self._make()
        algorithm.record = self._record
        return algorithm

    def _collection(self, key: int) -> Algorithm[T]:
        if key not in self._collections:
            self._collections[key] = self._new_algorithm()
        return self._collections[key]

    def _keys(self, keys: NDArray[np.int64]) -> list[int]:
        """The collections that take part in a frame: those with detections and those with tracks."""
        if not self._classes.per_class:
            return [ALL_CLASSES]
        live = {
            key
            for key, algorithm in self._collections.items()
            if algorithm.tracks or getattr(algorithm, "graveyard", [])
        }
        self._collections = {key: self._collections[key] for key in live}
        return sorted(live | set(keys.tolist()))

    def _label(self, report: Report, detections: Detections) -> int:
        if self._classes.vote or report.row < 0:
            return report.label
        return int(detections.labels[report.row])


def _graveyard(algorithm: Algorithm[Any]) -> dict[str, list[Any]]:
    """What some algorithms remember of the dead, under that name."""
    return (
        {"graveyard": [pack(dead) for dead in algorithm.graveyard]} if hasattr(algorithm, "graveyard") else {}
    )
