"""``boxtrail export``: an appearance model for another runtime."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from boxtrail.cli.failures import one_line_errors


def export(
    weights: Annotated[Path, typer.Option(metavar="FILE", help="Checkpoint of an appearance model.")],
    format: Annotated[str, typer.Option(help="onnx, torchscript, openvino or tensorrt.")] = "onnx",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Default: beside weights.")
    ] = None,
    arch: Annotated[str | None, typer.Option(help="Architecture, where the file does not tell.")] = None,
    half: Annotated[bool, typer.Option("--half", help="16-bit arithmetic; tensorrt.")] = False,
    opset: Annotated[int, typer.Option(help="Of ONNX operators; onnx and tensorrt.")] = 17,
    max_batch: Annotated[int, typer.Option(help="Crops at a time; tensorrt.")] = 256,
    device: Annotated[str, typer.Option(help="GPU an engine is built for; tensorrt.")] = "auto",
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Write an appearance model for another runtime, checked against the original: cosine at least 0.999."""
    with one_line_errors(debug=debug):
        from boxtrail.training import export_reid

        path = export_reid(
            weights, format, out, arch=arch, half=half, opset=opset, max_batch=max_batch, device=device
        )
        typer.echo(str(path))
