"""Files of tracks from one format into another."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from boxtrail.io.formats.catalogue import AUTO
from boxtrail.io.formats.classes import class_map, with_classes
from boxtrail.io.formats.fixing import fix as repair
from boxtrail.io.formats.problems import Problem
from boxtrail.io.formats.reading import files_in, from_one, read_file
from boxtrail.io.formats.rows import SequenceRows
from boxtrail.io.formats.seqinfo import info_beside, with_info
from boxtrail.io.formats.writing import write_tracks


@dataclass(frozen=True, slots=True)
class Conversion:
    """What was converted.

    Attributes:
        source_formats: formats of what was read, each once.
        format: of what was written.
        files: that were written, in order.
        sequences: number of rows by sequence.
        notes: what could not be kept, a line each.
        repairs: what was repaired, where that was asked for.
    """

    source_formats: tuple[str, ...]
    format: str
    files: tuple[Path, ...]
    sequences: Mapping[str, int]
    notes: tuple[str, ...] = ()
    repairs: tuple[Problem, ...] = ()


def convert(
    source: str | Path,
    out: str | Path,
    *,
    source_format: str = AUTO,
    format: str = AUTO,
    classes: str | Path | Mapping[Any, Any] | Iterable[str] | None = None,
    frame_size: tuple[int, int] | None = None,
    frame_rate: float | None = None,
    fix: bool = False,
) -> Conversion:
    """Read tracks in any format and write them in another; what the other cannot hold is said in ``notes``.

    Args:
        source: a file or folder; see :func:`boxtrail.io.formats.read_tracks`.
        out: a file or folder; see :func:`boxtrail.io.formats.write_tracks`.
        source_format: of ``source``; ``"auto"``: by what is in the files.
        format: of ``out``; ``"auto"``: by its suffix.
        classes: names or numbers for the classes; see :func:`boxtrail.io.formats.class_map`.
        frame_size: width and height in pixels, for formats that have them, where ``source`` does not know.
        frame_rate: frames a second, likewise.
        fix: whether to repair what is safe to repair, in what is written; ``source`` stays as it is.

    Raises:
        SourceError: if something cannot be read.
        InvalidInputError: naming file and line of a mistake.
        ConfigError: for unknown formats or classes, or if ``out`` is a file of ``source``.
        SinkError: if something cannot be written.
    """
    files = files_in(Path(source))
    mapping = None if classes is None else class_map(classes)
    tracks: dict[str, SequenceRows] = {}
    formats: list[str] = []
    notes: list[str] = []
    repairs: list[Problem] = []
    for name, file in files.items():
        with _repaired(file, source_format, fix, repairs) as readable:
            found = read_file(readable, source_format)
        formats.append(found.format)
        notes += [*found.notes, *found.left_out]
        for own, rows in found.tracks.items():
            rows = with_info(from_one(rows), info_beside(file))
            if mapping is not None:
                rows, unknown = with_classes(rows, mapping)
                notes += [
                    f"class {label} is not among the classes given; it stays as it is" for label in unknown
                ]
            tracks[own or name] = rows
    tracks = {name: _with_known(rows, frame_size, frame_rate) for name, rows in tracks.items()}
    written = write_tracks(out, tracks, format, keep=tuple(files.values()))
    return Conversion(
        tuple(dict.fromkeys(formats)),
        written.format,
        written.files,
        {name: len(rows) for name, rows in tracks.items()},
        tuple(dict.fromkeys([*notes, *written.notes])),
        tuple(repairs),
    )


def _with_known(
    rows: SequenceRows, frame_size: tuple[int, int] | None, frame_rate: float | None
) -> SequenceRows:
    """What the user says counts for more than what the file says."""
    return replace(rows, frame_size=frame_size or rows.frame_size, frame_rate=frame_rate or rows.frame_rate)


@contextmanager
def _repaired(file: Path, format: str, wanted: bool, repairs: list[Problem]) -> Iterator[Path]:
    """The file, or a repaired copy under the same name for as long as it is read."""
    if not wanted:
        yield file
        return
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / file.name
        repairs += repair(file, copy, format)
        yield copy


__all__ = ["Conversion", "convert"]
