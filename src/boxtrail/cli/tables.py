"""``boxtrail trackers`` and ``boxtrail detectors``: what there is to choose from."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from boxtrail.cli.failures import one_line_errors


def detectors() -> None:
    """List the detectors that --detector knows."""
    with one_line_errors(debug=False):
        from boxtrail.detectors import DETECTORS

        table = Table(title="Detectors", title_justify="left")
        table.add_column("--detector", style="bold", no_wrap=True)
        table.add_column("finds")
        for name, description in DETECTORS.items():
            table.add_row(name, description)
        Console().print(table)
        typer.echo("In Python any model object or function from an image to an array is a detector too.")


def trackers() -> None:
    """List the trackers that --tracker knows, with their options."""
    with one_line_errors(debug=False):
        from boxtrail.backend import BACKENDS
        from boxtrail.trackers import TRACKERS, StreamConfig, preset_names

        table = Table(title="Trackers", title_justify="left")
        for heading in ("--tracker", "class", "paper", "boxes", "backends"):
            table.add_column(heading, style="bold" if heading == "--tracker" else "")
        options = Table(
            title="Options for -o, with defaults, and presets for --tracker-config", show_lines=True
        )
        for heading in ("--tracker", "options", "presets"):
            options.add_column(
                heading, style="bold" if heading == "--tracker" else "", no_wrap=heading != "options"
            )
        for name, kind in sorted(TRACKERS.items()):
            table.add_row(name, kind.__name__, kind.paper, "upright, oriented", ", ".join(BACKENDS))
            options.add_row(name, _defaults(kind.config_type), "\n".join(preset_names(name)))
        options.add_row("all", _defaults(StreamConfig), "")
        options.title_justify = "left"
        Console().print(table, options)


def _defaults(config: type[Any]) -> str:
    """``min_hits=3, max_age=30, …``."""
    return ", ".join(f"{option.name}={option.default}" for option in fields(config))
