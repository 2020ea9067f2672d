"""What every trial runs on, in a file that workers load once and keep."""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from boxtrail.benchmarks import Benchmark, CachedSequence, replay
from boxtrail.errors import InvalidInputError, SinkError, SourceError
from boxtrail.evaluation import Scores, SequenceRows, evaluate
from boxtrail.evaluation.rules import choose
from boxtrail.trackers import create_tracker


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """Sequences with truth, and how tracks on them are made and scored.

    Attributes:
        tracker: its name.
        backend: ``"cpp"`` or ``"python"``.
        sequences: in the order in which every trial takes them.
        rules: ``"mot"``, ``"kitti"`` or ``"none"``; see :func:`boxtrail.evaluation.evaluate`.
        classes: the classes that are scored, None for all.
        benchmark: whose rules these are; None for those named.
    """

    tracker: str
    backend: str
    sequences: tuple[CachedSequence, ...]
    rules: str
    classes: tuple[str | int, ...] | None = None
    benchmark: Benchmark | None = None

    def score(self, options: Mapping[str, Any], index: int) -> dict[str, Scores]:
        """What the tracker with ``options`` reaches on the sequence with that index, by class."""
        sequence = self.sequences[index]
        tracker = create_tracker(self.tracker, self.backend, **{**sequence.stream_options, **options})
        tracks = replay(tracker, sequence)
        assert sequence.truth is not None, "checked by workload()"
        truths, predictions = {sequence.name: sequence.truth}, {sequence.name: tracks}
        if self.benchmark is not None:
            return dict(self.benchmark.evaluate(predictions, truths).scores[sequence.name])
        found = evaluate(
            truths,
            predictions,
            preprocess=self.rules,
            classes=self.classes,
            backend=self.backend,
        )
        return dict(found.scores[sequence.name])

    def fingerprint(self) -> str:
        """A hash of everything that has a say in a score."""
        digest = hashlib.blake2b(repr((self.rules, self.classes)).encode(), digest_size=12)
        for sequence in self.sequences:
            digest.update(repr((sequence.name, sequence.num_frames, sequence.stream_options)).encode())
            truth = sequence.truth
            arrays = [sequence.detections, sequence.offsets, sequence.embeddings, sequence.warps]
            if truth is not None:
                arrays += [truth.frames, truth.ids, truth.labels, truth.flags]
                arrays += [truth.shapes] if isinstance(truth.shapes, np.ndarray) else []
            for array in arrays:
                digest.update(b"-" if array is None else np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


def workload(
    tracker: str,
    backend: str,
    sequences: Sequence[CachedSequence],
    *,
    preprocess: str = "auto",
    classes: Sequence[str | int] | None = None,
    benchmark: Benchmark | None = None,
) -> Workload:
    """The work of a search.

    The rules are those of the benchmark, unless others or classes are named; without one ``"auto"`` chooses as an
    evaluation does, by the classes of the detections.

    Raises:
        InvalidInputError: if there is no sequence, or one has no truth, or two have one name.
    """
    if not sequences:
        raise InvalidInputError("there is no sequence to tune on")
    names = [sequence.name for sequence in sequences]
    for sequence in sequences:
        if sequence.truth is None:
            raise InvalidInputError(f"sequence {sequence.name!r} has no ground truth to tune on")
        if names.count(sequence.name) > 1:
            raise InvalidInputError(f"two sequences are called {sequence.name!r}")
    if benchmark is not None and preprocess == "auto" and classes is None:
        return Workload(tracker, backend, tuple(sequences), benchmark.config.preprocess, None, benchmark)
    found = {_rules(preprocess, sequence) for sequence in sequences}
    rules = found.pop() if len(found) == 1 else "none"
    return Workload(tracker, backend, tuple(sequences), rules, None if classes is None else tuple(classes))


def save(work: Workload, path: Path) -> Path:
    """Write ``work`` to a file for :func:`load`.

    Raises:
        SinkError: if the system refuses.
    """
    try:
        path.write_bytes(pickle.dumps(work, protocol=5))
    except OSError as error:
        raise SinkError(f"cannot write {path}: {error.strerror or error}") from error
    return path


_loaded: dict[str, Workload] = {}  # of this process; a worker serves one search at a time


def load(path: str) -> Workload:
    """The workload that this search saved; read once a process.

    Raises:
        SourceError: if this machine does not see the file.
    """
    if path not in _loaded:
        try:
            work = pickle.loads(Path(path).read_bytes())
        except OSError as error:
            raise SourceError(
                f"{path}: this worker cannot read what it is to work on ({error.strerror}); "
                "workers on other machines need the folder of the search on a disk they share"
            ) from error
        _loaded.clear()
        _loaded[path] = work
    return _loaded[path]


def _rules(preprocess: str, sequence: CachedSequence) -> str:
    truth = sequence.truth
    assert truth is not None
    labels = np.unique(sequence.detections[:, -1]).astype(np.int64)
    nothing = np.zeros(len(labels), dtype=np.int64)
    seen = SequenceRows(frames=nothing, ids=nothing, shapes=np.zeros((len(labels), 4)), labels=labels)
    return choose(preprocess, "kitti" if truth.truncations is not None else "mot", truth, seen)


__all__ = ["Workload", "load", "save", "workload"]
