"""``boxtrail eval --benchmark``: trackers replayed on a cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape

from boxtrail.cli.generate import print_cache
from boxtrail.cli.scores import Output, show

if TYPE_CHECKING:
    from boxtrail.benchmarks import Validation


@dataclass(frozen=True, slots=True)
class Replaying:
    """What ``boxtrail eval`` was told about a benchmark and its trackers."""

    benchmark: str
    trackers: str
    tracker_config: str | None
    option: Sequence[str]
    postprocess: Sequence[str]
    baseline: str | None
    save_txt: Path | None
    executor: str
    workers: int | None
    generation: dict[str, Any]  # detector, reid, camera_motion, split, data_dir, cache_dir


def score_replayed(told: Replaying, output: Output) -> None:
    """Make the cache where it is missing, track, score and show.

    Raises:
        BoxtrailError: as :func:`boxtrail.benchmarks.val`.
    """
    from boxtrail.benchmarks import val
    from boxtrail.cli.track import tracker_options
    from boxtrail.progress import StepProgress

    found = val(
        told.benchmark, told.trackers, tracker_config=told.tracker_config,
        options=tracker_options(list(told.option)), postprocess=list(told.postprocess) or None,
        baseline=told.baseline, save_txt=told.save_txt, executor=told.executor, workers=told.workers,
        progress=None if output.quiet else StepProgress(), **told.generation,
    )  # fmt: skip
    console = Console()
    if not output.quiet:
        print_cache(console, found.cache)
    if found.evaluations:
        show(found.evaluations, output)
    if not output.quiet:
        print_differences(console, found)


def print_differences(console: Console, found: Validation) -> None:
    """How far the others are from the baseline, and how fast all were."""
    for label, differences in found.delta_summary.items():
        shown = ", ".join(
            f"{name} {100 * value:+.2f}" if name.isupper() and name != "IDSW" else f"{name} {value:+.0f}"
            for name, value in differences.items()
            if name in ("HOTA", "MOTA", "IDF1", "IDSW")
        )
        console.print(
            f"{escape(label)} beside {escape(found.baseline)}: {shown}", soft_wrap=True, highlight=False
        )
    speeds = ", ".join(
        f"{escape(label)} {spent['fps']:,.0f}" for label, spent in found.timings["trackers"].items()
    )
    console.print(f"[dim]frames a second of tracking:[/dim] {speeds}", soft_wrap=True, highlight=False)
    if found.files:
        console.print(
            f"  [dim]wrote[/dim] {len(found.files)} files of tracks in {escape(str(found.files[0].parent.parent))}",
            soft_wrap=True,
            highlight=False,
        )


__all__ = ["Replaying", "print_differences", "score_replayed"]
