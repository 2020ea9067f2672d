"""``seqinfo.ini``, MOTChallenge's file about a sequence."""

from __future__ import annotations

import configparser
from dataclasses import dataclass, replace
from pathlib import Path

from boxtrail.errors import InvalidInputError
from boxtrail.io.formats.rows import SequenceRows


@dataclass(frozen=True, slots=True)
class SequenceInfo:
    """What the file says; None for what it leaves out."""

    num_frames: int | None = None
    frame_size: tuple[int, int] | None = None
    frame_rate: float | None = None


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
    if length is not None and length < 0:
        raise InvalidInputError(f"cannot understand {path}: seqLength is {length}")
    return SequenceInfo(length, (width, height) if width and height else None, rate)


def info_beside(tracks: Path) -> SequenceInfo:
    """Of the sequence whose ``gt/gt.txt`` is ``tracks``; nothing is known of other files.

    Raises:
        InvalidInputError: if there is a ``seqinfo.ini`` without the length of the sequence.
    """
    file = tracks.parent.parent / "seqinfo.ini"
    if tracks.parent.name != "gt" or not file.is_file():
        return SequenceInfo()
    info = read_seqinfo(file)
    if info.num_frames is None:
        raise InvalidInputError(f"{file}: no seqLength")
    return info


def with_info(rows: SequenceRows, info: SequenceInfo) -> SequenceRows:
    """The rows with what the file says, where they do not know better."""
    return replace(
        rows,
        num_frames=info.num_frames if rows.num_frames is None else rows.num_frames,
        frame_size=rows.frame_size or info.frame_size,
        frame_rate=rows.frame_rate or info.frame_rate,
    )


def info_text(name: str, rows: SequenceRows) -> str:
    """The file for a sequence."""
    last = int(max(rows.frames, default=0))
    lines = ["[Sequence]", f"name={name}", "imDir=img1"]
    if rows.frame_rate:
        lines.append(f"frameRate={rows.frame_rate:g}")
    lines.append(f"seqLength={last if rows.num_frames is None else rows.num_frames}")
    if rows.frame_size:
        lines += [f"imWidth={rows.frame_size[0]}", f"imHeight={rows.frame_size[1]}"]
    return "\n".join([*lines, "imExt=.jpg", ""])


__all__ = ["SequenceInfo", "info_beside", "info_text", "read_seqinfo", "with_info"]
