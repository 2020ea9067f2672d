"""Finds the sequences in what the user names: files, folders, arrays."""

from __future__ import annotations

import configparser
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from numpy.typing import ArrayLike

from boxtrail.errors import ConfigError, InvalidInputError, SourceError
from boxtrail.evaluation.checking import checked
from boxtrail.evaluation.reading import first_line, read_kitti, read_mot
from boxtrail.evaluation.rows import SequenceRows, mot_rows

Tracks: TypeAlias = "str | Path | SequenceRows | ArrayLike"
Source: TypeAlias = "Tracks | Mapping[str, Tracks]"

READERS: dict[str, Callable[[Path], SequenceRows]] = {"mot": read_mot, "kitti": read_kitti}
FORMATS = ("auto", *READERS)
SUFFIXES = (".txt", ".txt.gz")
DETECTORS = ("-DPM", "-FRCNN", "-SDP")  # MOT17 has every sequence three times, with the same truth
ONE = "sequence"  # what a sequence without a name is called


@dataclass(frozen=True, slots=True)
class SequencePair:
    """A sequence and where its two sides come from; nothing is read yet."""

    name: str
    truth: Tracks
    prediction: Tracks
    num_frames: int | None  # as its seqinfo.ini says


def find_sequences(truth: Source, prediction: Source) -> list[SequencePair]:
    """The sequences of the truth in order, each with its prediction; predictions of others are left aside.

    Raises:
        SourceError: if there is no truth, or no prediction for one of its sequences.
    """
    truths = _sequences(truth, "ground truth")
    if not truths:
        raise SourceError(f"{truth!s}: no ground truth: neither <sequence>/gt/gt.txt nor <sequence>.txt")
    found = _sequences(prediction, "predictions")
    if (
        len(truths) == 1
        and len(found) == 1
        and not isinstance(prediction, Mapping)
        and not _is_folder(prediction)
    ):
        found = {next(iter(truths)): next(iter(found.values()))}
    pairs = []
    for name, side in truths.items():
        match = _match(name, found)
        if match is None:
            known = ", ".join(sorted(found)) or "nothing"
            where = prediction if isinstance(prediction, (str, Path)) else "the predictions"
            raise SourceError(f"{where}: no tracks of sequence {name!r}; found {known}")
        pairs.append(SequencePair(name, side, found[match], _num_frames(side)))
    return pairs


def load(tracks: Tracks, format: str) -> SequenceRows:
    """The rows of one side of a sequence, checked and ordered by frame.

    Raises:
        SourceError: if a file cannot be read.
        InvalidInputError: naming file and line, or row, of the mistake.
    """
    if isinstance(tracks, (str, Path)):
        return READERS[format](Path(tracks))
    return checked(tracks if isinstance(tracks, SequenceRows) else mot_rows(tracks))


def format_of(tracks: Tracks, format: str) -> str:
    """``"mot"`` or ``"kitti"``: as named, or by the first line of the file, where KITTI has a word.

    Raises:
        ConfigError: for an unknown name.
    """
    if format not in FORMATS:
        raise ConfigError(f"unknown format {format!r}; there are {', '.join(FORMATS)}")
    if format != "auto":
        return format
    if not isinstance(tracks, (str, Path)):
        return "kitti" if isinstance(tracks, SequenceRows) and tracks.truncations is not None else "mot"
    fields = first_line(Path(tracks)).replace(",", " ").split()
    return (
        "kitti"
        if len(fields) > 2 and fields[2][0].isalpha() and fields[2].lower() not in ("nan", "inf")
        else "mot"
    )


def _sequences(source: Source, what: str) -> dict[str, Tracks]:
    if isinstance(source, Mapping):
        return dict(source)
    if not isinstance(source, (str, Path)):
        return {ONE: source}
    path = Path(source)
    if path.is_dir():
        return _in_folder(path)
    if not path.exists():
        raise SourceError(f"{path}: no such file or folder of {what}")
    return {_name_of(path): path}


def _in_folder(folder: Path) -> dict[str, Tracks]:
    """MOTChallenge's ``gt/gt.txt`` here or one level down, else the text files here or in ``data``."""
    own = _truth_file(folder)
    if own is not None:
        return {folder.resolve().name: own}
    inner = {entry.name: _truth_file(entry) for entry in sorted(folder.iterdir()) if entry.is_dir()}
    challenge: dict[str, Tracks] = {name: file for name, file in inner.items() if file is not None}
    files: dict[str, Tracks] = {
        _name_of(file): file
        for file in sorted(folder.iterdir())
        if file.name.endswith(SUFFIXES) and file.is_file()
    }
    if not challenge and not files and (folder / "data").is_dir():
        return _in_folder(folder / "data")
    return challenge or files


def _truth_file(folder: Path) -> Path | None:
    return next((file for suffix in SUFFIXES if (file := folder / "gt" / f"gt{suffix}").is_file()), None)


def _name_of(path: Path) -> str:
    if path.parent.name == "gt" and path.name.removesuffix(".gz") == "gt.txt":
        return path.resolve().parent.parent.name
    return path.name.removesuffix(".gz").removesuffix(".txt")


def _match(name: str, found: Mapping[str, Any]) -> str | None:
    """The name itself, or the one that differs by MOT17's name of the detector."""
    stem = _without_detector(name)
    alike = [other for other in found if _without_detector(other) == stem]
    return name if name in found else alike[0] if len(alike) == 1 else None


def _without_detector(name: str) -> str:
    return next((name.removesuffix(end) for end in DETECTORS if name.endswith(end)), name)


def _is_folder(source: Source) -> bool:
    return isinstance(source, (str, Path)) and Path(source).is_dir()


def _num_frames(truth: Tracks) -> int | None:
    """``seqLength`` of the seqinfo.ini beside a MOTChallenge truth, if there is one."""
    if isinstance(truth, SequenceRows):
        return truth.num_frames
    if not isinstance(truth, (str, Path)) or Path(truth).parent.name != "gt":
        return None
    file = Path(truth).parent.parent / "seqinfo.ini"
    if not file.is_file():
        return None
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(file, encoding="utf-8-sig")
        return parser.getint("Sequence", "seqLength")
    except (configparser.Error, UnicodeDecodeError, ValueError) as error:
        raise InvalidInputError(f"{file}: no seqLength: {str(error).splitlines()[0]}") from error


def in_names_of(truth: SequenceRows, prediction: SequenceRows) -> tuple[SequenceRows, SequenceRows]:
    """Both sides with one numbering of their classes, where they have names."""
    if not prediction.names or prediction.labels is None:
        return truth, prediction
    names = dict(truth.names)
    numbers = {name: label for label, name in names.items()}
    renumbered = prediction.labels.copy()
    for label, name in prediction.names.items():
        number = numbers.setdefault(name, max(names, default=-1) + 1)
        names[number] = name
        renumbered[prediction.labels == label] = number
    return replace(truth, names=names), replace(prediction, names=names, labels=renumbered)


__all__ = [
    "FORMATS",
    "SequencePair",
    "Source",
    "Tracks",
    "find_sequences",
    "format_of",
    "in_names_of",
    "load",
]
