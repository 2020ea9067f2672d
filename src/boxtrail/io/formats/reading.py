"""Tracks out of files and folders, whatever their format."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from pathlib import Path

from boxtrail.errors import SourceError
from boxtrail.io.formats.catalogue import AUTO, FORMATS, format_name
from boxtrail.io.formats.detect import detect
from boxtrail.io.formats.files import plain_name, read_bytes
from boxtrail.io.formats.problems import Report
from boxtrail.io.formats.rows import SequenceRows
from boxtrail.io.formats.seqinfo import info_beside, with_info

logger = logging.getLogger(__name__)

SUFFIXES = (".txt", ".xml", ".csv", ".jsonl", ".json")
VIDEO_SUFFIXES = (".mp4", ".avi", ".mov", ".mkv", ".webm")  # Supervisely calls its files after the video
META = ".meta.json"
NO_TRACKS = ("meta.json", "key_id_map.json", "obj_class_to_machine_color.json")


@dataclass(frozen=True, slots=True, eq=False)
class TrackFile:
    """What a file holds.

    Attributes:
        format: its format, by name.
        tracks: rows by sequence, frames as the file counts them in MOTS text, else from 1.
        notes: what the reader did that is worth a line.
        left_out: lines on what is in the file and cannot be a track, with file, line and object.
    """

    format: str
    tracks: dict[str, SequenceRows]
    notes: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def read_tracks(path: str | Path, format: str = AUTO) -> dict[str, SequenceRows]:
    """The tracks of a file or folder by the names of their sequences; frames count from 1.

    Args:
        path: a file, also gzipped; a folder of files; MOTChallenge's ``<sequence>/gt/gt.txt``; a Supervisely project.
        format: one of :data:`boxtrail.io.formats.FORMATS`, or ``"auto"``: by what is in the files.

    Raises:
        SourceError: if there is nothing there, or a file cannot be read.
        InvalidInputError: naming file and line of a mistake.
        ConfigError: for an unknown format.
    """
    out: dict[str, SequenceRows] = {}
    for name, file in files_in(Path(path)).items():
        found = read_file(file, format)
        for note in found.notes:
            logger.info("%s: %s", file, note)
        for line in found.left_out:
            logger.warning("%s", line)
        for own, rows in found.tracks.items():
            out[own or name] = with_info(from_one(rows), info_beside(file))
    return out


def read_file(path: Path, format: str = AUTO, *, masks: bool = False) -> TrackFile:
    """The tracks of one file; with ``masks`` as masks wherever the file has outlines, and boxes beside them too.

    Raises:
        SourceError: if it cannot be read.
        InvalidInputError: naming file and line of a mistake.
        ConfigError: for an unknown format.
    """
    wanted, data, report = format_name(format), read_bytes(path), Report(path, masks=masks)
    found = detect(data, path) if wanted == AUTO else wanted
    tracks = FORMATS[found].read(data, report)
    return TrackFile(found, tracks, tuple(dict.fromkeys(report.notes)), tuple(report.left_out))


def from_one(rows: SequenceRows) -> SequenceRows:
    """The rows with frames from 1, if they count from 0."""
    counts_from_zero = 0 in rows.frames or 0 in rows.ignored_frames
    return shifted(rows) if counts_from_zero else rows


def shifted(rows: SequenceRows) -> SequenceRows:
    """The rows one frame later."""
    return replace(rows, frames=rows.frames + 1, ignored_frames=rows.ignored_frames + 1)


def files_in(path: Path) -> dict[str, Path]:
    """The files of tracks by the name of the sequence they would give; a file is its own folder.

    Of a folder: MOTChallenge's ``gt/gt.txt`` here or one level down; the files here; those in ``data``; Supervisely's
    ``<dataset>/ann``; the first of these that is there.

    Raises:
        SourceError: if there is none.
    """
    if not path.is_dir():
        if not path.exists():
            raise SourceError(f"{path}: no such file or folder of tracks")
        return {sequence_name(path): path}
    found = _in_folder(path)
    if not found:
        raise SourceError(f"{path}: no tracks: neither <sequence>/gt/gt.txt nor files {', '.join(SUFFIXES)}")
    return found


def _in_folder(folder: Path) -> dict[str, Path]:
    own = _truth_file(folder)
    if own is not None:
        return {folder.resolve().name: own}
    entries = sorted(folder.iterdir())
    challenge = {entry.name: file for entry in entries if entry.is_dir() and (file := _truth_file(entry))}
    if challenge:
        return challenge
    for suffix in SUFFIXES:  # beside tracks lie other files, of parameters for instance
        files = {sequence_name(file): file for file in entries if _is_track_file(file, suffix)}
        if files:
            return files
    if (folder / "data").is_dir():
        return _in_folder(folder / "data")
    annotations = [entry / "ann" for entry in (folder, *entries) if (entry / "ann").is_dir()]
    return {
        sequence_name(file): file
        for inner in annotations
        for file in sorted(inner.iterdir())
        if _is_track_file(file, ".json")
    }


def _is_track_file(file: Path, suffix: str) -> bool:
    name = plain_name(file)
    return file.is_file() and name.endswith(suffix) and not name.endswith(META) and name not in NO_TRACKS


def _truth_file(folder: Path) -> Path | None:
    return next((file for name in ("gt.txt", "gt.txt.gz") if (file := folder / "gt" / name).is_file()), None)


def sequence_name(path: Path) -> str:
    """The name of the sequence whose file this is."""
    if path.parent.name == "gt" and plain_name(path) == "gt.txt":
        return path.resolve().parent.parent.name
    name = plain_name(path)
    for endings in (SUFFIXES, VIDEO_SUFFIXES):
        name = next((name.removesuffix(end) for end in endings if name.endswith(end)), name)
    return name


__all__ = [
    "SUFFIXES", "TrackFile", "files_in", "from_one", "read_file", "read_tracks", "sequence_name", "shifted",
]  # fmt: skip
