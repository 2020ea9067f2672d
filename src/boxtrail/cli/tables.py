"""``boxtrail trackers`` and ``boxtrail detectors``: what there is to choose from."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from boxtrail.cli.failures import one_line_errors

if TYPE_CHECKING:
    from boxtrail.trackers import Tracker


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


def trackers(
    as_json: Annotated[bool, typer.Option("--json", help="As a JSON array, for programs.")] = False,
) -> None:
    """List the trackers that --tracker knows: paper, needs, speed, presets and options."""
    with one_line_errors(debug=False):
        from boxtrail.trackers import TRACKERS

        if as_json:
            typer.echo(json.dumps([_described(TRACKERS[name]) for name in sorted(TRACKERS)], indent=2))
            return
        _print_trackers([TRACKERS[name] for name in sorted(TRACKERS)])


def _print_trackers(kinds: list[type[Tracker]]) -> None:
    from boxtrail.backend import BACKENDS
    from boxtrail.trackers import StreamConfig, preset_names
    from boxtrail.trackers.speed import SPEED_CLASSES

    table = Table(title="Trackers", title_justify="left")
    options = Table(title="Options for -o, with defaults, and presets for --tracker-config", show_lines=True)
    for heading in ("--tracker", "class", "paper", "needs", "speed"):
        table.add_column(heading, style="bold" if heading == "--tracker" else "")
    for heading in ("--tracker", "options", "presets"):
        style = "bold" if heading == "--tracker" else ""
        options.add_column(heading, style=style, no_wrap=heading != "options")
    for kind in kinds:
        table.add_row(kind.name, kind.__name__, kind.paper, _needs(kind), kind.speed)
        options.add_row(kind.name, _defaults(kind.config_type), "\n".join(preset_names(kind.name)))
    options.add_row("all", _defaults(StreamConfig), "")
    options.title_justify = "left"
    Console().print(table)
    typer.echo(f"All take upright and oriented boxes; backends of each: {', '.join(BACKENDS)}.")
    typer.echo(
        "Embeddings: --reid histogram, or --reid PATH of a network; in Python reid= of Boxtrail, reid_weights= of "
        "create_tracker, or embs= of update."
    )
    limits = [
        f"{name} up to {limit:g}×" if math.isfinite(limit) else f"{name} above"
        for name, limit in SPEED_CLASSES.items()
    ]
    typer.echo(f"Speed, by the time of ByteTrack at 100 objects: {', '.join(limits)}.\n")
    Console().print(options)


def _needs(kind: type[Tracker]) -> str:
    """What a tracker is to be given beside its options."""
    needs = ["detections"]
    if kind.camera_motion != "none":
        needs.append("frames or warps for camera motion")
    if kind.appearance != "unused":
        needs.append("embeddings (reid)" if kind.appearance == "needed" else "embeddings (reid; optional)")
    return ", ".join(needs)


def _described(kind: type[Tracker]) -> dict[str, Any]:
    """A tracker as plain values."""
    from boxtrail.backend import BACKENDS
    from boxtrail.trackers import preset_names

    return {
        "name": kind.name,
        "class": kind.__name__,
        "paper": kind.paper,
        "needs": _needs(kind),
        "appearance": kind.appearance,
        "camera_motion": kind.camera_motion,
        "speed": kind.speed,
        "presets": preset_names(kind.name),
        "options": {option.name: option.default for option in fields(kind.config_type)},
        "boxes": ["upright", "oriented"],
        "backends": list(BACKENDS),
    }


def _defaults(config: type[Any]) -> str:
    """``min_hits=3, max_age=30, …``."""
    return ", ".join(f"{option.name}={option.default}" for option in fields(config))
