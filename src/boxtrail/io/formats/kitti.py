"""KITTI's label files of the tracking benchmark.

``frame id type truncated occluded alpha left top right bottom [three sizes, three places, rotation [score]]``, frames
from 0 in the file and from 1 in the rows. Rows of the type DontCare are regions to ignore.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from boxtrail import _core
from boxtrail.io.formats.collecting import MOST
from boxtrail.io.formats.files import decode
from boxtrail.io.formats.mot import number
from boxtrail.io.formats.mot_problems import NUMBER
from boxtrail.io.formats.problems import Report
from boxtrail.io.formats.rows import SequenceRows
from boxtrail.io.formats.text import TextDocument, document, fields_of, shown

DONT_CARE = "dontcare"
_UNKNOWN_3D = "-1 -1 -1 -1000 -1000 -1000 -10"


def read_kitti(data: bytes, report: Report) -> dict[str, SequenceRows]:
    """A KITTI label file.

    Raises:
        InvalidInputError: naming file and line.
    """
    table = _parse(data, report)
    names = dict(enumerate(table["names"]))
    ignored = np.isin(table["labels"], [index for index, name in names.items() if name.lower() == DONT_CARE])
    kept, numbers, frames = ~ignored, table["numbers"], table["frames"] + 1
    return {
        "": SequenceRows(
            frames=frames[kept],
            ids=table["ids"][kept],
            shapes=np.ascontiguousarray(numbers[kept, 2:6]),
            scores=np.ascontiguousarray(numbers[kept, 6]) if table["num_columns"] == 18 else None,
            labels=table["labels"][kept].astype(np.int64),
            names=names,
            truncations=np.ascontiguousarray(numbers[kept, 0]),
            occlusions=np.ascontiguousarray(numbers[kept, 1]),
            ignored_frames=frames[ignored],
            ignored=np.ascontiguousarray(numbers[ignored, 2:6]),
        )
    }


def _parse(data: bytes, report: Report) -> dict[str, Any]:
    decode(data, report)  # the core looks at the columns that are used alone
    try:
        table = _core.parse_kitti(data)
    except ValueError as error:
        line_of, _, what = str(error).removeprefix("line ").partition(": ")
        report.fatal(int(line_of), what)
    return table


def inspect_kitti(data: bytes, report: Report) -> TextDocument:
    """Look at every line.

    Raises:
        StopReading: if there are more problems than anyone reads.
    """
    text = document(data, report)
    seen: dict[tuple[float, float], tuple[int, list[str]]] = {}
    width = 0
    for line, content in enumerate(text.lines, 1):
        fields = fields_of(content)
        if not fields:
            continue
        if len(fields) not in (10, 17, 18):
            report.add(line, f"expected 10, 17 or 18 columns, found {len(fields)}")
            continue
        width = width or len(fields)
        if len(fields) != width:
            report.add(line, f"found {len(fields)} columns, but the lines before have {width}")
        elif _is_sound(fields, line, text, report) and fields[2] != "DontCare":
            _check_repeat(fields, line, seen, text, report)
    return text


def _is_sound(fields: list[str], line: int, text: TextDocument, report: Report) -> bool:
    used = [0, 1, 3, 4, 6, 7, 8, 9, *([17] if len(fields) == 18 else [])]
    wrong = next((fields[k] for k in used if not NUMBER.fullmatch(fields[k])), None)
    if wrong is not None:
        is_value = wrong.lstrip("+-").lower() in ("nan", "inf", "infinity")
        report.add(line, f"a value is not finite: {wrong}" if is_value else f"not a number: '{shown(wrong)}'")
        return False
    values = {k: float(fields[k]) for k in used}
    lowest = -1.0 if fields[2] == "DontCare" else 0.0
    if any(abs(value) == float("inf") for value in values.values()):
        report.add(line, "a value is not finite")
    elif values[0] < 0.0 or values[0] >= MOST or values[0] != int(values[0]):
        report.add(line, f"frames count from 0, not {fields[0]}")
    elif values[1] < lowest or values[1] >= MOST or values[1] != int(values[1]):
        report.add(line, f"a track id is a whole number ≥ 0, not {fields[1]}")
    elif values[8] < values[6] or values[9] < values[7]:
        corners = " ".join(fields[6:10])
        report.add(line, f"the box ends before it begins: {corners}", "leaves the row out", text.drop(line))
    else:
        return True
    return False


def _check_repeat(
    fields: list[str],
    line: int,
    seen: dict[tuple[float, float], tuple[int, list[str]]],
    text: TextDocument,
    report: Report,
) -> None:
    key = (float(fields[0]), float(fields[1]))
    earlier, same = seen.setdefault(key, (line, fields))
    if earlier == line:
        return
    message = f"track {int(key[1])} has a row in frame {int(key[0])} already, in line {earlier}"
    if same == fields:
        report.add(line, message, "leaves out the second of two equal rows", text.drop(line))
    else:
        report.add(line, message)


def write_kitti(rows: SequenceRows) -> str:
    """17 columns, 18 where scores are known; what is known of the third dimension is that nothing is."""
    out = []
    scores = None if rows.scores is None else rows.scores.tolist()
    for k in np.lexsort((rows.ids, rows.frames)).tolist():
        name = (
            "object" if rows.labels is None else rows.names.get(int(rows.labels[k]), f"class{rows.labels[k]}")
        )
        truncated = -1.0 if rows.truncations is None else float(rows.truncations[k])
        occluded = -1.0 if rows.occlusions is None else float(rows.occlusions[k])
        box = " ".join(number(value) for value in rows.shapes[k])
        tail = "" if scores is None else f" {number(scores[k])}"
        out.append(
            f"{rows.frames[k] - 1} {rows.ids[k]} {type_name(name)} {number(truncated)} {number(occluded)} -10 {box} "
            f"{_UNKNOWN_3D}{tail}\n"
        )
    for frame, region in zip(rows.ignored_frames, rows.ignored, strict=True):
        box, tail = " ".join(number(value) for value in region), "" if scores is None else " 0"
        out.append(f"{frame - 1} -1 DontCare -1 -1 -10 {box} {_UNKNOWN_3D}{tail}\n")
    return "".join(out)


def type_name(name: str) -> str:
    """A class's name as one word, which begins with a letter."""
    word = "_".join(name.replace(",", " ").split()) or "object"
    return word if word[0].isalpha() else f"class{word}"


__all__ = ["DONT_CARE", "inspect_kitti", "read_kitti", "type_name", "write_kitti"]
