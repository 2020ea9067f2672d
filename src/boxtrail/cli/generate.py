"""``boxtrail generate``: a benchmark's detections, embeddings and warps, once."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from boxtrail.cli.benchmark_options import (
    benchmark_option,
    cache_dir_option,
    camera_motion_option,
    data_dir_option,
    detector_option,
    reid_option,
    split_option,
)
from boxtrail.cli.executor_option import executor_option, workers_option
from boxtrail.cli.failures import one_line_errors

if TYPE_CHECKING:
    from boxtrail.benchmarks import GeneratedCache

_data = partial(typer.Option, rich_help_panel="Data")
_computing = partial(typer.Option, rich_help_panel="Computing")
_work = partial(typer.Option, rich_help_panel="Work")


def generate(
    benchmark: Annotated[str, benchmark_option(_data)],
    detector: Annotated[str, detector_option(_computing)] = "public",
    reid: Annotated[str | None, reid_option(_computing)] = None,
    camera_motion: Annotated[str | None, camera_motion_option(_computing)] = None,
    split: Annotated[str | None, split_option(_data)] = None,
    data_dir: Annotated[Path | None, data_dir_option(_data)] = None,
    cache_dir: Annotated[Path | None, cache_dir_option(_data)] = None,
    conf: Annotated[float | None, _computing(help="Lowest detection score kept, 0 to 1.")] = None,
    classes: Annotated[str | None, _computing(help="Names or ids to detect: person,car or 0,2.")] = None,
    device: Annotated[str, _computing(help="auto, cpu, cuda or cuda:1.")] = "auto",
    half: Annotated[bool, _computing("--half", help="Half precision of the embedder.")] = False,
    batch_size: Annotated[int, _computing(min=1, help="Frames at once for detector and embedder.")] = 1,
    executor: Annotated[str, executor_option(_work)] = "local",
    workers: Annotated[int | None, workers_option(_work, "Sequences", "one")] = None,
    gpus: Annotated[float, _work(help="GPUs that a worker of a cluster needs.")] = 0.0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Run detector, embedder and camera motion once over a benchmark, for `boxtrail eval` and `tune` to replay.

    What is computed already is kept. After a kill the same command goes on where it was.
    """
    with one_line_errors(debug=debug):
        from boxtrail.benchmarks import generate as run
        from boxtrail.cli.track import class_list
        from boxtrail.progress import StepProgress

        cache = run(
            benchmark, detector, reid=reid, camera_motion=camera_motion, split=split, data_dir=data_dir,
            cache_dir=cache_dir, conf=conf, classes=class_list(classes), device=device, half=half,
            batch_size=batch_size, executor=executor, workers=workers, gpus=gpus,
            progress=None if quiet else StepProgress(),
        )  # fmt: skip
        if not quiet:
            print_cache(Console(), cache)


def print_cache(console: Console, cache: GeneratedCache) -> None:
    """What was computed, how long that took, and where it lies."""
    count, computed = len(cache.generated), cache.num_computed
    spent = cache.timings
    console.print(
        f"{escape(cache.benchmark.title)}: {count} sequence{'s' * (count != 1)}, {computed} computed now, "
        f"{count - computed} found in the cache",
        highlight=False,
    )
    if spent["frames"]:
        stages = ", ".join(
            f"{stage} {spent[stage]:.1f} s" for stage in ("read", "detect", "motion", "embed") if spent[stage]
        )
        console.print(f"  [dim]{spent['frames']:.0f} frames:[/dim] {stages}", highlight=False)
    console.print(f"  [dim]cache[/dim] {escape(str(cache.cache_dir))}", soft_wrap=True, highlight=False)


__all__ = ["generate", "print_cache"]
