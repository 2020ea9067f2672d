"""Trackers replayed on a benchmark, scored and compared."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boxtrail.benchmarks.benchmark import Benchmark
from boxtrail.benchmarks.generate import GeneratedCache, Progress, default_workers, generate
from boxtrail.benchmarks.recipe import PUBLIC
from boxtrail.benchmarks.replay_task import Replayed, ReplayTask, TrackerRun, replay_task
from boxtrail.errors import ConfigError, SourceError
from boxtrail.evaluation import Evaluation, SequenceRows
from boxtrail.execution import open_executor
from boxtrail.postprocessing.methods import method_names, needs_embeddings

SUMMARY = ("HOTA", "DetA", "AssA", "MOTA", "IDF1", "IDSW", "CLR_FP", "CLR_FN")


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """What :func:`val` found.

    Attributes:
        cache: the detections, embeddings and warps that were replayed.
        evaluations: tracker → its scores, in the order asked for; empty where there is no truth.
        tracks: tracker → sequence → rows, frames from 1.
        timings: ``"generate"``: seconds of making the cache; ``"trackers"``: tracker → ``frames``, seconds of
            ``track``, ``postprocess`` and ``evaluate``, and ``fps`` of tracking; ``"wall"``: seconds of everything.
        baseline: the tracker the others are compared with.
        files: the MOT files written.
    """

    cache: GeneratedCache
    evaluations: dict[str, Evaluation]
    tracks: dict[str, dict[str, SequenceRows]]
    timings: dict[str, Any]
    baseline: str
    files: tuple[Path, ...] = ()

    @property
    def summary(self) -> dict[str, dict[str, float]]:
        """Tracker → HOTA, DetA, AssA, MOTA, IDF1 as fractions, IDSW, CLR_FP, CLR_FN as counts, over all sequences."""
        return {
            label: {name: float(found.overall[name]) for name in SUMMARY}
            for label, found in self.evaluations.items()
        }

    @property
    def delta_summary(self) -> dict[str, dict[str, float]]:
        """The same less the baseline's, for every other tracker."""
        summary = self.summary
        if self.baseline not in summary:
            return {}
        base = summary[self.baseline]
        return {
            label: {name: value - base[name] for name, value in scores.items()}
            for label, scores in summary.items()
            if label != self.baseline
        }

    def to_dict(self) -> dict[str, Any]:
        """Everything but the tracks, for JSON."""
        return {
            "benchmark": self.cache.benchmark.name,
            "split": self.cache.benchmark.split_name,
            "cache_dir": str(self.cache.cache_dir),
            "baseline": self.baseline,
            "summary": self.summary,
            "delta_summary": self.delta_summary,
            "timings": self.timings,
            "evaluations": {label: found.to_dict() for label, found in self.evaluations.items()},
            "files": [str(path) for path in self.files],
        }

    def __repr__(self) -> str:
        scores = ", ".join(f"{label} HOTA {100 * row['HOTA']:.2f}" for label, row in self.summary.items())
        return f"Validation({self.cache.benchmark.title}: {scores or 'no truth'})"


def val(
    benchmark: str | Path | Benchmark | GeneratedCache,
    trackers: str | Sequence[str | TrackerRun] = "bytetrack",
    *,
    tracker_config: str | Path | None = None,
    options: Mapping[str, Any] | None = None,
    postprocess: str | Sequence[str] | None = None,
    baseline: str | None = None,
    save_txt: str | Path | None = None,
    executor: str = "local",
    workers: int | None = None,
    progress: Progress | None = None,
    **generation: Any,
) -> Validation:
    """Replay trackers on a benchmark's cache, which is made where it is missing, and score them.

    Args:
        benchmark: see :func:`boxtrail.benchmarks.generate`, or what that gave.
        trackers: ``"bytetrack,ocsort"`` or a list; ``"bytetrack@official-mot17"`` is a tracker with a preset.
        tracker_config: preset, or path of a YAML file, of all trackers that name none.
        options: of all trackers, by name.
        postprocess: one or several methods of :mod:`boxtrail.postprocessing`, over the tracks of every sequence.
        baseline: the tracker that ``delta_summary`` compares with; None for the first.
        save_txt: folder for ``<tracker>/<sequence>.txt`` in MOT's format; makes splits without truth useful.
        executor, workers: as in :func:`boxtrail.benchmarks.generate`.
        progress: is told how far it is.
        **generation: further options of :func:`boxtrail.benchmarks.generate`: ``detector``, ``reid``, ``split`` …

    Raises:
        ConfigError: for an unknown tracker, preset, option or method, or a tracker that needs embeddings without.
        SourceError: if data is missing, or there is no truth and no ``save_txt``.
        BoxtrailError: as :func:`boxtrail.benchmarks.generate`.
    """
    began = time.perf_counter()
    runs = _runs(trackers, tracker_config, options or {})
    methods = () if postprocess is None else method_names(postprocess)
    chosen = runs[0].label if baseline is None else baseline
    if chosen not in [run.label for run in runs]:
        raise ConfigError(
            f"the baseline {chosen!r} is none of the trackers {', '.join(r.label for r in runs)}"
        )
    if isinstance(benchmark, GeneratedCache):
        if generation:
            raise ConfigError(f"{', '.join(generation)}: the cache is made already")
        cache = benchmark
    else:
        _check_appearance(runs, methods, has_embeddings=generation.get("reid") is not None)
        cache = generate(benchmark, generation.pop("detector", PUBLIC), executor=executor, workers=workers,
                         progress=progress, **generation)  # fmt: skip
    _check_appearance(runs, methods, has_embeddings="embeddings" in cache.generated[0].files)
    truths = _truths(cache.benchmark, may_lack=save_txt is not None)
    for run in runs:  # now, so that a wrong option fails before anything runs
        run.make(30.0, cache.benchmark.sequences[0].frame_size)
    generated = time.perf_counter()
    replayed = _replay(cache, runs, methods, executor, workers, progress)
    return _result(cache, replayed, truths, chosen, save_txt, began, generated)


def _runs(
    trackers: str | Sequence[str | TrackerRun], preset: str | Path | None, options: Mapping[str, Any]
) -> list[TrackerRun]:
    named = trackers.split(",") if isinstance(trackers, str) else list(trackers)
    runs = [
        run if isinstance(run, TrackerRun) else TrackerRun.parse(run, preset=preset, options=options)
        for run in named
        if not isinstance(run, str) or run.strip()
    ]
    if not runs:
        raise ConfigError("no tracker is named")
    labels = [run.label for run in runs]
    twice = next((label for label in labels if labels.count(label) > 1), None)
    if twice is not None:
        raise ConfigError(f"tracker {twice!r} is named twice")
    return runs


def _check_appearance(runs: list[TrackerRun], methods: tuple[str, ...], *, has_embeddings: bool) -> None:
    if has_embeddings:
        return
    needing = [run.label for run in runs if run.needs_embeddings]
    if needs_embeddings(methods):
        needing.append("gta")
    if needing:
        raise ConfigError(
            f"{' and '.join(needing)} cannot do without appearance; name an embedder with --reid"
        )


def _truths(benchmark: Benchmark, *, may_lack: bool) -> dict[str, SequenceRows]:
    lacking = all(sequence.files.truth is None for sequence in benchmark.sequences)
    if lacking and may_lack:
        return {}
    if lacking:
        raise SourceError(f"{benchmark.title} has no ground truth to score by; --save-txt writes the tracks")
    return benchmark.truths()


def _replay(
    cache: GeneratedCache,
    runs: list[TrackerRun],
    methods: tuple[str, ...],
    spec: str,
    workers: int | None,
    progress: Progress | None,
) -> dict[str, dict[str, Replayed]]:
    """Tracker → sequence → tracks. A sequence's tasks lie side by side: one worker reads it once."""
    sequences = {sequence.name: sequence for sequence in cache.benchmark.sequences}
    tasks = [
        ReplayTask(run, cache.benchmark, sequences[made.name], tuple(made.files.items()), methods)
        for made in cache.generated
        for run in runs
    ]
    done: dict[int, Replayed] = {}
    with open_executor(spec, workers=default_workers(spec, workers)) as executor:
        if progress is not None:
            progress.begin("tracking", len(tasks), "sequences")
        try:
            for index, replayed in executor.map(replay_task, tasks):
                done[index] = replayed
                if progress is not None:
                    progress.advance()
        finally:
            if progress is not None:
                progress.end()
    found: dict[str, dict[str, Replayed]] = {run.label: {} for run in runs}
    for index, task in enumerate(tasks):
        found[task.run.label][task.sequence.name] = done[index]
    return found


def _result(
    cache: GeneratedCache,
    replayed: dict[str, dict[str, Replayed]],
    truths: dict[str, SequenceRows],
    baseline: str,
    save_txt: str | Path | None,
    began: float,
    generated: float,
) -> Validation:
    benchmark = cache.benchmark
    sequences = {sequence.name: sequence for sequence in benchmark.sequences}
    names = benchmark.class_names
    evaluations, tracks, files = {}, {}, []
    timings: dict[str, Any] = {"generate": generated - began, "trackers": {}}
    num_frames = sum(sequence.num_frames for sequence in benchmark.sequences)
    for label, found in replayed.items():
        rows = {name: one.rows(sequences[name], names) for name, one in found.items()}
        tracks[label] = rows
        before = time.perf_counter()
        if truths:
            evaluations[label] = benchmark.evaluate(rows, truths)
        seconds = sum(one.track_seconds for one in found.values())
        timings["trackers"][label] = {
            "frames": num_frames,
            "track": seconds,
            "postprocess": sum(one.postprocess_seconds for one in found.values()),
            "evaluate": time.perf_counter() - before,
            "fps": num_frames / seconds if seconds else 0.0,
        }
        if save_txt is not None:
            files += _save(found, Path(save_txt) / re.sub(r"[^\w.+-]+", "-", label))
    timings["wall"] = time.perf_counter() - began
    return Validation(cache, evaluations, tracks, timings, baseline, tuple(files))


def _save(found: dict[str, Replayed], folder: Path) -> list[Path]:
    files = []
    for name, replayed in found.items():
        files.append(folder / f"{name}.txt")
        replayed.table.to_mot(files[-1])
    return files


__all__ = ["SUMMARY", "Validation", "val"]
