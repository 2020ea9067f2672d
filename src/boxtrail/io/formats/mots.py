"""Text of masks as KITTI-MOTS and MOTSChallenge have it: ``frame id class height width runs``, runs as COCO's text.

Class 1 is a car, 2 a pedestrian, 10 a region to ignore (with id 10000). KITTI-MOTS counts frames from 0, MOTSChallenge
from 1; the reader leaves them as they are, as only both sides of an evaluation together tell which it is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from boxtrail.io.formats.collecting import Entry, Place, RowCollector, whole
from boxtrail.io.formats.masks import run_text
from boxtrail.io.formats.mot_problems import NUMBER
from boxtrail.io.formats.problems import Report
from boxtrail.io.formats.rows import Mask, SequenceRows
from boxtrail.io.formats.text import TextDocument, document, shown

MOTS_CLASSES = {1: "car", 2: "pedestrian"}
IGNORED_REGION, IGNORED_ID = 10, 10_000
_COLUMNS = ("frame", "track id", "class", "height", "width")
_LARGEST = 1 << 15  # pixels a side, beyond which a number is no size


def read_mots(data: bytes, report: Report) -> dict[str, SequenceRows]:
    """The masks of one sequence, in the file's own count of frames.

    Raises:
        InvalidInputError: naming file and line.
    """
    return {"": scan_mots(data, report)[0]}


def inspect_mots(data: bytes, report: Report) -> TextDocument:
    """Look at every line.

    Raises:
        StopReading: if there are more problems than anyone reads.
    """
    return scan_mots(data, report)[1]


def scan_mots(data: bytes, report: Report) -> tuple[SequenceRows, TextDocument]:
    """The rows and the lines they come from."""
    text = document(data, report)
    collector = RowCollector(report)
    size: tuple[int, int] | None = None
    for line, content in enumerate(text.lines, 1):
        fields = content.split()
        numbers = _numbers(fields, line, report) if fields else None
        if numbers is None:
            continue
        frame, track_id, label, height, width = numbers
        size = size or (width, height)
        if size != (width, height):
            report.add(line, f"a mask of {width}x{height}, but those before are of {size[0]}x{size[1]}")
            continue
        place = Place(lambda line=line: line, text.drop(line), source=fields)  # type: ignore[misc]
        mask: Mask = height, width, fields[5].encode()
        if label == IGNORED_REGION:
            collector.ignore(frame, mask, place)
        else:
            collector.add(Entry(frame, track_id, mask, label=label), place)
    rows = collector.rows(names=MOTS_CLASSES, frame_size=size)
    no_masks: list[Mask] = []
    empty = {name: no_masks for name in ("shapes", "ignored") if not len(getattr(rows, name))}
    return replace(rows, **empty), text  # type: ignore[arg-type]


def _numbers(fields: list[str], line: int, report: Report) -> list[int] | None:
    """The first five columns; None where something is wrong with them."""
    if len(fields) != 6:
        report.add(line, f"expected 6 columns, found {len(fields)}")
        return None
    numbers = []
    for name, field in zip(_COLUMNS, fields, strict=False):
        value = whole(float(field), 0) if NUMBER.fullmatch(field) else None
        if value is None or (name in ("height", "width") and not 0 < value <= _LARGEST):
            report.add(line, f"no {name}: '{shown(field)}'")
            return None
        numbers.append(value)
    return numbers


def write_mots(rows: SequenceRows) -> str:
    """A line a mask, frames from 1; regions to ignore at the end of their frames."""
    labels = np.full(len(rows), 2) if rows.labels is None else rows.labels
    entries = [
        (int(frame), int(track_id), int(label), mask)
        for frame, track_id, label, mask in zip(rows.frames, rows.ids, labels, rows.shapes, strict=True)
    ] + [
        (int(frame), IGNORED_ID, IGNORED_REGION, mask)
        for frame, mask in zip(rows.ignored_frames, rows.ignored, strict=True)
    ]
    entries.sort(key=lambda entry: entry[:2])
    return "".join(
        f"{frame} {track_id} {label} {mask[0]} {mask[1]} {run_text(mask[2]).decode()}\n"
        for frame, track_id, label, mask in entries
    )


__all__ = ["IGNORED_REGION", "MOTS_CLASSES", "inspect_mots", "read_mots", "scan_mots", "write_mots"]
