"""A bar with trials a second and the best value so far."""

from __future__ import annotations

import time
from typing import Any

from boxtrail.errors import require
from boxtrail.tuning.objectives import Objectives
from boxtrail.tuning.trials import Trial, best_of


class TuneProgress:
    """Follows a search on the standard error stream; stays silent where that is no terminal.

    Raises:
        MissingExtraError: if rich is not installed.
    """

    def __init__(self, tracker: str, objectives: Objectives, num_trials: int) -> None:
        require("rich", "tune", "the progress bar")
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        self._objectives, self._visible = objectives, console.is_terminal
        self._progress: Any = Progress(
            TextColumn(f"tune {tracker}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("[cyan]{task.fields[rate]:5.1f} trials/s"),
            TextColumn("[green]best {task.fields[best]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("", total=num_trials, rate=0.0, best="–")
        self._began, self._count, self._seen = 0.0, 0, list[Trial]()

    def start(self, known: list[Trial]) -> None:
        """Show the bar; ``known`` trials are done."""
        self._began = time.perf_counter()
        self._seen = [trial for trial in known if trial.is_complete]
        self._show(len(known))
        if self._visible:
            self._progress.start()

    def __call__(self, trial: Trial) -> None:
        """One more trial is finished."""
        self._count += 1
        if trial.is_complete:
            self._seen = [*self._best(), trial]
        self._show(1)

    def end(self) -> None:
        """Take the bar away."""
        if self._visible:
            self._progress.stop()

    def _best(self) -> list[Trial]:
        return [best_of(self._seen, self._objectives)] if self._seen else []

    def _show(self, advance: int) -> None:
        rate = self._count / max(time.perf_counter() - self._began, 1e-9)
        best = self._best()
        text = "–"
        if best and best[0].values is not None:
            values = zip(self._objectives.names, best[0].values, strict=True)
            text = ", ".join(f"{name} {value:.4f}" for name, value in values)
        self._progress.update(self._task, advance=advance, rate=rate, best=text)


__all__ = ["TuneProgress"]
