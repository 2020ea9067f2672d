"""Track files into rows; the text is parsed by the core."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from boxtrail import _core
from boxtrail.errors import InvalidInputError, SourceError
from boxtrail.evaluation.rows import SequenceRows, of_mot_columns

DONT_CARE = "dontcare"
_GZIP = b"\x1f\x8b"
_HEAD = 4096  # bytes in which a first line ends


def read_mot(path: Path) -> SequenceRows:
    """A MOT text file, gzipped or not.

    Raises:
        SourceError: if the file cannot be read.
        InvalidInputError: in one line, naming file and line.
    """
    table = _parse(_core.parse_mot, path)
    return of_mot_columns(table["frames"], table["ids"], table["numbers"], table["num_columns"])


def read_kitti(path: Path) -> SequenceRows:
    """A KITTI label file, gzipped or not. Rows of the type DontCare are the regions to ignore.

    Raises:
        SourceError: if the file cannot be read.
        InvalidInputError: in one line, naming file and line.
    """
    table = _parse(_core.parse_kitti, path)
    names = {index: name.lower() for index, name in enumerate(table["names"])}
    ignored = np.isin(table["labels"], [index for index, name in names.items() if name == DONT_CARE])
    kept, numbers = ~ignored, table["numbers"]
    return SequenceRows(
        frames=table["frames"][kept],
        ids=table["ids"][kept],
        shapes=np.ascontiguousarray(numbers[kept, 2:6]),
        scores=np.ascontiguousarray(numbers[kept, 6]) if table["num_columns"] == 18 else None,
        labels=table["labels"][kept].astype(np.int64),
        names=names,
        truncations=np.ascontiguousarray(numbers[kept, 0]),
        occlusions=np.ascontiguousarray(numbers[kept, 1]),
        ignored_frames=table["frames"][ignored],
        ignored=np.ascontiguousarray(numbers[ignored, 2:6]),
    )


def first_line(path: Path) -> str:
    """The first line of a file with anything on it, "" if there is none near its beginning.

    Raises:
        SourceError: if the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
        with gzip.open(path) if packed else path.open("rb") as file:
            head = file.read(_HEAD)
    except (OSError, EOFError, zlib.error) as error:
        raise SourceError(f"{path}: cannot read tracks: {error}") from error
    return next((line for line in head.decode("utf-8", "replace").splitlines() if line.strip()), "")


def _parse(parser: Callable[[bytes], dict[str, Any]], path: Path) -> dict[str, Any]:
    text = _read(path)
    try:
        return parser(text)
    except ValueError as error:
        raise InvalidInputError(f"{path}, {error}") from error


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data[:2] == _GZIP else data
    except OSError as error:
        raise SourceError(f"{path}: cannot read tracks: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise SourceError(f"{path}: cannot read tracks: {error}") from error


__all__ = ["DONT_CARE", "first_line", "read_kitti", "read_mot"]
