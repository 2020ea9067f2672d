"""Reading MOT files of tracks, with the line of every mistake."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError, SourceError

FloatArray: TypeAlias = NDArray[np.float64]

# What the columns from the seventh on are in a row that does not have them: score 1, nothing known.
_MISSING = (1.0, -1.0, -1.0, -1.0)


@dataclass(frozen=True, slots=True, eq=False)
class MotRows:
    """(R, 10) numbers in the order of the file, and whether they are oriented boxes."""

    columns: FloatArray
    oriented: bool


def read_mot(path: Path, *, oriented: bool | None) -> MotRows:
    """Every row of a file; ``oriented=None`` decides by the columns.

    Raises:
        SourceError: if the file cannot be read.
        InvalidInputError: naming file and line.
    """
    parsed: list[list[float]] = []
    widths: set[int] = set()
    first_line: dict[tuple[float, float], int] = {}
    for number, line in enumerate(_lines(path), 1):
        fields = _fields(line)
        if not fields:
            continue
        where = f"{path}, line {number}"
        row = _parse(fields, where)
        earlier = first_line.setdefault((row[0], row[1]), number)
        if earlier != number:
            raise InvalidInputError(
                f"{where}: track {row[1]:.0f} has a row in frame {row[0]:.0f} already, in line {earlier}"
            )
        parsed.append(row)
        widths.add(len(fields))
    columns = np.array(parsed, dtype=np.float64).reshape(-1, 10)
    if oriented is None:
        oriented = widths == {10} and _looks_oriented(columns)
    elif oriented and widths - {10}:
        raise InvalidInputError(f"{path}: oriented rows have 10 columns, found {min(widths - {10})}")
    return MotRows(columns, oriented)


def _lines(path: Path) -> list[str]:
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        return data.decode("utf-8-sig").splitlines()
    except OSError as error:
        raise SourceError(f"{path}: cannot read tracks: {error.strerror or error}") from error
    except (EOFError, zlib.error, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot read tracks: {error}") from error


def _fields(line: str) -> list[str]:
    line = line.strip()
    return line.split(",") if "," in line else line.split()


def _parse(fields: list[str], where: str) -> list[float]:
    """Ten numbers of one row."""
    if not 6 <= len(fields) <= 10:
        raise InvalidInputError(f"{where}: expected 6 to 10 columns, found {len(fields)}")
    try:
        row = [float(field) for field in fields]
    except ValueError as error:
        raise InvalidInputError(f"{where}: {error}") from error
    if not np.isfinite(row).all():
        raise InvalidInputError(f"{where}: a value is not finite")
    if row[0] < 1.0 or not row[0].is_integer():
        raise InvalidInputError(f"{where}: frames count from 1, found {fields[0].strip()}")
    if row[1] < 0.0 or not row[1].is_integer():
        hint = "; detections have to be tracked first" if row[1] == -1.0 else ""
        raise InvalidInputError(f"{where}: a track id is a whole number ≥ 0, not {fields[1].strip()}{hint}")
    return row + list(_MISSING[len(row) - 6 :])


def _looks_oriented(columns: FloatArray) -> bool:
    """A class in the ninth column and −1 in the tenth: no upright format has these two."""
    label, last = columns[:, 8], columns[:, 9]
    return bool(((label >= 0.0) & (label == np.rint(label)) & (last == -1.0)).all())


__all__ = ["MotRows", "read_mot"]
