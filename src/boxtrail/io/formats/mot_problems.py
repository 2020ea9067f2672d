"""Finds every mistake in MOT text, and the edits that repair what is safe to repair."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from boxtrail.errors import InvalidInputError
from boxtrail.io.formats.collecting import MOST
from boxtrail.io.formats.problems import Report
from boxtrail.io.formats.seqinfo import info_beside
from boxtrail.io.formats.text import TextDocument, document, fields_of, shown

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+(,\d+)?")
_PADDING = ("1", "-1", "-1", "-1")  # what the columns from the seventh on say where nothing is known
_PADDABLE = {6, 7, 10}  # of eight or nine columns the eighth is a class, which cannot be made up

RowCheck = Callable[["Row", Report], None]


@dataclass(slots=True)
class Row:
    """A line with its fields; edits change the fields and the line together."""

    line: int
    fields: list[str]
    text: TextDocument

    def number(self, column: int) -> float:
        """The value of a column from 0."""
        return float(self.fields[column])

    def write(self, fields: list[str]) -> None:
        """Give the line other fields, unless it was dropped."""
        self.fields[:] = fields
        if self.text.edited.get(self.line, "") is not None:
            self.text.put(self.line, ",".join(fields))()


def inspect_mot(data: bytes, report: Report, check: RowCheck | None = None) -> TextDocument:
    """Look at every line; ``check`` sees those that are sound so far.

    Raises:
        StopReading: if there are more problems than anyone reads.
    """
    text = document(data, report)
    rows = [row for row in _rows(text, report) if _is_sound(row, report)]
    _check_widths(rows, report)
    _check_first_frame(rows, report)
    _check_repeats(rows, report)
    if check is not None:
        for row in rows:
            check(row, report)
    return text


def _rows(text: TextDocument, report: Report) -> list[Row]:
    """The lines with something on them; decimal commas and a header are mistakes that can be repaired."""
    rows: list[Row] = []
    for line, content in enumerate(text.lines, 1):
        fields = fields_of(content)
        if not fields:
            continue
        if not rows and len(fields) >= 6 and not any(NUMBER.fullmatch(field) for field in fields):
            report.add(
                line, "a header, which MOT text does not have", "leaves the header out", text.drop(line)
            )
            continue
        row, decimal = Row(line, fields, text), _with_decimal_commas(content)
        if decimal is not None:
            row.fields = list(decimal)
            report.add(
                line, "decimal commas; numbers have points", "writes points", partial(row.write, decimal)
            )
        rows.append(row)
    return rows


def _with_decimal_commas(content: str) -> list[str] | None:
    """The fields with points, if blanks or semicolons are between numbers with commas."""
    if ";" in content:
        fields = [field.strip() for field in content.strip().removesuffix(";").split(";")]
    elif "," in content and "." not in content:
        fields = content.split()
    else:
        return None
    if not 6 <= len(fields) <= 10 or not all(_DECIMAL_COMMA.fullmatch(field) for field in fields):
        return None
    return [field.replace(",", ".") for field in fields]


def _is_sound(row: Row, report: Report) -> bool:
    """Whether the line can be compared with others."""
    fields, line = row.fields, row.line
    if not 6 <= len(fields) <= 10:
        report.add(line, f"expected 6 to 10 columns, found {len(fields)}")
        return False
    for field in fields:
        if not field:
            report.add(line, "a column is empty")
        elif not NUMBER.fullmatch(field):
            is_value = field.lstrip("+-").lower() in ("nan", "inf", "infinity")
            report.add(
                line, f"a value is not finite: {field}" if is_value else f"not a number: '{shown(field)}'"
            )
        elif abs(float(field)) == float("inf"):
            report.add(line, f"a value is not finite: {shown(field)}")
        else:
            continue
        return False
    return _is_whole(row, report) and _has_size(row, report)


def _is_whole(row: Row, report: Report) -> bool:
    frame, number = row.number(0), row.number(1)
    if frame < 0.0 or frame >= MOST or frame != int(frame):
        report.add(row.line, f"frames count from 1, not {row.fields[0]}")
    elif number < 0.0 or number >= MOST or number != int(number):
        hint = "; detections have to be tracked first" if number == -1.0 else ""
        report.add(row.line, f"a track id is a whole number ≥ 0, not {row.fields[1]}{hint}")
    elif len(row.fields) in (8, 9) and (row.number(7) % 1.0 or abs(row.number(7)) >= MOST):
        report.add(row.line, f"a class is a whole number, not {row.fields[7]}")
    else:
        return True
    return False


def _has_size(row: Row, report: Report) -> bool:
    if row.number(4) >= 0.0 and row.number(5) >= 0.0:
        return True
    size = f"{row.fields[4]} × {row.fields[5]}"
    report.add(row.line, f"negative size {size}", "leaves the row out", row.text.drop(row.line))
    return False


def _check_widths(rows: list[Row], report: Report) -> None:
    """Rows of 6, 7 and 10 columns can be made alike, as the last ones say nothing."""
    widths = {len(row.fields) for row in rows}
    if len(widths) < 2:
        return
    first, widest, can_pad = len(rows[0].fields), max(widths), widths <= _PADDABLE
    for row in rows:
        count = len(row.fields)
        message = f"found {count} columns, but the lines before have {first}"
        padded = [*row.fields, *_PADDING[count - 6 : widest - 6]]
        if can_pad and count < widest:
            short = (
                f"{message}" if count != first else f"found {count} columns, but other lines have {widest}"
            )
            report.add(row.line, short, "adds columns that say nothing", partial(row.write, padded))
        elif count != first and not can_pad:
            report.add(row.line, message)


def _check_first_frame(rows: list[Row], report: Report) -> None:
    """A file that counts from 0 all through can be shifted; one row in frame 0 of a full sequence cannot."""
    zero = [row for row in rows if row.number(0) == 0.0]
    if not zero:
        return
    message = "frames count from 1, not 0"
    try:
        num_frames = info_beside(report.path).num_frames
    except InvalidInputError as error:
        report.add(None, str(error))
        num_frames = None
    last = max(row.number(0) for row in rows)
    if num_frames is not None and last >= num_frames:
        for row in zero:
            report.add(row.line, f"{message}; the rest of the file counts from 1, up to its last frame")
        return
    report.add(
        zero[0].line,
        f"{message} ({len(zero)} such row{'s' * (len(zero) != 1)})",
        "adds 1 to every frame",
        partial(_shift, rows),
    )


def _shift(rows: list[Row]) -> None:
    for row in rows:
        row.write([str(int(row.number(0)) + 1), *row.fields[1:]])


def _check_repeats(rows: list[Row], report: Report) -> None:
    seen: dict[tuple[float, float], Row] = {}
    for row in rows:
        earlier = seen.setdefault((row.number(0), row.number(1)), row)
        if earlier is row:
            continue
        message = f"track {int(row.number(1))} has a row in frame {int(row.number(0))} already, in line {earlier.line}"
        if [float(field) for field in earlier.fields] == [float(field) for field in row.fields]:
            drop = row.text.drop(row.line)
            report.add(row.line, message, "leaves out the second of two equal rows", drop)
        else:
            report.add(row.line, message)


__all__ = ["NUMBER", "Row", "inspect_mot"]
