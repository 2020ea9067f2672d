"""``boxtrail convert``: tracks in one format in, in another out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from boxtrail.cli.failures import one_line_errors
from boxtrail.errors import ConfigError
from boxtrail.io.formats import FORMATS

if TYPE_CHECKING:
    from boxtrail.io.formats import Conversion

_NAMES = ", ".join(FORMATS)

_From = Annotated[
    str, typer.Option("--from", metavar="FORMAT", help=f"Format of IN: auto (by what is in it), {_NAMES}.")
]
_To = Annotated[
    str,
    typer.Option("--to", metavar="FORMAT", help="Format of OUT; auto: by its suffix, folders motchallenge."),
]
_Classes = Annotated[
    str | None,
    typer.Option(
        metavar="MAP|FILE", help="person,car (of 0, 1, …), 1=person,2=car, van=car, or a file of these."
    ),
]
_Size = Annotated[
    str | None, typer.Option(metavar="WxH", help="Size of the frames in pixels, for formats that have it.")
]


def convert(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="A file of tracks or a folder of them, also gzipped.")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="A file, or for several sequences a folder.")],
    source_format: _From = "auto",
    format: _To = "auto",
    classes: _Classes = None,
    image_size: _Size = None,
    fps: Annotated[float | None, typer.Option(help="Frames a second, for formats that have it.")] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Repair what is safe to repair; IN stays as it is.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Write the tracks of IN in another format, and say what that format cannot hold."""
    with one_line_errors(debug=debug):
        from boxtrail.io.formats import convert as run_conversion

        if fps is not None and not 0.0 < fps < 1e6:
            raise ConfigError(f"--fps must be above 0, not {fps}")
        size = None if image_size is None else _frame_size(image_size)
        done = run_conversion(
            source, out, source_format=source_format, format=format, classes=classes, frame_size=size,
            frame_rate=fps, fix=fix,
        )  # fmt: skip
        if not quiet:
            _print(Console(), done)


def _frame_size(text: str) -> tuple[int, int]:
    """``"1920x1080"`` as (1920, 1080)."""
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise ConfigError(f"--image-size is WIDTHxHEIGHT such as 1920x1080, not {text!r}")
    return int(width), int(height)


def _print(console: Console, done: Conversion) -> None:
    for problem in done.repairs:
        console.print(
            f"  [dim]fixed[/dim] {escape(str(problem))}: {problem.repair}", soft_wrap=True, highlight=False
        )
    boxes, sequences = sum(done.sequences.values()), len(done.sequences)
    counted = f"{boxes:,} boxes of {sequences:,} sequence{'s' if sequences != 1 else ''}"
    console.print(f"{counted}: {', '.join(done.source_formats)} → {done.format}", highlight=False)
    for note in done.notes:
        console.print(f"  [yellow]note[/yellow]  {escape(note)}", soft_wrap=True, highlight=False)
    shown = done.files if len(done.files) <= 3 else done.files[:1]
    for file in shown:
        console.print(f"  [dim]wrote[/dim] {escape(str(file))}", soft_wrap=True, highlight=False)
    if len(shown) < len(done.files):
        console.print(f"  [dim]wrote[/dim] {len(done.files) - 1} more files beside it", highlight=False)


__all__ = ["convert"]
