"""``boxtrail benchmarks``: what there is, and whether its data is here."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from boxtrail.cli.benchmark_options import data_dir_option
from boxtrail.cli.failures import one_line_errors


def benchmarks(
    data_dir: Annotated[Path | None, data_dir_option(typer.Option)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON array, for programs.")] = False,
) -> None:
    """List the benchmarks that --benchmark knows: splits, where their data is looked for, and whether it is there."""
    with one_line_errors(debug=False):
        from boxtrail.benchmarks import benchmark_names
        from boxtrail.benchmarks.layout import DATA_DIR_VARIABLE, find_data_dir

        found = [_described(name, data_dir) for name in benchmark_names()]
        if as_json:
            typer.echo(json.dumps(found, indent=2))
            return
        folder = find_data_dir(data_dir)
        table = Table(title=f"Benchmarks in {escape(str(folder))}", title_justify="left")
        for heading in ("--benchmark", "--split", "folders looked for", "found"):
            table.add_column(heading, style="bold" if heading == "--benchmark" else "")
        for entry in found:
            default = entry["default_split"]
            splits = ", ".join(f"[bold]{s}[/bold]" if s == default else s for s in entry["splits"])
            here = "\n".join(f"{name}: {count}" for name, count in entry["found"].items())
            table.add_row(entry["name"], splits, escape("\n".join(entry["folders"])), here or "[dim]no[/dim]")
        Console().print(table)
        typer.echo(
            f"Another place: --data-dir or {DATA_DIR_VARIABLE}. A folder of sequences or a YAML file of your"
        )
        typer.echo("own is a benchmark, too. Nothing is downloaded; --json says where each one comes from.")


def _described(name: str, data_dir: Path | None) -> dict[str, Any]:
    from boxtrail.benchmarks.catalogue import named_config
    from boxtrail.benchmarks.layout import find_root, find_sequences
    from boxtrail.errors import SourceError

    config = named_config(name)
    found: dict[str, int] = {}
    root = None
    with suppress(SourceError):  # what is not here is what the list is to tell
        root = find_root(config, data_dir)
    if root is not None:
        for split_name, split in config.splits.items():
            with suppress(SourceError):
                found[split_name] = len(find_sequences(config, split_name, split, root))
    return {
        "name": name,
        "title": config.name,
        "url": config.url,
        "splits": list(config.splits),
        "default_split": config.default_split,
        "folders": list(config.roots),
        "root": None if root is None else str(root),
        "found": found,
    }


__all__ = ["benchmarks"]
