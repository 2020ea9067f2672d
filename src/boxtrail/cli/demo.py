"""``boxtrail demo``: a film with known truth, tracked and scored."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from boxtrail.cli.failures import one_line_errors
from boxtrail.cli.report import print_demo


def demo(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the files.")] = Path("boxtrail-demo"),
    seconds: Annotated[float, typer.Option(help="Length of the film in seconds, 4 to 600.")] = 20.0,
    tracker: Annotated[str, typer.Option(help="A name of `boxtrail trackers`.")] = "bytetrack",
    detector: Annotated[
        str, typer.Option(help="motion, hog, onnx:PATH, file:PATH, inference:URL or supervisely:URL.")
    ] = "motion",
    reid: Annotated[
        str | None,
        typer.Option(metavar="SPEC", help="How people look: histogram, or the path of a network."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed casts other people.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Render people crossing a plaza, track them in the encoded video, and compare with the truth."""
    with one_line_errors(debug=debug):
        from boxtrail.demo import run_demo

        report = run_demo(
            out, seconds=seconds, tracker=tracker, detector=detector, reid=reid, seed=seed,
            progress=not quiet,
        )  # fmt: skip
        if not quiet:
            print_demo(Console(), report)
