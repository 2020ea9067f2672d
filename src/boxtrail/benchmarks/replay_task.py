"""One tracker on one cached sequence: a task that may run in any process."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.benchmarks.benchmark import Benchmark, BenchmarkSequence
from boxtrail.benchmarks.generate import read_sequence
from boxtrail.benchmarks.replay import updates
from boxtrail.benchmarks.sequence import CachedSequence
from boxtrail.errors import ConfigError
from boxtrail.evaluation import SequenceRows
from boxtrail.postprocessing import TrackTable, postprocess
from boxtrail.postprocessing.methods import needs_embeddings
from boxtrail.trackers import create_tracker
from boxtrail.trackers.factory import tracker_class


@dataclass(frozen=True, slots=True)
class TrackerRun:
    """A tracker with its options.

    Attributes:
        label: as results call it.
        tracker: name, with ``:cpp`` or ``:python`` if wished.
        preset: name of a preset or path of a YAML file, None for the defaults.
        options: by name; they win over the preset.
    """

    label: str
    tracker: str
    preset: str | Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(
        cls, text: str, *, preset: str | Path | None = None, options: Mapping[str, Any] | None = None
    ) -> TrackerRun:
        """``"bytetrack"``, ``"ocsort:python"`` or, with a preset of its own, ``"bytetrack@official-mot17"``.

        Raises:
            ConfigError: for an unknown tracker.
        """
        name, at, own = text.strip().partition("@")
        if at and not own:
            raise ConfigError(f"{text!r}: a preset's name follows the @")
        tracker_class(name.partition(":")[0])
        return cls(text.strip(), name, own if at else preset, dict(options or {}))

    @property
    def needs_embeddings(self) -> bool:
        """Whether it cannot track without appearance."""
        return tracker_class(self.tracker.partition(":")[0]).appearance == "needed"

    def make(self, frame_rate: float, frame_size: tuple[int, int] | None) -> Any:
        """A new tracker, told the rate and the size of the frames it stands for, unless its options say.

        Raises:
            ConfigError: for an unknown preset or option.
        """
        options = {"frame_size": frame_size, **self.options}
        if not {"frame_rate", "fps"} & options.keys():
            options["frame_rate"] = frame_rate
        return create_tracker(self.tracker, preset=self.preset, **options)


@dataclass(frozen=True, slots=True, eq=False)
class ReplayTask:
    """What to track, with what, and the methods that go over it afterwards."""

    run: TrackerRun
    benchmark: Benchmark
    sequence: BenchmarkSequence
    files: tuple[tuple[str, Path], ...]  # part, file
    methods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Replayed:
    """The tracks of one sequence, and the seconds they took."""

    table: TrackTable
    track_seconds: float
    postprocess_seconds: float

    def rows(self, sequence: BenchmarkSequence, names: Mapping[int, str]) -> SequenceRows:
        """For scoring; frames from 1."""
        table = self.table
        return SequenceRows(
            frames=table.frames + 1, ids=table.ids, shapes=table.boxes, scores=table.scores,
            labels=table.labels, names=dict(names), num_frames=sequence.num_frames,
        )  # fmt: skip


def replay_task(task: ReplayTask) -> Replayed:
    """Track one sequence.

    Raises:
        BoxtrailError: whatever reading, tracker and methods raise.
    """
    sequence = _read(_Key(task.files, task))
    tracker = task.run.make(**sequence.stream_options)
    began = time.perf_counter()
    frames, rows = updates(tracker, sequence)
    tracked = time.perf_counter()
    width = rows.shape[1] - 4
    table = TrackTable(
        frames=frames, ids=rows[:, width].astype(np.int64), boxes=rows[:, :width], scores=rows[:, width + 1],
        labels=rows[:, width + 2].astype(np.int64), rows=rows[:, width + 3].astype(np.int64),
    )  # fmt: skip
    before = time.perf_counter()
    if task.methods:
        looks = _embeddings(table, sequence) if needs_embeddings(task.methods) else None
        table = _inside(postprocess(table, task.methods, looks), sequence.num_frames)
    return Replayed(table, tracked - began, time.perf_counter() - before)


def _inside(table: TrackTable, num_frames: int) -> TrackTable:
    return table.take((table.frames >= 0) & (table.frames < num_frames))


def _embeddings(table: TrackTable, sequence: CachedSequence) -> NDArray[np.float32]:
    """(R, D) of the rows of the table; zeros for a row no detection made."""
    if sequence.embeddings is None:
        raise ConfigError("this post-processing needs embeddings, of which the cache has none")
    found = np.zeros((len(table), sequence.embeddings.shape[1]), dtype=np.float32)
    made = table.rows >= 0
    found[made] = sequence.embeddings[sequence.offsets[table.frames[made]] + table.rows[made]]
    return found


@dataclass(frozen=True, slots=True)
class _Key:
    """Sequences are told apart by their files: these are named by their content."""

    files: tuple[tuple[str, Path], ...]
    task: ReplayTask = field(compare=False)


@lru_cache(maxsize=1)
def _read(key: _Key) -> CachedSequence:
    """The sequence, read once for all trackers that come one after the other."""
    return read_sequence(key.task.benchmark, key.task.sequence, dict(key.files), None)


__all__ = ["ReplayTask", "Replayed", "TrackerRun", "replay_task"]
