"""What ``boxtrail tune`` prints in the end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from boxtrail.evaluation.columns import COLUMNS

if TYPE_CHECKING:
    from boxtrail.tuning import TuneResult
    from boxtrail.tuning.comparison import Delta

_COLOURS = {"better": "green", "worse": "red", "unclear": "dim"}


def print_result(console: Console, result: TuneResult, files: list[Path]) -> None:
    """The metrics before and after, the best options, warnings and files."""
    summary = result.summary
    for side, changes in result.delta_summary.items():
        names = summary.sequences if side == "tuned" else summary.held_out
        what = "sequences tuned on" if side == "tuned" else "sequences held out"
        console.print(_table(f"{what}: {', '.join(names)}", changes))
    options = result.best_options
    chosen = ", ".join(f"{name}={value}" for name, value in options.items()) or "the defaults"
    console.print(f"[bold]best options[/bold]  {escape(chosen)}", highlight=False)
    pruned = f", {summary.num_pruned} given up early" if summary.num_pruned else ""
    speed = f", {result.timings.trials_per_second:.1f} a second" if result.timings.trials_per_second else ""
    short = f" of {summary.num_wanted} asked for" if summary.num_trials < summary.num_wanted else ""
    console.print(
        f"[dim]trials[/dim]  {summary.num_trials}{short}{pruned}{speed}; best: {summary.best_trial}"
    )
    if len(result.front) > 1 and len(summary.objectives) > 1:
        console.print(
            f"[dim]front[/dim]  {len(result.front)} compromises, this one best balanced; the report has all"
        )
    if summary.warning:
        console.print(f"[yellow]warning[/yellow]  {escape(summary.warning)}", soft_wrap=True, highlight=False)
    for path in files:
        console.print(f"  [dim]wrote[/dim] {escape(str(path))}", soft_wrap=True, highlight=False)


def _table(title: str, changes: Mapping[str, Delta]) -> Table:
    table = Table(title=escape(title), title_justify="left")
    for heading in ("", "default", "best", "change", "95 % interval", ""):
        table.add_column(heading, justify="left" if not heading else "right", no_wrap=True)
    for name, change in changes.items():
        column = COLUMNS[name]
        interval = "–"
        if change.low is not None and change.high is not None:
            interval = f"{_signed(name, change.low)} to {_signed(name, change.high)}"
        colour = _COLOURS[change.verdict]
        table.add_row(
            column.title,
            column.show(change.before),
            column.show(change.after),
            _signed(name, change.delta),
            interval,
            f"[{colour}]{change.verdict}[/{colour}]",
        )
    return table


def _signed(metric: str, value: float) -> str:
    """With its sign, as tables show the metric."""
    return f"{'+' if value > 0.0 else '−' if value < 0.0 else '±'}{COLUMNS[metric].show(abs(value))}"
