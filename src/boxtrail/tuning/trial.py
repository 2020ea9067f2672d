"""One trial: a tracker with certain options on all sequences, or as many as it deserves."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from boxtrail.evaluation import Evaluation, Scores
from boxtrail.tuning import workload
from boxtrail.tuning.objectives import Objectives, overall
from boxtrail.tuning.workload import Workload


@dataclass(frozen=True, slots=True)
class TrialTask:
    """What a worker is sent.

    Attributes:
        path: file of the workload.
        options: of the tracker.
        objectives: what to report.
        limits: for each sequence, the value that the trial must have after it to go on, or None.
    """

    path: str
    options: Mapping[str, Any]
    objectives: Objectives
    limits: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """What came of it.

    Attributes:
        running: the first objective over the sequences so far, after each of them.
        values: the objectives over all sequences; None if the trial was given up.
        seconds: of the worker's processor.
    """

    running: tuple[float, ...]
    values: tuple[float, ...] | None
    seconds: float


def run_trial(task: TrialTask) -> TrialOutcome:
    """Do ``task``; twice is as good as once."""
    return evaluate_options(workload.load(task.path), task)


def evaluate_options(work: Workload, task: TrialTask) -> TrialOutcome:
    """The sequences in their order, given up where the running value falls behind its limit."""
    began = time.process_time()
    scores: list[Scores] = []
    running: list[float] = []
    values: tuple[float, ...] = ()
    for index in range(len(work.sequences)):
        scores.extend(work.score(task.options, index).values())
        values = task.objectives.values(overall(scores))
        running.append(values[0])
        limit = task.limits[index] if index < len(task.limits) else None
        if limit is not None and task.objectives.better(limit, values[0]):
            return TrialOutcome(tuple(running), None, time.process_time() - began)
    return TrialOutcome(tuple(running), values, time.process_time() - began)


def evaluation_of(work: Workload, options: Mapping[str, Any]) -> Evaluation:
    """What the tracker with ``options`` reaches on all sequences."""
    return Evaluation({sequence.name: work.score(options, i) for i, sequence in enumerate(work.sequences)})


def limits(
    running: Sequence[Sequence[float]], num_sequences: int, objectives: Objectives
) -> tuple[float | None, ...]:
    """What a trial must reach after each sequence: the median of the trials that came so far.

    The median rule of optuna's ``MedianPruner``, worked out where all trials are known, so that workers need not ask.
    There is none before :data:`STARTUP` trials are complete, with several objectives, or after the last sequence.

    Args:
        running: of every complete trial, the first objective after each sequence.
        num_sequences: of the search.
        objectives: of the search.
    """
    complete = [values for values in running if len(values) == num_sequences]
    if len(complete) < STARTUP or len(objectives.names) > 1:
        return (None,) * num_sequences
    columns = [sorted(values[step] for values in complete) for step in range(num_sequences - 1)]
    return (*(column[len(column) // 2] for column in columns), None)


STARTUP = 10  # complete trials before any is given up

__all__ = ["STARTUP", "TrialOutcome", "TrialTask", "evaluate_options", "evaluation_of", "limits", "run_trial"]
