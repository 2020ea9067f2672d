"""``boxtrail postprocess``: a MOT file of tracks in, a better one out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.markup import escape

from boxtrail.cli.failures import one_line_errors
from boxtrail.errors import ConfigError, InvalidInputError, SourceError

if TYPE_CHECKING:
    from boxtrail.postprocessing import TrackTable

_Methods = Annotated[
    list[str],
    typer.Option("--method", "-m", metavar="METHOD", help="linear, gsi, gbi or gta; repeatable, in order."),
]
_Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="OUT.txt", help="Without it IN.METHOD.txt beside IN.txt."),
]
_Embeddings = Annotated[
    Path | None,
    typer.Option(metavar="FILE.npy", help="One row for each row of IN.txt, in its order; gta needs them."),
]


def postprocess(
    tracks: Annotated[Path, typer.Argument(metavar="IN.txt", help="Tracks as MOT text, also gzipped.")],
    method: _Methods,
    out: _Out = None,
    embeddings: _Embeddings = None,
    stride: Annotated[int, typer.Option(help="The --stride the tracks were made with.")] = 1,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
) -> None:
    """Fill the gaps of finished tracks, smooth them, or link tracklets; IN.txt stays as it is."""
    with one_line_errors(debug=debug):
        from boxtrail.postprocessing import TrackTable
        from boxtrail.postprocessing import postprocess as run_methods
        from boxtrail.postprocessing.methods import method_names
        from boxtrail.progress import MethodProgress

        names = method_names(method)
        target = out or _beside(tracks, names)
        if target.absolute() == tracks.absolute() or (target.exists() and target.samefile(tracks)):
            raise ConfigError(f"{target} is the input, which stays as it is; give another --out")
        before = TrackTable.from_mot(tracks, step=stride)
        watch = None if quiet else MethodProgress()
        try:
            after = run_methods(before, names, _load(embeddings), watch=watch)
        finally:
            if watch is not None:
                watch.end()
        after.to_mot(target)
        if not quiet:
            console = Console()
            console.print(f"{_size(before)} → {_size(after)}", highlight=False)
            console.print(f"  [dim]wrote[/dim] {escape(str(target))}", soft_wrap=True, highlight=False)


def _beside(tracks: Path, names: tuple[str, ...]) -> Path:
    """``tracks.gsi.txt`` for ``tracks.txt`` or ``tracks.txt.gz``."""
    plain = tracks.with_suffix("") if tracks.suffix == ".gz" else tracks
    return plain.with_name(f"{plain.stem}.{'.'.join(names)}.txt")


def _load(path: Path | None) -> NDArray[Any] | None:
    """An array of an ``.npy`` file, never one of pickled objects."""
    if path is None:
        return None
    try:
        return np.load(path, allow_pickle=False)  # type: ignore[no-any-return]
    except OSError as error:
        raise SourceError(f"{path}: cannot read embeddings: {error.strerror or error}") from error
    except (ValueError, EOFError) as error:
        raise InvalidInputError(f"{path}: no array of numbers in NumPy's .npy format: {error}") from error


def _size(tracks: TrackTable) -> str:
    return f"{len(tracks):,} boxes of {len(np.unique(tracks.ids)):,} tracks"
