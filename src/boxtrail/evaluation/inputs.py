"""Finds the sequences in what the user names: files, folders, arrays, in any format and of either side its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from boxtrail.errors import SourceError
from boxtrail.io.formats.catalogue import AUTO, format_name
from boxtrail.io.formats.checking import checked
from boxtrail.io.formats.classes import ClassMap, with_classes
from boxtrail.io.formats.coco import read_results
from boxtrail.io.formats.files import plain_name, read_bytes
from boxtrail.io.formats.json_document import parse_json
from boxtrail.io.formats.problems import Report
from boxtrail.io.formats.reading import files_in, read_file, shifted
from boxtrail.io.formats.rows import SequenceRows, mot_rows
from boxtrail.io.formats.seqinfo import info_beside, with_info

Tracks: TypeAlias = "str | Path | SequenceRows | ArrayLike"
Source: TypeAlias = "Tracks | Mapping[str, Tracks]"

DETECTORS = ("-DPM", "-FRCNN", "-SDP")  # MOT17 has every sequence three times, with the same truth
ONE = "sequence"  # what a sequence without a name is called
PERSONS = ("pedestrian", "person")
PEDESTRIAN = 1  # MOTChallenge's number of them
ROWS = "rows"  # what is no file has this format
_SEVERAL = (".json", ".xml")  # files that may hold several sequences are read to know which


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The rows of one side of a sequence and the format they had."""

    rows: SequenceRows
    format: str
    left_out: tuple[str, ...] = ()  # of the file, which may hold more sequences


@dataclass(frozen=True, slots=True)
class SequencePair:
    """A sequence and where its two sides come from; of most formats nothing is read yet."""

    name: str
    truth: Tracks | Side
    prediction: Tracks | Side


def formats_of(format: str | tuple[str, str]) -> tuple[str, str]:
    """The formats of both sides.

    Raises:
        ConfigError: for an unknown name.
    """
    first, second = (format, format) if isinstance(format, str) else format
    return format_name(first), format_name(second)


def find_sequences(
    truth: Source, prediction: Source, formats: tuple[str, str] = (AUTO, AUTO), *, masks: bool = False
) -> list[SequencePair]:
    """The sequences of the truth in order, each with its prediction; predictions of others are left aside.

    Files that are read at once are read for ``masks``, as :func:`load` reads the others.

    Raises:
        SourceError: if there is no truth, or no prediction for one of its sequences.
        InvalidInputError: naming file and line of a mistake in a file that had to be read.
    """
    truths = _sequences(truth, "ground truth", formats[0], masks=masks)
    if not truths:
        raise SourceError(f"{truth!s}: no ground truth: neither <sequence>/gt/gt.txt nor <sequence>.txt")
    found = _results_of(truth, prediction, masks=masks)
    found = found or _sequences(prediction, "predictions", formats[1], masks=masks)
    single = len(truths) == 1 and len(found) == 1
    if single and not isinstance(prediction, Mapping) and not _is_folder(prediction):
        found = {next(iter(truths)): next(iter(found.values()))}
    pairs = []
    for name, side in truths.items():
        match = _match(name, found)
        if match is None:
            known = ", ".join(sorted(found)) or "nothing"
            where = prediction if isinstance(prediction, (str, Path)) else "the predictions"
            raise SourceError(f"{where}: no tracks of sequence {name!r}; found {known}")
        pairs.append(SequencePair(name, side, found[match]))
    return pairs


def load(
    pair: SequencePair, formats: tuple[str, str], renamed: ClassMap | None = None, *, masks: bool = False
) -> tuple[Side, Side]:
    """Both sides of a sequence, checked, ordered by frame and counting frames alike.

    ``renamed``: what the classes of the prediction become; ``masks``: whether outlines are wanted as masks.

    Raises:
        SourceError: if a file cannot be read.
        InvalidInputError: naming file and line, or row, of the mistake.
    """
    truth = _load(pair.truth, formats[0], masks=masks)
    # VisDrone's results look like much else; beside its truth they are what they are.
    wanted = "visdrone" if truth.format == "visdrone" and formats[1] == AUTO else formats[1]
    prediction = _load(pair.prediction, wanted, masks=masks)
    first, second = _frames_alike(truth, prediction)
    if renamed is not None:
        second = with_classes(second, renamed)[0]
        # A number is the truth's; a name of the prediction's own would be looked up there instead.
        numbers = {target for target in renamed.values() if isinstance(target, int)}
        names = {label: name for label, name in second.names.items() if label not in numbers}
        second = replace(second, names=names)
    first, second = in_names_of(first, second, truth.format)
    return replace(truth, rows=first), replace(prediction, rows=second)


def _load(tracks: Tracks | Side, format: str, *, masks: bool) -> Side:
    if isinstance(tracks, Side):
        return tracks
    if isinstance(tracks, (str, Path)):
        path = Path(tracks)
        if format == "visdrone" and not _is_text(path):
            format = AUTO
        found = read_file(path, format, masks=masks)
        rows = next(iter(found.tracks.values()))
        return Side(with_info(rows, info_beside(path)), found.format, found.left_out)
    if isinstance(tracks, SequenceRows):
        return Side(checked(tracks), "kitti" if format == "kitti" or tracks.truncations is not None else ROWS)
    return Side(checked(mot_rows(tracks)), "mot")


def _frames_alike(truth: Side, prediction: Side) -> tuple[SequenceRows, SequenceRows]:
    """MOTS text counts from 0 or 1; which of them, both sides together tell."""
    sides = (truth, prediction)
    masks = [side.rows for side in sides if side.format == "mots"]
    if not any(0 in rows.frames or 0 in rows.ignored_frames for rows in masks):
        return truth.rows, prediction.rows
    first, second = (shifted(side.rows) if side.format == "mots" else side.rows for side in sides)
    return first, second


def _sequences(source: Source, what: str, format: str, *, masks: bool) -> dict[str, Tracks | Side]:
    if isinstance(source, Mapping):
        return dict(source)
    if not isinstance(source, (str, Path)):
        return {ONE: source}
    path = Path(source)
    if not path.exists():
        raise SourceError(f"{path}: no such file or folder of {what}")
    try:
        files = files_in(path)
    except SourceError as error:
        if path.is_dir():
            raise SourceError(f"{path}: no {what}: {str(error).partition(': no tracks: ')[2]}") from error
        raise
    out: dict[str, Tracks | Side] = {}
    for name, file in files.items():
        if not plain_name(file).endswith(_SEVERAL):
            out[name] = file
            continue
        found = read_file(file, format, masks=masks)
        out |= {own or name: Side(rows, found.format, found.left_out) for own, rows in found.tracks.items()}
    return out


def _results_of(truth: Source, prediction: Source, *, masks: bool) -> dict[str, Tracks | Side] | None:
    """COCO's bare lists of results name images of the truth's file; None if it is not that."""
    if not all(
        isinstance(side, (str, Path)) and plain_name(Path(side)).endswith(".json")
        for side in (truth, prediction)
    ):
        return None
    first, second = Path(str(truth)), Path(str(prediction))
    if not (first.is_file() and second.is_file()):
        return None
    data = read_bytes(second)
    if data.lstrip()[:1] != b"[" or read_bytes(first).lstrip()[:1] != b"{":
        return None
    found = read_results(data, Report(second, masks=masks), parse_json(read_bytes(first), Report(first)))
    return {name or ONE: Side(rows, "coco") for name, rows in found.items()}


def _is_text(path: Path) -> bool:
    return plain_name(path).endswith(".txt")


def _match(name: str, found: Mapping[str, object]) -> str | None:
    """The name itself, or the one that differs by MOT17's name of the detector."""
    stem = _without_detector(name)
    alike = [other for other in found if _without_detector(other) == stem]
    return name if name in found else alike[0] if len(alike) == 1 else None


def _without_detector(name: str) -> str:
    return next((name.removesuffix(end) for end in DETECTORS if name.endswith(end)), name)


def _is_folder(source: Source) -> bool:
    return isinstance(source, (str, Path)) and Path(source).is_dir()


def in_names_of(
    truth: SequenceRows, prediction: SequenceRows, truth_format: str = ROWS
) -> tuple[SequenceRows, SequenceRows]:
    """Both sides with one numbering of their classes, where they have names; case does not matter.

    MOT text has numbers alone; of its classes a person has the name that other formats use.
    """
    if not prediction.names or prediction.labels is None:
        return truth, prediction
    names = dict(truth.names)
    numbers = {name.casefold(): label for label, name in names.items()}
    taken = set(names)
    if not names and truth.labels is not None:
        taken = set(np.unique(truth.labels).tolist())
        if truth_format == "mot":
            numbers = dict.fromkeys(PERSONS, PEDESTRIAN)
            taken |= set(range(20))  # MOTChallenge's and a few more
    renumbered = prediction.labels.copy()
    for label, name in prediction.names.items():
        number = numbers.get(name.casefold())
        if number is None:
            number = max(taken, default=-1) + 1
            numbers[name.casefold()] = number
        taken.add(number)
        names.setdefault(number, name)
        renumbered[prediction.labels == label] = number
    truth_names = names if truth.names or truth_format != "mot" else truth.names
    return replace(truth, names=truth_names), replace(prediction, names=names, labels=renumbered)


__all__ = [
    "ROWS",
    "SequencePair",
    "Side",
    "Source",
    "Tracks",
    "find_sequences",
    "formats_of",
    "in_names_of",
    "load",
]
