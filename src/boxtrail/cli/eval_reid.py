"""``boxtrail eval-reid``: how well an appearance model finds identities again."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from boxtrail.cli.failures import one_line_errors
from boxtrail.cli.train import DataDir, DataOptions, Dataset, Pattern, Sources, Tracks, data_options
from boxtrail.errors import ConfigError


def eval_reid(
    weights: Annotated[
        str,
        typer.Option(metavar="FILE", help="Checkpoint, exported model, or histogram, which has no weights."),
    ],
    dataset: Dataset = None,
    data_dir: DataDir = None,
    pattern: Pattern = None,
    source: Sources = None,
    tracks: Tracks = None,
    data_option: DataOptions = None,
    arch: Annotated[str | None, typer.Option(help="Architecture, where the file does not tell.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda or cuda:1.")] = "auto",
    half: Annotated[bool, typer.Option("--half", help="16-bit arithmetic on a GPU.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON object, for programs.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress bar.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Print mAP and CMC 1/5/10 of an appearance model on the queries of a data set."""
    with one_line_errors(debug=debug):
        from boxtrail.training import evaluate_reid

        if dataset is None:
            raise ConfigError("eval-reid needs a data set: --dataset")
        scores = evaluate_reid(
            weights, dataset, data_dir, device=device, half=half, arch=arch, progress=not quiet,
            **data_options(pattern, source, tracks, data_option),
        )  # fmt: skip
        if as_json:
            typer.echo(json.dumps(scores.to_dict()))
            return
        table = Table()
        for name in ("mAP", "rank-1", "rank-5", "rank-10", "queries", "gallery"):
            table.add_column(name, justify="right")
        shares = (scores.mean_ap, *(scores.rank(k) for k in (1, 5, 10)))
        counts = (scores.num_queries, scores.num_gallery)
        table.add_row(*(f"{100 * share:.1f}" for share in shares), *(f"{count:,}" for count in counts))
        Console().print(table)
