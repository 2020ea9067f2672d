"""The commands of ``boxtrail``."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from boxtrail.cli.benchmarks import benchmarks
from boxtrail.cli.convert import convert
from boxtrail.cli.demo import demo
from boxtrail.cli.eval import evaluate
from boxtrail.cli.eval_reid import eval_reid
from boxtrail.cli.export import export
from boxtrail.cli.failures import EXIT_ERROR, EXIT_INTERRUPTED, print_error
from boxtrail.cli.gallery import gallery
from boxtrail.cli.generate import generate
from boxtrail.cli.postprocess import postprocess
from boxtrail.cli.serve import serve
from boxtrail.cli.tables import detectors, trackers
from boxtrail.cli.track import track
from boxtrail.cli.train import train
from boxtrail.cli.tune import tune

TRACK, EVALUATE, APPEARANCE = "Track", "Evaluate and tune", "Appearance"
SERVE, LISTS = "Serve", "What there is"

app = typer.Typer(
    name="boxtrail", add_completion=False, rich_markup_mode="markdown", pretty_exceptions_enable=False
)
app.command(rich_help_panel=TRACK)(track)
app.command(rich_help_panel=TRACK)(postprocess)
app.command(rich_help_panel=TRACK)(demo)
app.command("eval", rich_help_panel=EVALUATE)(evaluate)
app.command("val", hidden=True)(evaluate)
app.command(rich_help_panel=EVALUATE)(convert)
app.command(rich_help_panel=EVALUATE)(generate)
app.command(rich_help_panel=EVALUATE)(tune)
app.command(rich_help_panel=APPEARANCE)(train)
app.command("eval-reid", rich_help_panel=APPEARANCE)(eval_reid)
app.command(rich_help_panel=APPEARANCE)(export)
app.add_typer(gallery, name="gallery", rich_help_panel=APPEARANCE)
app.command(rich_help_panel=SERVE)(serve)
app.command(rich_help_panel=LISTS)(trackers)
app.command(rich_help_panel=LISTS)(detectors)
app.command(rich_help_panel=LISTS)(benchmarks)

# Typer does not name the base of its usage errors, and has had it from two places.
_UsageError = typer.BadParameter.__mro__[1]


def _print_version(asked: bool) -> None:
    if asked:
        try:
            typer.echo(f"boxtrail {version('boxtrail')}")
        except PackageNotFoundError:
            typer.echo("boxtrail (not installed)")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _boxtrail(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Multi-object tracking: video in, tracks with stable ids out."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: list[str] | None = None) -> None:
    """Run ``boxtrail`` with ``arguments``, the command line's own if None, and exit."""
    try:
        code = app(arguments, standalone_mode=False, prog_name="boxtrail")
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    except typer.Abort:
        code = EXIT_ERROR
    except Exception as error:
        if not isinstance(error, _UsageError):
            raise
        where = "boxtrail" if error.ctx is None else error.ctx.command_path  # type: ignore[attr-defined]
        print_error(f"{error.format_message().rstrip('.')}; see {where} --help")  # type: ignore[attr-defined]
        code = EXIT_ERROR
    raise SystemExit(code if isinstance(code, int) else 0)
