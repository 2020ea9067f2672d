"""``boxtrail gallery``: people by name, for ``boxtrail track --gallery``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from boxtrail.cli.failures import one_line_errors

if TYPE_CHECKING:
    from boxtrail.reid import Embedder
    from boxtrail.reid.gallery import Gallery

gallery = typer.Typer(
    no_args_is_help=True, help="Galleries of named identities, for `boxtrail track --gallery`."
)

_File = Annotated[Path, typer.Argument(metavar="FILE", help="A gallery, .npz.")]
_Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]


@gallery.command()
def enrol(
    folder: Annotated[Path, typer.Argument(help="Pictures, cut out: NAME/IMAGE.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="The gallery; one that exists is added to.")
    ],
    reid: Annotated[
        str, typer.Option(metavar="SPEC", help="histogram, or the path of a network.")
    ] = "histogram",
    device: Annotated[str, typer.Option(help="Of the embedder: auto, cpu, cuda, cuda:1.")] = "auto",
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
    debug: _Debug = False,
) -> None:
    """Put the identities of FOLDER into a gallery, each with all its pictures.

    boxtrail track --save-crops writes such pictures: rename the folders of the tracks to who they are.
    """
    with one_line_errors(debug=debug):
        from boxtrail.errors import ConfigError
        from boxtrail.reid import create_embedder
        from boxtrail.reid.enrolling import enrol_folder, pictures_of
        from boxtrail.reid.gallery import Gallery

        known = Gallery.load(out) if out.exists() else Gallery(reid)
        if not known.fits(reid):
            raise ConfigError(
                f"{out} was made with --reid {known.model}, and {reid} compares with nothing in it"
            )
        count = sum(len(paths) for paths in pictures_of(folder).values())
        embedder = create_embedder(reid, device=device)
        if quiet:
            enrol_folder(known, embedder, folder)
        else:
            _enrol_watched(known, embedder, folder, count)
        path = known.save(out)
        if not quiet:
            typer.echo(f"{path}: {len(known)} identities, {count} pictures added")


def _enrol_watched(known: Gallery, embedder: Embedder, folder: Path, count: int) -> None:
    from boxtrail.progress import ProgressBar
    from boxtrail.reid.enrolling import enrol_folder

    bar = ProgressBar("enrolling", unit="names", rate="pictures/s")
    bar.start(count)
    try:
        enrol_folder(known, embedder, folder, on_picture=lambda: bar.frame(len(known)))
    finally:
        bar.end()


@gallery.command("list")
def list_(file: _File, debug: _Debug = False) -> None:
    """Print who is in a gallery, and how many embeddings each has."""
    with one_line_errors(debug=debug):
        from boxtrail.reid.gallery import Gallery

        known = Gallery.load(file)
        table = Table()
        table.add_column("name", overflow="fold")
        table.add_column("embeddings", justify="right")
        for name in known:
            table.add_row(escape(name), str(len(known.embeddings(name))))
        typer.echo(f"{file}: {len(known)} identities, embedded by {known.model or 'an unknown model'}")
        Console().print(table)


@gallery.command()
def rename(
    file: _File,
    old: Annotated[str, typer.Argument(help="Who it is.")],
    new: Annotated[str, typer.Argument(help="What the name shall be.")],
    debug: _Debug = False,
) -> None:
    """Give an identity another name."""
    with one_line_errors(debug=debug):
        from boxtrail.reid.gallery import Gallery

        known = Gallery.load(file)
        known.rename(old, new)
        known.save(file)


@gallery.command()
def remove(
    file: _File, name: Annotated[str, typer.Argument(help="Whom to forget.")], debug: _Debug = False
) -> None:
    """Forget an identity."""
    with one_line_errors(debug=debug):
        from boxtrail.reid.gallery import Gallery

        known = Gallery.load(file)
        known.remove(name)
        known.save(file)


__all__ = ["gallery"]
