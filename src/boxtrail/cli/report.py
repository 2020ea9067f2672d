"""Tables of what a run or the demo brought."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from boxtrail.demo.runner import DemoReport
    from boxtrail.run import Run


def print_run(console: Console, run: Run) -> None:
    """Frames, tracks, speed and files of a finished run."""
    summary, timings = run.summary, run.timings
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("source", escape(summary.source))
    table.add_row(
        "frames", f"{summary.frames} in {summary.seconds:.1f} s, [bold]{summary.fps:.1f} fps[/bold]"
    )
    classes = ", ".join(f"{count} {name}" for name, count in summary.tracks_by_class.items())
    table.add_row("tracks", f"[bold]{summary.tracks}[/bold]" + (f" ({escape(classes)})" if classes else ""))
    stages = {"waiting for frames": timings.read, "detection": timings.detect,
              "camera motion": timings.motion, "embedding": timings.embed,
              "tracking": timings.track, "writing": timings.write,
              "post-processing": timings.postprocess}  # fmt: skip
    wall = max(timings.wall, 1e-9)
    shares = [f"{name} {100.0 * seconds / wall:.1f} %" for name, seconds in stages.items() if seconds > 0.0]
    if (beside := timings.embed_work - timings.embed) > 0.0:
        shares.append(f"and beside these, embedding {100.0 * beside / wall:.1f} %")
    table.add_row("time", ", ".join(shares))
    if not summary.files:
        table.add_row("files", "none; --save, --save-txt, --save-csv, … write some")
    console.print(table)
    _print_files(console, summary.files)


def print_demo(console: Console, report: DemoReport) -> None:
    """Ids kept against the truth, person by person and in sum, and where to look."""
    score = report.score
    people = Table(title="Who kept an id", title_justify="left")
    people.add_column("person", justify="right")
    people.add_column("seen in frames", justify="right")
    people.add_column("followed", justify="right")
    people.add_column("track ids, in order")
    for person in score.people:
        colour = "green" if person.kept_id else "yellow" if person.ids else "red"
        ids = " → ".join(str(number) for number in person.ids) or "none"
        followed = f"{100.0 * person.coverage:.0f} %"
        people.add_row(str(person.person_id), str(person.visible), followed, f"[{colour}]{ids}[/{colour}]")
    console.print(people)

    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row(
        "ids kept", f"[bold]{score.num_kept} of {len(score.people)}[/bold] people kept one id throughout"
    )
    table.add_row("id switches", str(score.num_switches))
    table.add_row("coverage", f"{100.0 * score.coverage:.1f} % of the boxes of people in plain view")
    table.add_row("tracks", str(report.summary.tracks))
    speed = (
        f"[bold]{report.summary.fps:.1f} frames a second[/bold], read, detected, tracked, drawn and encoded"
    )
    table.add_row("speed", f"{speed} (tracking {100.0 * report.timings.track_share:.1f} % of it)")
    console.print(table)
    _print_files(console, report.files)


def _print_files(console: Console, files: Iterable[Path]) -> None:
    """A path a line, never folded, so that it can be copied."""
    for path in files:
        console.print(f"  [dim]wrote[/dim] {escape(str(path))}", soft_wrap=True, highlight=False)
