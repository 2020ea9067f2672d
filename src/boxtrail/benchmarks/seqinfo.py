"""The ``seqinfo.ini`` of a MOTChallenge sequence: length, frame rate and size."""

from __future__ import annotations

import configparser
from dataclasses import dataclass
from pathlib import Path

from boxtrail.errors import InvalidInputError


@dataclass(frozen=True, slots=True)
class SequenceInfo:
    """What a sequence says of itself; None where it does not say."""

    num_frames: int | None = None
    frame_rate: float | None = None
    frame_size: tuple[int, int] | None = None  # width, height in pixels


def read_seqinfo(path: Path) -> SequenceInfo:
    """What ``path`` says.

    Raises:
        InvalidInputError: if it cannot be understood.
    """
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8-sig")
        section = parser["Sequence"]
        length, rate = section.getint("seqLength"), section.getfloat("frameRate")
        width, height = section.getint("imWidth"), section.getint("imHeight")
    except (configparser.Error, UnicodeDecodeError, KeyError, ValueError) as error:
        raise InvalidInputError(f"cannot understand {path}: {str(error).splitlines()[0]}") from error
    if (length is not None and length < 0) or (rate is not None and not 0.0 < rate <= 1000.0):
        raise InvalidInputError(f"cannot understand {path}: seqLength is {length}, frameRate is {rate}")
    return SequenceInfo(length, rate, (width, height) if width and height else None)


__all__ = ["SequenceInfo", "read_seqinfo"]
