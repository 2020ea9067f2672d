"""MOT text and its kin: MOTChallenge's, oriented boxes, VisDrone's.

All have a row a box, with commas or blanks between the columns, frames from 1:

==============  =====================================================================================================
mot             ``frame, id, left, top, width, height[, score or flag[, class[, visibility]]]``, or of ten columns
                three more that say nothing of the class
mot-oriented    ``frame, id, cx, cy, width, height, angle, score, class, -1``, the angle in radians; class −1 where it
                is not known
visdrone        ``frame, id, left, top, width, height, score or flag, class, truncation, occlusion``
==============  =====================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from boxtrail import _core
from boxtrail.io.formats.collecting import MOST
from boxtrail.io.formats.mot_problems import Row, inspect_mot
from boxtrail.io.formats.problems import Report
from boxtrail.io.formats.rows import FloatArray, SequenceRows, of_mot_columns
from boxtrail.io.formats.text import TextDocument

VISDRONE_CLASSES = {
    0: "ignored regions", 1: "pedestrian", 2: "people", 3: "bicycle", 4: "car", 5: "van", 6: "truck", 7: "tricycle",
    8: "awning-tricycle", 9: "bus", 10: "motor", 11: "others",
}  # fmt: skip
IGNORED_REGION = 0


def read_mot(data: bytes, report: Report) -> dict[str, SequenceRows]:
    """MOT text of one sequence.

    Raises:
        InvalidInputError: naming file and line.
    """
    table = _parse(data, report)
    if table["num_columns"] == 10 and _may_be_classes(table["numbers"]):
        report.notes.append(
            "the eighth of ten columns is not read, but may be a class; VisDrone's results have it there"
        )
    if table["num_columns"] in (8, 9):
        _check_classes(table, 5, report)
    return {"": of_mot_columns(table["frames"], table["ids"], table["numbers"], table["num_columns"])}


def read_oriented(data: bytes, report: Report) -> dict[str, SequenceRows]:
    """MOT text of oriented boxes.

    Raises:
        InvalidInputError: naming file and line.
    """
    table = _parse(data, report)
    numbers = table["numbers"]
    _need_ten(table, report)
    _check_classes(table, 6, report)
    labels = numbers[:, 6]
    return {
        "": SequenceRows(
            frames=table["frames"],
            ids=table["ids"],
            shapes=np.ascontiguousarray(numbers[:, :5]),
            scores=np.ascontiguousarray(numbers[:, 5]),
            labels=None if np.all(labels == -1.0) else labels.astype(np.int64),
        )
    }


def read_visdrone(data: bytes, report: Report) -> dict[str, SequenceRows]:
    """VisDrone's text; rows of class 0 are the regions to ignore.

    Raises:
        InvalidInputError: naming file and line.
    """
    table = _parse(data, report)
    _need_ten(table, report)
    _check_classes(table, 5, report, known=True)
    rows = of_mot_columns(table["frames"], table["ids"], table["numbers"], 10)
    numbers = table["numbers"]
    labels, ignored = numbers[:, 5].astype(np.int64), numbers[:, 5] == IGNORED_REGION
    kept, graded = ~ignored, not np.all(numbers[:, 6:] == -1.0)
    boxes: FloatArray = np.asarray(rows.shapes)
    seventh = np.ascontiguousarray(numbers[kept, 4])
    return {
        "": replace(
            rows,
            frames=rows.frames[kept],
            ids=rows.ids[kept],
            shapes=np.ascontiguousarray(boxes[kept]),
            scores=seventh,
            flags=seventh,
            labels=labels[kept],
            names=VISDRONE_CLASSES,
            ignored_frames=rows.frames[ignored],
            ignored=np.ascontiguousarray(boxes[ignored]),
            truncations=np.ascontiguousarray(numbers[kept, 6]) if graded else None,
            occlusions=np.ascontiguousarray(numbers[kept, 7]) if graded else None,
        )
    }


def inspect_oriented(data: bytes, report: Report) -> TextDocument:
    """Every mistake in text of oriented boxes."""
    return inspect_mot(data, report, lambda row, found: _inspect_class(row, 8, found, known=False))


def inspect_visdrone(data: bytes, report: Report) -> TextDocument:
    """Every mistake in VisDrone's text."""
    return inspect_mot(data, report, lambda row, found: _inspect_class(row, 7, found, known=True))


def write_mot(rows: SequenceRows) -> str:
    """Nine columns where classes or visibilities are known, else ten."""
    boxes = left_top_size(np.asarray(rows.shapes))
    seventh = seventh_column(rows)
    if rows.labels is None and rows.visibilities is None:
        return lines(rows, boxes, seventh, *(3 * [np.full(len(rows), -1.0)]))
    labels = np.full(len(rows), -1) if rows.labels is None else rows.labels
    visible = np.full(len(rows), -1.0) if rows.visibilities is None else rows.visibilities
    return lines(rows, boxes, seventh, labels, visible)


def write_oriented(rows: SequenceRows) -> str:
    """Ten columns; upright boxes have the angle 0."""
    shapes = np.asarray(rows.shapes)
    if shapes.shape[1] == 4:
        size = shapes[:, 2:] - shapes[:, :2]
        shapes = np.column_stack([shapes[:, :2] + size / 2.0, size, np.zeros(len(shapes))])
    scores = np.ones(len(rows)) if rows.scores is None else rows.scores
    labels = np.zeros(len(rows)) if rows.labels is None else rows.labels
    return lines(rows, shapes, scores, labels, np.full(len(rows), -1))


def write_visdrone(rows: SequenceRows) -> str:
    """Ten columns; regions to ignore are rows of class 0 with ids of their own."""
    unknown = np.full(len(rows), -1.0)
    truncations = unknown if rows.truncations is None else np.clip(np.ceil(rows.truncations), -1, 1)
    occlusions = unknown if rows.occlusions is None else np.clip(np.rint(rows.occlusions), -1, 2)
    labels = np.full(len(rows), 11) if rows.labels is None else rows.labels
    boxes = left_top_size(np.asarray(rows.shapes))
    text = lines(rows, boxes, seventh_column(rows), labels, truncations, occlusions)
    first_id = int(max(rows.ids, default=0)) + 1
    regions = zip(rows.ignored_frames, left_top_size(np.asarray(rows.ignored)), strict=True)
    return text + "".join(
        f"{frame},{first_id + k},{','.join(map(number, box))},0,0,0,0\n"
        for k, (frame, box) in enumerate(regions)
    )


def seventh_column(rows: SequenceRows) -> FloatArray:
    """The score of a prediction or the flag of a truth; 1 where neither is known."""
    known = rows.flags if rows.scores is None else rows.scores
    return np.ones(len(rows)) if known is None else known


def left_top_size(boxes: FloatArray) -> FloatArray:
    """(N, 4) ``left, top, width, height`` of ``x1, y1, x2, y2``."""
    return np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])


def lines(rows: SequenceRows, *columns: Any) -> str:
    """A line a row, by frame and id."""
    table = np.column_stack([rows.frames, rows.ids, *columns])
    order = np.lexsort((rows.ids, rows.frames))
    return "".join(",".join(map(number, values)) + "\n" for values in table[order].tolist())


def number(value: float) -> str:
    """Shortest text that is right to 1e-6."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _parse(data: bytes, report: Report) -> dict[str, Any]:
    try:
        return _core.parse_mot(data)
    except ValueError as error:
        message = str(error)
        line, _, what = message.removeprefix("line ").partition(": ")
        report.fatal(int(line), what)


def _may_be_classes(numbers: FloatArray) -> bool:
    eighth = numbers[:, 5]
    whole = np.all(eighth == np.rint(eighth)) and np.any(eighth >= 0.0)
    return bool(whole and np.all(numbers[:, 6:] == -1.0))


def _need_ten(table: dict[str, Any], report: Report) -> None:
    if table["num_columns"] not in (0, 10):
        report.fatal(int(table["lines"].min()), f"expected 10 columns, found {table['num_columns']}")


def _check_classes(table: dict[str, Any], column: int, report: Report, *, known: bool = False) -> None:
    labels = table["numbers"][:, column]
    if known:
        wrong = ~np.isin(labels, list(VISDRONE_CLASSES))
    else:
        wrong = (labels != np.rint(labels)) | (np.abs(labels) >= MOST)
    if np.any(wrong):
        at = int(np.argmin(np.where(wrong, table["lines"], np.iinfo(np.int64).max)))
        report.fatal(int(table["lines"][at]), _wrong_class(number(labels[at]), known))


def _inspect_class(row: Row, column: int, report: Report, *, known: bool) -> None:
    if len(row.fields) != 10:
        report.add(row.line, f"expected 10 columns, found {len(row.fields)}")
        return
    label = row.number(column)
    if label not in VISDRONE_CLASSES if known else label % 1.0 != 0.0 or abs(label) >= MOST:
        report.add(row.line, _wrong_class(number(label), known))


def _wrong_class(label: str, known: bool) -> str:
    if known:
        return f"class {label} is none of VisDrone's, which are 0 to 11"
    return f"a class is a whole number, not {label}"


def classes_of_visdrone(names: Iterable[str]) -> dict[str, int]:
    """The numbers of VisDrone's classes by name, for those it has."""
    numbers = {name: label for label, name in VISDRONE_CLASSES.items()}
    return {name: numbers[name.lower()] for name in names if name.lower() in numbers}


__all__ = [
    "IGNORED_REGION", "VISDRONE_CLASSES", "classes_of_visdrone", "inspect_oriented", "inspect_visdrone",
    "left_top_size", "number", "read_mot", "read_oriented", "read_visdrone", "write_mot", "write_oriented",
    "write_visdrone",
]  # fmt: skip
