"""Tracks into files of any format, with a line for everything that the format cannot hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from boxtrail.errors import ConfigError, InvalidInputError, SinkError
from boxtrail.io.formats.adapting import adapted
from boxtrail.io.formats.catalogue import AUTO, FORMATS, format_name
from boxtrail.io.formats.checking import checked
from boxtrail.io.formats.coco_writer import write_coco
from boxtrail.io.formats.files import plain_name, write_text
from boxtrail.io.formats.mot import write_mot
from boxtrail.io.formats.reading import sequence_name
from boxtrail.io.formats.rows import SequenceRows
from boxtrail.io.formats.seqinfo import info_text
from boxtrail.io.formats.supervisely_writer import write_supervisely

_BY_SUFFIX = {".txt": "mot", ".json": "coco", ".xml": "cvat", ".csv": "csv", ".jsonl": "jsonl"}


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes:
        format: in which format.
        files: in order.
        notes: what the format cannot hold, a line each.
    """

    format: str
    files: tuple[Path, ...]
    notes: tuple[str, ...]


def write_tracks(
    path: str | Path,
    tracks: SequenceRows | Mapping[str, SequenceRows],
    format: str = AUTO,
    *,
    frame_size: tuple[int, int] | None = None,
    frame_rate: float | None = None,
    keep: Sequence[Path] = (),
) -> Written:
    """Write the tracks of one sequence to a file, or of several to a folder, COCO-VID also to a file.

    Args:
        path: a file, gzipped if it ends in ``.gz``, or a folder, which gets a file a sequence.
        tracks: rows, frames from 1, or a mapping from the names of sequences to rows.
        format: one of :data:`boxtrail.io.formats.FORMATS`, or ``"auto"``: by the suffix, MOTChallenge's folders
            without one.
        frame_size: width and height in pixels, where the rows do not know them.
        frame_rate: frames a second, likewise.
        keep: files that must not be written over.

    Raises:
        InvalidInputError: for rows that cannot be used, or that need the size of the frames to be written.
        ConfigError: for an unknown format, or if a file to keep would be written over.
        SinkError: if a file cannot be written.
    """
    target = Path(path).expanduser()
    named = {sequence_name(target): tracks} if isinstance(tracks, SequenceRows) else dict(tracks)
    name = _format_of(target, format)
    ready, notes = {}, []
    for sequence, rows in named.items():
        rows = checked(rows)
        if len(rows) and rows.frames[0] < 1:
            raise InvalidInputError(f"sequence {sequence!r}: frames count from 1, not {rows.frames[0]}")
        rows = replace(
            rows, frame_size=rows.frame_size or frame_size, frame_rate=rows.frame_rate or frame_rate
        )
        ready[sequence], found = adapted(rows, name)
        notes += found
    targets = _targets(target, list(ready), name)
    for file in targets:
        if file.exists() and any(file.samefile(other) for other in keep):
            raise ConfigError(
                f"{file} is the input, which stays as it is; give another file or folder to write"
            )
    files, more = _write(targets, ready, name)
    return Written(name, tuple(files), tuple(dict.fromkeys(notes + more)))


def _format_of(target: Path, format: str) -> str:
    """The format asked for, or that of the suffix.

    Raises:
        SinkError: for a suffix that no format has.
    """
    name = format_name(format)
    if name != AUTO:
        return name
    suffix = Path(plain_name(target)).suffix
    if target.is_dir() or not suffix:
        return "motchallenge"
    if suffix not in _BY_SUFFIX:
        raise SinkError(
            f"cannot write {target}: no format has the suffix {suffix}; name one of {', '.join(FORMATS)}"
        )
    return _BY_SUFFIX[suffix]


def _targets(target: Path, sequences: list[str], name: str) -> list[Path]:
    """The file of each sequence; of COCO-VID the one of all.

    Raises:
        SinkError: for several sequences in one file, where the format has no room for them.
    """
    is_folder = target.is_dir() or not Path(plain_name(target)).suffix
    if name == "motchallenge":
        return [target / _file_name(sequence) / "gt" / "gt.txt" for sequence in sequences]
    if name == "coco":
        return [target / "annotations.json" if is_folder else target]
    if is_folder:
        return [target / f"{_file_name(sequence)}{FORMATS[name].suffix}" for sequence in sequences]
    if len(sequences) > 1:
        raise SinkError(
            f"cannot write {target}: {FORMATS[name].title} hold one sequence a file, and there are {len(sequences)}; "
            "give the name of a folder"
        )
    return [target] * len(sequences)


def _write(targets: list[Path], tracks: dict[str, SequenceRows], name: str) -> tuple[list[Path], list[str]]:
    """Write every file; the notes are those of what had to be cut."""
    if name == "coco":
        return [write_text(targets[0], write_coco(tracks))], []
    files, notes = [], []
    for file, (sequence, rows) in zip(targets, tracks.items(), strict=True):
        if name == "motchallenge":
            files.append(write_text(file.parent.parent / "seqinfo.ini", info_text(sequence, rows)))
            files.append(write_text(file, write_mot(rows)))
        elif name == "supervisely":
            added, left_out = _write_supervisely(file, sequence, rows)
            files += added
            notes.append(
                "Supervisely's annotations have whole pixels inside the frame; boxes are rounded and cut"
            )
            if left_out:
                notes.append(f"{left_out} boxes outside the frame are left out")
        else:
            files.append(write_text(file, FORMATS[name].write(rows, sequence)))
    return files, notes


def _write_supervisely(file: Path, sequence: str, rows: SequenceRows) -> tuple[list[Path], int]:
    annotation, meta, left_out = write_supervisely(rows, sequence)
    plain = file.with_name(plain_name(file))
    beside = plain.with_name(
        f"{plain.stem}.meta.json"
    )  # the meta first: an annotation is of no use without it
    return [write_text(beside, meta), write_text(file, annotation)], left_out


def _file_name(sequence: str) -> str:
    """The name of a sequence without what would lead to another folder."""
    return "".join("_" if c in '/\\:*?"<>|' or c < " " else c for c in sequence).strip(". ") or "sequence"


__all__ = ["Written", "write_tracks"]
