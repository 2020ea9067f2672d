"""Tables of what trackers scored, and of how sure that is."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.box import HORIZONTALS
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from boxtrail.evaluation import Bootstrap, Evaluation, bootstrap
from boxtrail.evaluation.bootstrap import FEW, METRICS
from boxtrail.evaluation.columns import COLUMNS, Column
from boxtrail.evaluation.provenance import describe
from boxtrail.evaluation.table import Block, blocks

_PIPE_WIDTH = 200  # columns for a file or another program, which folds no lines
_LABELS = {"sequence": "", "class": "class ", "overall": ""}


@dataclass(frozen=True, slots=True)
class Output:
    """What to print and to write; ``resamples`` None for no bootstrap."""

    columns: Sequence[Column]
    resamples: int | None = None
    json_file: Path | None = None
    csv_file: Path | None = None
    html_file: Path | None = None
    quiet: bool = False


def show(evaluations: Mapping[str, Evaluation], output: Output) -> None:
    """Print trackers beside one another and write the files asked for.

    Raises:
        InvalidInputError: for a bootstrap of a single sequence.
        SinkError: if a file cannot be written.
        MissingExtraError: without what the report needs.
    """
    found = None
    if output.resamples is not None:
        found = bootstrap(evaluations, metrics=_in_bootstrap(output.columns), resamples=output.resamples)
    if not output.quiet:
        print_evaluations(_console(), evaluations, output.columns, found)
    if output.json_file is not None or output.csv_file is not None:
        from boxtrail.evaluation.saving import save_csv, save_json
    if output.json_file is not None:
        save_json(output.json_file, evaluations, found)
    if output.csv_file is not None:
        save_csv(output.csv_file, evaluations)
    if output.html_file is not None:
        from boxtrail.evaluation.report import save_report

        save_report(output.html_file, evaluations, bootstrap=found)
    if not output.quiet:
        _print_files(output)


def _in_bootstrap(columns: Sequence[Column]) -> list[str]:
    """Shares are worth an interval; counts grow with the sequences that are drawn."""
    return [column.name for column in columns if column.unit == "share"] or list(METRICS)


def _print_files(output: Output) -> None:
    """A path a line, never folded, so that it can be copied."""
    for path in (output.json_file, output.csv_file, output.html_file):
        if path is not None:
            _console().print(f"  [dim]wrote[/dim] {escape(str(path))}", soft_wrap=True, highlight=False)


def _console() -> Console:
    """As wide as the terminal, or wide enough for every column where there is none."""
    console = Console()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        return Console(width=_PIPE_WIDTH)
    return console


def print_evaluations(
    console: Console,
    evaluations: Mapping[str, Evaluation],
    columns: Sequence[Column],
    found: Bootstrap | None = None,
) -> None:
    """A row a sequence, class and all, and in each a line a tracker, with the best in bold."""
    several = len(evaluations) > 1
    table = Table(box=HORIZONTALS, show_edge=False, padding=(0, 1), header_style="bold", pad_edge=False)
    table.add_column("sequence", overflow="fold")
    if several:
        table.add_column("tracker", overflow="fold")
    for column in columns:
        table.add_column(column.title, justify="right", no_wrap=True)
    rows = blocks(evaluations)
    for block, after in zip(rows, [*rows[1:], None], strict=True):
        ends = after is not None and after.kind != block.kind
        _add_block(table, block, columns, several=several, ends=ends)
    console.print(table)
    for line in describe(evaluations):
        console.print(f"[dim]{escape(line)}[/dim]", soft_wrap=True, highlight=False)
    if found is not None:
        console.print()
        print_bootstrap(console, found)


def _add_block(table: Table, block: Block, columns: Sequence[Column], *, several: bool, ends: bool) -> None:
    best = {column.name: block.best(column) for column in columns}
    label = escape(_LABELS[block.kind] + block.name)
    style = "bold" if block.kind == "overall" and not several else None
    for place, (tracker, metrics) in enumerate(block.metrics.items()):
        values = [column.show(metrics[column.name]) for column in columns]
        cells = [
            f"[bold green]{value}[/]" if tracker in best[column.name] else value
            for column, value in zip(columns, values, strict=True)
        ]
        last = place == len(block.metrics) - 1
        names = [label if place == 0 else "", escape(tracker)] if several else [label]
        table.add_row(*names, *cells, style=style, end_section=last and ends)
    if several and not ends and block.kind != "overall":
        table.add_row()


def print_bootstrap(console: Console, found: Bootstrap) -> None:
    """Intervals of every tracker, and a sentence on every two of them for each metric."""
    confidence = f"{100.0 * found.confidence:g} %"
    title = f"{confidence} intervals over {found.sequences} sequences, {found.resamples:,} resamples"
    table = Table(
        title=title,
        title_justify="left",
        box=HORIZONTALS,
        show_edge=False,
        padding=(0, 1),
        header_style="bold",
        pad_edge=False,
    )
    table.add_column("tracker", overflow="fold")
    columns = [COLUMNS[name] for name in next(iter(found.intervals.values()))]
    for column in columns:
        table.add_column(column.title, justify="right", no_wrap=True)
    for tracker, intervals in found.intervals.items():
        cells = []
        for column in columns:
            interval = intervals[column.name]
            low, estimate, high = (
                column.show(value, 1) for value in (interval.low, interval.estimate, interval.high)
            )
            cells.append(f"{estimate} [dim]{low} to {high}[/dim]")
        table.add_row(escape(tracker), *cells)
    console.print(table)
    for difference in found.of_the_best():
        mark = "[green]✓[/green]" if difference.is_clear else "[dim]·[/dim]"
        console.print(f"{mark} {escape(difference.sentence())}", highlight=False)
    if found.sequences < FEW:
        console.print(
            f"[dim]Over {found.sequences} sequences intervals are rather too narrow than too wide.[/dim]",
            highlight=False,
        )
