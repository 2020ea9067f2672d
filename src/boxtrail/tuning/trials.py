"""What is known of finished trials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from boxtrail.tuning.objectives import Objectives


@dataclass(frozen=True, slots=True)
class Trial:
    """A finished trial.

    Attributes:
        index: from 0, as it was asked for; the first one has the default options.
        params: values of the options searched, as optuna chose them.
        options: the options that the tracker had.
        running: the first objective over the sequences so far, after each of them.
        values: the objectives; None if the trial was given up.
        seconds: of a worker's processor.
    """

    index: int
    params: dict[str, Any]
    options: dict[str, Any]
    running: tuple[float, ...]
    values: tuple[float, ...] | None
    seconds: float

    @property
    def is_complete(self) -> bool:
        """Whether it was not given up."""
        return self.values is not None


def best_of(trials: list[Trial], objectives: Objectives) -> Trial:
    """The best complete trial; of several objectives, the one of the front that is best balanced.

    Balanced is the largest sum of the values, each brought to [0, 1] over the front. Of equals the first one counts.

    Raises:
        ValueError: if none is complete.
    """
    candidates = front_of(trials, objectives)
    if not candidates:
        raise ValueError("no trial is complete")
    lows = [min(_up(trial, i, objectives) for trial in candidates) for i in range(len(objectives.names))]
    highs = [max(_up(trial, i, objectives) for trial in candidates) for i in range(len(objectives.names))]

    def balance(trial: Trial) -> float:
        return sum(
            (_up(trial, i, objectives) - low) / (high - low) if high > low else 0.0
            for i, (low, high) in enumerate(zip(lows, highs, strict=True))
        )

    return max(candidates, key=lambda trial: (balance(trial), -trial.index))


def front_of(trials: list[Trial], objectives: Objectives) -> list[Trial]:
    """The complete trials that no other one beats in one objective without falling behind in another."""
    complete = sorted((trial for trial in trials if trial.is_complete), key=lambda trial: trial.index)
    points = {
        trial.index: tuple(_up(trial, i, objectives) for i in range(len(objectives.names)))
        for trial in complete
    }

    def is_beaten(trial: Trial) -> bool:
        own = points[trial.index]
        return any(
            point != own and all(theirs >= mine for theirs, mine in zip(point, own, strict=True))
            for point in points.values()
        )

    return [trial for trial in complete if not is_beaten(trial)]


def _up(trial: Trial, index: int, objectives: Objectives) -> float:
    """The value where more is better."""
    assert trial.values is not None
    value = trial.values[index]
    return -value if objectives.directions[index] == "minimize" else value


__all__ = ["Trial", "best_of", "front_of"]
