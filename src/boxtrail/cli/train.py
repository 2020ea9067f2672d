"""``boxtrail train``: a data set of identities in, an appearance model out."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from boxtrail.cli.failures import EXIT_INTERRUPTED, one_line_errors
from boxtrail.cli.key_values import key_values
from boxtrail.errors import ConfigError

if TYPE_CHECKING:
    from boxtrail.training import TrainingRun

_data = partial(typer.Option, rich_help_panel="Data set")
_learning = partial(typer.Option, rich_help_panel="Training")
_files = partial(typer.Option, rich_help_panel="Files")
_output = partial(typer.Option, rich_help_panel="Output")

Dataset = Annotated[
    str | None,
    _data(help="market1501, dukemtmc, msmt17, cuhk03, veri776, folder or tracks.", show_default=False),
]
DataDir = Annotated[
    Path | None, _data(metavar="DIR", help="Folder of the data set, or of sequences for tracks.")
]
Pattern = Annotated[
    str | None,
    _data(help="Of folder: such as '{sequence}/{identity}_f{frame}.jpg'; default IDENTITY/IMAGE."),
]
Sources = Annotated[
    list[str] | None, _data("--source", metavar="VIDEO", help="Of tracks: video or image folder; repeatable.")
]
Tracks = Annotated[
    list[Path] | None,
    _data("--tracks", metavar="FILE", help="Of tracks: truth or corrected tracks of each --source."),
]
DataOptions = Annotated[
    list[str] | None,
    _data(
        "--data-option",
        metavar="KEY=VALUE",
        help="train_fraction, gap, boxes, max_crops, min_size or min_visibility of the data set; repeatable.",
    ),
]


def train(
    model: Annotated[
        str | None, _learning(help="Architecture; default osnet_x0_25.", show_default=False)
    ] = None,
    dataset: Dataset = None,
    data_dir: DataDir = None,
    pattern: Pattern = None,
    source: Sources = None,
    tracks: Tracks = None,
    data_option: DataOptions = None,
    weights: Annotated[
        Path | None, _learning(metavar="FILE", help="Checkpoint to begin with; nothing is downloaded.")
    ] = None,
    device: Annotated[str, _learning(help="auto, cpu, cuda or cuda:1.")] = "auto",
    epochs: Annotated[int | None, _learning(help="Default 60.")] = None,
    batch_size: Annotated[int | None, _learning(help="Pictures a step, default 64.")] = None,
    input_size: Annotated[
        str | None, _learning(metavar="HxW", help="Pixels of a crop; default: as the architecture's paper.")
    ] = None,
    lr: Annotated[float | None, _learning(help="Highest learning rate, default 0.001.")] = None,
    amp: Annotated[bool | None, _learning(help="16-bit arithmetic; default: on GPUs.")] = None,
    seed: Annotated[int | None, _learning(help="Default 0.")] = None,
    workers: Annotated[int | None, _learning(help="Threads that read pictures, default 4.")] = None,
    option: Annotated[
        list[str] | None,
        _learning(
            "--option",
            "-o",
            metavar="KEY=VALUE",
            help="Any other of boxtrail.training.TrainOptions; repeatable.",
        ),
    ] = None,
    resume: Annotated[
        Path | None, _files(metavar="DIR", help="Go on with an interrupted run; needs no other option.")
    ] = None,
    out: Annotated[
        Path | None, _files(metavar="DIR", help="Folder of the files; without it a new one in runs/train.")
    ] = None,
    quiet: Annotated[bool, _output("--quiet", "-q", help="Print errors only.")] = False,
    debug: Annotated[bool, _output("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Train an appearance model to tell the identities of a data set apart.

    Writes best.pt (the weights), last.pt (to --resume from), log.jsonl, training.png and botsort.yaml, a preset with
    the suggested appearance_thresh. Runs under torchrun as it is:
    torchrun --nproc-per-node 4 -m boxtrail train …
    """
    with one_line_errors(debug=debug):
        from boxtrail.training import train_reid

        given: dict[str, Any] = {
            "model": model, "epochs": epochs, "batch_size": batch_size, "input_size": size_of(input_size),
            "learning_rate": lr, "amp": amp, "seed": seed, "workers": workers,
        } | data_options(pattern, source, tracks, data_option)  # fmt: skip
        options = {name: value for name, value in given.items() if value is not None} | key_values(
            option or []
        )
        try:
            run = train_reid(
                dataset, data_dir, weights=weights, resume=resume, out_dir=out, device=device,
                progress=not quiet, **options,
            )  # fmt: skip
        except KeyboardInterrupt:
            print("interrupted; go on with boxtrail train --resume and the run's folder", file=sys.stderr)
            raise typer.Exit(EXIT_INTERRUPTED) from None
        if not quiet and os.environ.get("RANK", "0") == "0":
            _print_run(run)


def data_options(
    pattern: str | None, sources: list[str] | None, tracks: list[Path] | None, pairs: list[str] | None
) -> dict[str, Any]:
    """Options of the data set by the library's names."""
    named = {
        "pattern": pattern,
        "sources": tuple(sources) if sources else None,
        "tracks": tuple(str(path) for path in tracks) if tracks else None,
    }
    return {name: value for name, value in named.items() if value is not None} | key_values(pairs or [])


def size_of(text: str | None) -> tuple[int, int] | None:
    """``"256x128"`` as ``(256, 128)``."""
    if text is None:
        return None
    height, cross, width = text.casefold().partition("x")
    if not cross or not height.strip().isdecimal() or not width.strip().isdecimal():
        raise ConfigError(f"--input-size is HEIGHTxWIDTH such as 256x128, not {text!r}")
    return int(height), int(width)


def _print_run(run: TrainingRun) -> None:
    """A line a fact; paths are never folded, so that they can be copied."""
    console = Console()
    facts = {
        "trained": f"{run.seconds / 60:.1f} min",
        "scores": run.scores,
        "appearance_thresh": None if run.appearance_thresh is None else f"{run.appearance_thresh:g}",
        "weights": run.weights_path,
        "preset": run.preset_path,
        "picture": run.plot_path,
        "log": run.log_path,
    }
    for name, fact in facts.items():
        if fact is not None:
            console.print(f"[dim]{name:17}[/dim] {escape(str(fact))}", soft_wrap=True, highlight=False)
