"""The search for better options of a tracker."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from boxtrail import backend as backends
from boxtrail.benchmarks import Benchmark
from boxtrail.errors import ConfigError, require
from boxtrail.evaluation import Evaluation
from boxtrail.execution import Executor, open_executor
from boxtrail.progress import StepProgress
from boxtrail.trackers import Tracker, create_tracker, tracker_class
from boxtrail.tuning import workload as work
from boxtrail.tuning.held_out import HeldOut, divide
from boxtrail.tuning.inputs import Source, find_sequences
from boxtrail.tuning.kalman import calibrate_kalman
from boxtrail.tuning.objectives import parse_objectives
from boxtrail.tuning.progress import TuneProgress
from boxtrail.tuning.quiet import quiet_optuna
from boxtrail.tuning.result import TuneResult, TuneTimings
from boxtrail.tuning.search import Plan, Search
from boxtrail.tuning.space import SearchSpace, search_space
from boxtrail.tuning.store import TrialStore
from boxtrail.tuning.trial import evaluation_of
from boxtrail.tuning.trials import Trial, best_of

BATCH = 8  # trials proposed at a time


def tune(
    tracker: str,
    benchmark: Source,
    *,
    n_trials: int = 100,
    objective: str | Sequence[str] = "HOTA",
    seed: int = 0,
    storage: str | Path | None = None,
    held_out: HeldOut = None,
    only: Collection[str] | None = None,
    ranges: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
    calibrate_kf: bool = False,
    prune: bool = True,
    batch: int = BATCH,
    timeout: float | None = None,
    workers: int | None = None,
    executor: str | Executor = "local",
    backend: str | None = None,
    preprocess: str = "auto",
    score_classes: Sequence[str | int] | None = None,
    progress: bool = True,
    **generation: Any,
) -> TuneResult:
    """Search the options of ``tracker`` that score best on a benchmark.

    The first trial has the default options. A trial takes the sequences in their order, and is given up where its
    value over those so far falls below the median of the trials before it. The outcome follows from ``seed`` and
    ``batch``: workers, executors and interruptions change nothing about it.

    Args:
        tracker: its name; a backend may follow a colon.
        benchmark: see :func:`boxtrail.benchmarks.generate`, or what that gave, or sequences with detections and truth.
            Every trial takes them in this order.
        n_trials: trials there shall be in the end, those of earlier runs with the same ``storage`` included.
        objective: a metric such as ``"HOTA"``, or several: ``"HOTA,IDF1"`` searches for the best compromises.
        seed: of the search, from 0.
        storage: an SQLite file that keeps finished trials and from which a search goes on; None keeps none.
        held_out: names of sequences, or every so-manyth one, that are only looked at in the end.
        only: names of the options to search; by default all that have a range and an effect on these sequences.
        ranges: other ranges for some: ``(low, high)``, or a list of values.
        options: options that are the same in every trial.
        calibrate_kf: fit the Kalman filter's noise to the truth of the sequences tuned on, and let trials have it or
            not; see :func:`boxtrail.tuning.calibrate_kalman`.
        prune: whether to give up trials early; only with a single objective.
        batch: trials proposed at a time, from 1. Fewer learn more from one another, more keep more workers busy.
        timeout: seconds after which no more trials begin.
        workers: trials at a time; None for one a core. See :func:`boxtrail.execution.open_executor`.
        executor: ``"local"``, ``"ray"``, ``"ray://HOST:PORT"``, or an open executor.
        backend: ``"cpp"`` or ``"python"``, of tracker and metrics.
        preprocess: rules of the evaluation, see :func:`boxtrail.evaluation.evaluate`.
        score_classes: those to score, None for all.
        progress: show a bar where there is a terminal.
        **generation: further options of :func:`boxtrail.benchmarks.generate`: ``detector``, ``reid``, ``split`` …

    Raises:
        ConfigError: for an unknown tracker, option or objective, a range the tracker refuses, or a storage that is in
            use or of another search.
        InvalidInputError: for sequences without truth, or wrong rows in it.
        MissingExtraError: without optuna.
        ExecutionError: if workers die.
        KeyboardInterrupt: after Ctrl-C; finished trials are in ``storage``.
    """
    began = time.perf_counter()
    require("optuna", "tune", "tuning")  # before anything that takes long
    kind, chosen = _tracker(tracker, backend)
    objectives = parse_objectives(objective)
    _check(n_trials, batch, seed, timeout)
    if isinstance(executor, str) and executor != "local" and isinstance(benchmark, (str, Path, Benchmark)):
        generation = {"executor": executor, "workers": workers, **generation}
    sequences, owner = find_sequences(benchmark, progress=StepProgress() if progress else None, **generation)
    tuned, kept = divide(sequences, held_out)
    rules: dict[str, Any] = {"preprocess": preprocess, "classes": score_classes, "benchmark": owner}
    job = work.workload(kind.name, chosen, tuned, **rules)
    others = work.workload(kind.name, chosen, kept, **rules) if kept else None
    space = search_space(kind, tuned, only=only, ranges=ranges, fixed=options)
    if calibrate_kf:
        space = replace(space, noise=calibrate_kalman(tuned, kind.name).option())
    _try_ends(space, tuned[0].stream_options)
    plan = Plan(space, objectives, n_trials, seed, batch, prune, len(tuned), timeout)
    before = evaluation_of(job, space.fixed)  # any mistake in the sequences shows here, before workers start
    done = _searched(plan, job, storage, executor, workers, progress=progress)
    task = _Task(kind, "" if owner is None else owner.title, job, others, before)
    return _result(task, plan, done, began)


@dataclass(frozen=True, slots=True)
class _Task:
    """What is tuned, on what, and how it scored before; ``others`` are the sequences held out."""

    kind: type[Tracker]
    title: str
    job: work.Workload
    others: work.Workload | None
    before: Evaluation


@dataclass(frozen=True, slots=True)
class _Done:
    """A search that came to its end, or its timeout."""

    trials: list[Trial]
    num_new: int
    seconds: float
    storage: Path | None


def _result(task: _Task, plan: Plan, done: _Done, began: float) -> TuneResult:
    """What the search found, beside the options it began with."""
    fixed, best = plan.space.fixed, best_of(done.trials, plan.objectives).options
    others, at_work = task.others, sum(trial.seconds for trial in done.trials)
    return TuneResult(
        tracker=task.kind,
        benchmark=task.title,
        objectives=plan.objectives,
        space=plan.space,
        seed=plan.seed,
        num_wanted=plan.num_trials,
        trials=done.trials,
        before=task.before,
        after=evaluation_of(task.job, best),
        held_out_before=None if others is None else evaluation_of(others, fixed),
        held_out_after=None if others is None else evaluation_of(others, best),
        timings=TuneTimings(time.perf_counter() - began, done.seconds, at_work, done.num_new / done.seconds),
        storage=done.storage,
    )


def _searched(
    plan: Plan,
    job: work.Workload,
    storage: str | Path | None,
    executor: str | Executor,
    workers: int | None,
    *,
    progress: bool,
) -> _Done:
    """Open what a search needs, and run it."""
    with ExitStack() as stack:
        stack.enter_context(quiet_optuna())
        store = None
        if storage is not None:
            store = TrialStore(storage, plan.objectives, _settings(plan, job))
            stack.callback(store.close)
        path = work.save(job, Path(stack.enter_context(_folder(store))) / "work.pickle")
        if isinstance(executor, str):
            executor = stack.enter_context(open_executor(executor, workers=workers))
        search = Search(plan, str(path), executor, store)
        num_known, began = len(search.trials), time.perf_counter()
        trials = _run(search, job.tracker, progress=progress)
        seconds = time.perf_counter() - began
    if not any(trial.is_complete for trial in trials):
        raise ConfigError(f"no trial was finished within {plan.timeout:g} seconds; give the search more time")
    return _Done(trials, len(search.trials) - num_known, seconds, None if store is None else store.path)


def _run(search: Search, name: str, *, progress: bool) -> list[Trial]:
    bar = TuneProgress(name, search.plan.objectives, search.plan.num_trials) if progress else None
    if bar is None:
        return search.run()
    bar.start(list(search.trials.values()))
    try:
        return search.run(bar)
    finally:
        bar.end()


def _tracker(name: str, backend: str | None) -> tuple[type[Tracker], str]:
    plain, _, suffix = name.partition(":")
    if suffix and backend and suffix != backend:
        raise ConfigError(f"two backends at once: {suffix} and {backend}")
    return tracker_class(plain), backends.resolve(suffix or backend)


def _check(n_trials: int, batch: int, seed: int, timeout: float | None) -> None:
    for name, value, least in (("n_trials", n_trials, 1), ("batch", batch, 1), ("seed", seed, 0)):
        if value < least:
            raise ConfigError(f"{name} must be at least {least}, not {value}")
    if timeout is not None and not timeout > 0.0:
        raise ConfigError(f"timeout must be above 0 seconds, not {timeout}")


def _try_ends(space: SearchSpace, stream: Mapping[str, Any]) -> None:
    """Build the tracker at the ends of every range, so that a wrong one shows before the search.

    Raises:
        ConfigError: as the tracker does, naming the option.
    """
    for name, search in space.ranges.items():
        for value in search.choices or (search.low, search.high):
            end = {**stream, **space.options({**space.defaults(), name: value})}
            create_tracker(
                space.tracker.name, **{**end, name: value if not isinstance(end[name], str) else end[name]}
            )


def _settings(plan: Plan, job: work.Workload) -> dict[str, Any]:
    """What all runs of one search agree on."""
    return {
        "tracker": job.tracker,
        "objective": str(plan.objectives),
        "seed": plan.seed,
        "batch": plan.batch,
        "pruning": plan.prune,
        "options": {name: repr(value) for name, value in plan.space.fixed.items()},
        "calibration": repr(plan.space.noise),
        "ranges": {name: repr(search) for name, search in plan.space.ranges.items()},
        "sequences": [sequence.name for sequence in job.sequences],
        "data": job.fingerprint(),
    }


def _folder(store: TrialStore | None) -> tempfile.TemporaryDirectory[str]:
    """Beside the trials, where workers on other machines see it, or anywhere if nothing is kept."""
    if store is None:
        return tempfile.TemporaryDirectory(prefix="boxtrail-tune-")
    beside, prefix = store.path.resolve().parent, f"{store.path.stem}-work-"
    for left in beside.glob(f"{prefix}*"):  # of a run that was killed; nobody else has these trials open
        shutil.rmtree(left, ignore_errors=True)
    return tempfile.TemporaryDirectory(prefix=prefix, dir=beside)


__all__ = ["BATCH", "tune"]
