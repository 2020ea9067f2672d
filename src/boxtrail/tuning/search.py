"""The search itself: optuna proposes a batch of trials, workers do them, results go back in the order of the trials.

What a batch proposes follows from the seed and from the batches before it alone. So the number of workers, where they
run, and how often the search was interrupted change nothing about its outcome.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from boxtrail.errors import require
from boxtrail.execution import Executor
from boxtrail.tuning.objectives import Objectives
from boxtrail.tuning.space import CALIBRATED, SearchSpace
from boxtrail.tuning.store import TrialStore, frozen_trial
from boxtrail.tuning.trial import TrialOutcome, TrialTask, limits, run_trial
from boxtrail.tuning.trials import Trial

Watch = Callable[[Trial], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to search.

    Attributes:
        space: what is searched.
        objectives: for what.
        num_trials: how many trials there shall be in the end, those given up included.
        seed: of the sampler.
        batch: trials proposed at a time.
        prune: give up trials that fall behind.
        num_sequences: of the workload.
        timeout: seconds after which no batch begins, None for no limit.
    """

    space: SearchSpace
    objectives: Objectives
    num_trials: int
    seed: int
    batch: int
    prune: bool
    num_sequences: int
    timeout: float | None = None


class Search:
    """Trials from nothing, or from where a store ends.

    Args:
        plan: how to search.
        path: file of the workload.
        executor: who does the trials.
        store: where finished trials are kept, if anywhere.
    """

    def __init__(self, plan: Plan, path: str, executor: Executor, store: TrialStore | None = None) -> None:
        self._optuna = require("optuna", "tune", "tuning")
        self.plan, self._path, self._executor, self._store = plan, path, executor, store
        self._distributions = plan.space.distributions()
        self.trials: dict[int, Trial] = store.trials(plan.space) if store is not None else {}

    def run(self, watch: Watch | None = None) -> list[Trial]:
        """All trials in order; ``watch`` sees each one that is finished.

        After the timeout, or Ctrl-C, :attr:`trials` and the store hold what is finished.
        """
        plan = self.plan
        ends = None if plan.timeout is None else time.monotonic() + plan.timeout
        study = self._optuna.create_study(directions=list(plan.objectives.directions))
        for start in range(0, plan.num_trials, plan.batch):
            wanted = range(start, min(start + plan.batch, plan.num_trials))
            if all(index in self.trials for index in wanted):
                study.add_trials(
                    frozen_trial(self._optuna, self.trials[index], self._distributions) for index in wanted
                )
                continue
            if ends is not None and time.monotonic() >= ends:
                break
            proposed = self._propose(study, start, len(wanted))
            self._do([dict(trial.params) for trial in proposed], start, watch)
            for index, trial in zip(wanted, proposed, strict=True):
                self._tell(study, trial, self.trials[index])
        return [self.trials[index] for index in sorted(self.trials) if index < plan.num_trials]

    def _propose(self, study: Any, start: int, count: int) -> list[Any]:
        """Trials from ``start`` on; all of a batch, for each has a say in the next."""
        optuna = self._optuna
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            study.sampler = optuna.samplers.TPESampler(
                seed=(self.plan.seed * 1_000_003 + start) % 2**32, multivariate=True, constant_liar=True
            )
        if start == 0:
            defaults = self.plan.space.defaults()
            study.enqueue_trial(defaults)
            if CALIBRATED in defaults:
                study.enqueue_trial({**defaults, CALIBRATED: True})
        return [study.ask(self._distributions) for _ in range(count)]

    def _tell(self, study: Any, proposed: Any, trial: Trial) -> None:
        """Let the sampler know of a finished trial."""
        state = self._optuna.trial.TrialState
        if (
            proposed.params != trial.params
        ):  # finished by another version of optuna, which proposed something else
            study.tell(proposed, state=state.FAIL)
            study.add_trial(frozen_trial(self._optuna, trial, self._distributions))
            return
        if len(self.plan.objectives.names) == 1:
            for step, value in enumerate(trial.running):
                proposed.report(value, step)
        if trial.is_complete:
            study.tell(proposed, list(trial.values or ()))
        else:
            study.tell(proposed, state=state.PRUNED)

    def _do(self, proposed: list[dict[str, Any]], start: int, watch: Watch | None) -> None:
        """Run those of a batch that are not finished."""
        plan = self.plan
        wanted = [(start + i, params) for i, params in enumerate(proposed) if start + i not in self.trials]
        earlier = [trial.running for i, trial in self.trials.items() if i < start and trial.is_complete]
        bars = limits(earlier if plan.prune else [], plan.num_sequences, plan.objectives)
        tasks = [
            TrialTask(self._path, plan.space.options(params), plan.objectives, bars) for _, params in wanted
        ]
        for position, outcome in self._executor.map(run_trial, tasks):
            index, params = wanted[position]
            self._finish(_trial(index, params, tasks[position], outcome), watch)

    def _finish(self, trial: Trial, watch: Watch | None) -> None:
        if self._store is not None:
            self._store.add(trial, self._distributions)
        self.trials[trial.index] = trial
        if watch is not None:
            watch(trial)


def _trial(index: int, params: dict[str, Any], task: TrialTask, outcome: TrialOutcome) -> Trial:
    return Trial(
        index, params, dict(task.options), outcome.running, outcome.values, round(outcome.seconds, 4)
    )


__all__ = ["Plan", "Search", "Watch"]
