"""What a search found."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from boxtrail.evaluation import Evaluation
from boxtrail.trackers import Tracker
from boxtrail.tuning.comparison import Delta, compare, shown
from boxtrail.tuning.objectives import Objectives
from boxtrail.tuning.preset import differences, preset_text, write_preset
from boxtrail.tuning.space import SearchSpace
from boxtrail.tuning.trials import Trial, best_of, front_of

FLATTERS = (
    "These numbers are of the sequences the options were tuned on, so they flatter; "
    "hold sequences out (--held-out) to see what is left of the gain elsewhere."
)


@dataclass(frozen=True, slots=True)
class TuneTimings:
    """Seconds of the last run, and of the trials of all runs."""

    wall: float  # of this run, with the reports before and after
    search: float  # of this run's trials and of choosing them
    trials: float  # of processors, over all trials, earlier runs' included
    trials_per_second: float  # of this run; 0 if it had none to do

    def to_dict(self) -> dict[str, float]:
        """By name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class TuneSummary:
    """A search in numbers."""

    tracker: str
    benchmark: str
    objectives: tuple[str, ...]
    num_trials: int  # finished, those given up included
    num_complete: int  # on all sequences
    num_pruned: int  # given up
    num_wanted: int
    best_trial: int
    best_values: tuple[float, ...]
    default_values: tuple[float, ...]
    sequences: tuple[str, ...]
    held_out: tuple[str, ...]
    warning: str  # empty where sequences were held out

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()
        }


@dataclass(frozen=True, eq=False)
class TuneResult:
    """The best options, how they were found, and what they are worth.

    Attributes:
        tracker: the class tuned.
        benchmark: what the sequences are called together.
        objectives: what was searched for.
        space: where.
        seed: of the search.
        num_wanted: trials asked for; fewer are there after a timeout.
        trials: all that are finished, in order; the first one has the default options.
        before, after: the default and the best options on the sequences that were tuned on.
        held_out_before, held_out_after: the same on the sequences held out, if there are any.
        timings: where the time went.
        storage: file of the trials, if there is one.
    """

    tracker: type[Tracker]
    benchmark: str
    objectives: Objectives
    space: SearchSpace
    seed: int
    num_wanted: int
    trials: list[Trial]
    before: Evaluation
    after: Evaluation
    held_out_before: Evaluation | None
    held_out_after: Evaluation | None
    timings: TuneTimings
    storage: Path | None = None

    @cached_property
    def best(self) -> Trial:
        """The best trial; with several objectives the best balanced one of :attr:`front`."""
        return best_of(self.trials, self.objectives)

    @property
    def front(self) -> list[Trial]:
        """Trials that no other one is better than in every objective."""
        return front_of(self.trials, self.objectives)

    @property
    def best_options(self) -> dict[str, Any]:
        """The best trial's options that differ from the defaults."""
        return differences(self.tracker, self.best.options)

    @property
    def best_value(self) -> float | tuple[float, ...]:
        """Its objective, or objectives."""
        assert self.best.values is not None
        return self.best.values[0] if len(self.best.values) == 1 else self.best.values

    @property
    def summary(self) -> TuneSummary:
        """The search in numbers."""
        held_out = () if self.held_out_before is None else tuple(self.held_out_before.scores)
        complete = sum(trial.is_complete for trial in self.trials)
        return TuneSummary(
            self.tracker.name,
            self.benchmark,
            self.objectives.names,
            len(self.trials),
            complete,
            len(self.trials) - complete,
            self.num_wanted,
            self.best.index,
            self.best.values or (),
            self.objectives.values(self.before.overall),
            tuple(self.before.scores),
            held_out,
            "" if held_out else FLATTERS,
        )

    @cached_property
    def delta_summary(self) -> dict[str, dict[str, Delta]]:
        """By how much the metrics changed, under ``"tuned"`` and, where there is one, ``"held_out"``."""
        metrics = shown(self.objectives.names)
        found = {"tuned": compare(self.before, self.after, metrics, seed=self.seed)}
        if self.held_out_before is not None and self.held_out_after is not None:
            found["held_out"] = compare(self.held_out_before, self.held_out_after, metrics, seed=self.seed)
        return found

    def preset(self, trial: Trial | None = None) -> str:
        """The YAML text of a trial's options, by default the best one's."""
        chosen = trial or self.best
        here, default = (self._shown(values) for values in (chosen.values or (), self.summary.default_values))
        header = [
            f"{self.tracker.__name__} tuned for {self.objectives} on {self.benchmark or 'sequences'}: "
            f"{', '.join(self.before.scores)}.",
            f"There: {here}; by default {default}.",
            f"Trial {chosen.index} of {len(self.trials)}, seed {self.seed}; what is not named is as by default.",
        ]
        if trial is None:
            held_out = self.delta_summary.get("held_out", {})
            header += [
                f"On sequences held out: {name} {held_out[name].after:.4g}; by default {held_out[name].before:.4g}."
                for name in self.objectives.names
                if name in held_out
            ]
        return preset_text(self.tracker, chosen.options, header)

    def save_preset(self, path: str | Path, trial: Trial | None = None) -> Path:
        """Write :meth:`preset` to ``path``, for ``create_tracker(name, preset=path)``.

        Raises:
            SinkError: if it cannot be written.
        """
        return write_preset(path, self.preset(trial))

    def save_report(self, path: str | Path) -> Path:
        """Write one HTML file with plots of the search and the metrics before and after.

        Raises:
            MissingExtraError: without plotly.
            SinkError: if it cannot be written.
        """
        from boxtrail.tuning.report import report_html

        return write_preset(path, report_html(self))

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "summary": self.summary.to_dict(),
            "best_options": self.best_options,
            "timings": self.timings.to_dict(),
            "delta_summary": {
                side: {name: change.to_dict() for name, change in changes.items()}
                for side, changes in self.delta_summary.items()
            },
            "front": [trial.index for trial in self.front],
            "trials": [asdict(trial) for trial in self.trials],
        }

    def save_json(self, path: str | Path) -> Path:
        """Write :meth:`to_dict` to ``path``.

        Raises:
            SinkError: if it cannot be written.
        """
        return write_preset(path, json.dumps(self.to_dict(), indent=1) + "\n")

    def _shown(self, values: tuple[float, ...]) -> str:
        return ", ".join(
            f"{name} {value:.4g}" for name, value in zip(self.objectives.names, values, strict=True)
        )

    def __repr__(self) -> str:
        return (
            f"TuneResult({self.tracker.__name__}, {len(self.trials)} trials, {self.objectives} {self.best_value}, "
            f"best_options={self.best_options})"
        )


__all__ = ["FLATTERS", "TuneResult", "TuneSummary", "TuneTimings"]
