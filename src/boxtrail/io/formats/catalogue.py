"""The formats: how each is read, looked at and written, and what it can hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from boxtrail.errors import ConfigError
from boxtrail.io.formats.coco import inspect_coco, read_coco
from boxtrail.io.formats.coco_writer import write_coco
from boxtrail.io.formats.cvat import inspect_cvat, read_cvat
from boxtrail.io.formats.cvat_writer import write_cvat
from boxtrail.io.formats.kitti import inspect_kitti, read_kitti, write_kitti
from boxtrail.io.formats.mot import (
    inspect_oriented,
    inspect_visdrone,
    read_mot,
    read_oriented,
    read_visdrone,
    write_mot,
    write_oriented,
    write_visdrone,
)
from boxtrail.io.formats.mot_problems import inspect_mot
from boxtrail.io.formats.mots import inspect_mots, read_mots, write_mots
from boxtrail.io.formats.own import scan_csv, scan_json_lines, write_csv, write_json_lines
from boxtrail.io.formats.problems import Report
from boxtrail.io.formats.rows import SequenceRows
from boxtrail.io.formats.supervisely import inspect_supervisely, read_supervisely
from boxtrail.io.formats.supervisely_writer import write_supervisely


class Document(Protocol):
    """A file whose problems were looked for, with the edits that were made."""

    def render(self) -> str:
        """The repaired text."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format of track files.

    Attributes:
        title: for people.
        suffix: of its files.
        read: sequences by name, "" for the one that is named after its file; raises the first problem.
        inspect: collects problems.
        write: text of one sequence, given its name; of COCO-VID a document of the one.
        kinds: shapes it can hold.
        holds: attributes of :class:`SequenceRows` it can hold beside frames, ids and shapes.
    """

    title: str
    suffix: str
    read: Callable[[bytes, Report], dict[str, SequenceRows]]
    inspect: Callable[[bytes, Report], Document]
    write: Callable[[SequenceRows, str], str]
    kinds: tuple[str, ...]
    holds: frozenset[str]


def _plain(write: Callable[[SequenceRows], str]) -> Callable[[SequenceRows, str], str]:
    return lambda rows, _: write(rows)


_OWN = frozenset({"scores", "labels", "names"})
_MOT = frozenset({"scores", "labels", "flags", "visibilities"})
_GRADES = {"truncations", "occlusions"}

FORMATS: dict[str, Format] = {
    "mot": Format("MOT text", ".txt", read_mot, inspect_mot, _plain(write_mot), ("box",), _MOT),
    "motchallenge": Format(
        "MOTChallenge's folders", "", read_mot, inspect_mot, _plain(write_mot), ("box",),
        _MOT | {"frame_size", "frame_rate"},
    ),
    "mot-oriented": Format(
        "oriented MOT text", ".txt", read_oriented, inspect_oriented, _plain(write_oriented), ("oriented",),
        frozenset({"scores", "labels"}),
    ),
    "visdrone": Format(
        "VisDrone's text", ".txt", read_visdrone, inspect_visdrone, _plain(write_visdrone), ("box",),
        frozenset({"scores", "flags", "labels", "ignored"} | _GRADES),
    ),
    "kitti": Format(
        "KITTI's label files", ".txt", read_kitti, inspect_kitti, _plain(write_kitti), ("box",),
        frozenset({"scores", "labels", "names", "ignored"} | _GRADES),
    ),
    "mots": Format(
        "MOTS text", ".txt", read_mots, inspect_mots, _plain(write_mots), ("mask",),
        frozenset({"labels", "ignored", "frame_size"}),
    ),
    "coco": Format(
        "COCO-VID", ".json", read_coco, inspect_coco, lambda rows, name: write_coco({name: rows}),
        ("box", "oriented", "mask"), _OWN | {"flags", "visibilities", "frame_size", "frame_rate"},
    ),
    "cvat": Format(
        "CVAT's XML", ".xml", read_cvat, inspect_cvat, write_cvat, ("box", "oriented", "mask"), _OWN | {"frame_size"}
    ),
    "supervisely": Format(
        "Supervisely's annotations", ".json", read_supervisely, inspect_supervisely,
        lambda rows, name: write_supervisely(rows, name)[0], ("box", "oriented"),
        frozenset({"labels", "names", "frame_size"}),
    ),
    "csv": Format(
        "boxtrail's tables", ".csv", lambda data, report: scan_csv(data, report)[0],
        lambda data, report: scan_csv(data, report)[1], _plain(write_csv), ("box", "oriented"), _OWN,
    ),
    "jsonl": Format(
        "boxtrail's JSON lines", ".jsonl", lambda data, report: scan_json_lines(data, report)[0],
        lambda data, report: scan_json_lines(data, report)[1], _plain(write_json_lines), ("box", "oriented"), _OWN,
    ),
}  # fmt: skip

ALIASES = {
    "dancetrack": "motchallenge", "sportsmot": "motchallenge", "mot-challenge": "motchallenge", "coco-vid": "coco",
    "cocovid": "coco", "kitti-mots": "mots", "motschallenge": "mots", "obb": "mot-oriented", "json-lines": "jsonl",
    "sly": "supervisely",
}  # fmt: skip
AUTO = "auto"


def format_name(name: str) -> str:
    """The name in :data:`FORMATS`, or ``"auto"``.

    Raises:
        ConfigError: for an unknown one.
    """
    plain = name.lower().replace("_", "-")
    plain = ALIASES.get(plain, plain)
    if plain != AUTO and plain not in FORMATS:
        raise ConfigError(f"unknown format {name!r}; there are {', '.join((AUTO, *FORMATS))}")
    return plain


__all__ = ["ALIASES", "AUTO", "FORMATS", "Document", "Format", "format_name"]
