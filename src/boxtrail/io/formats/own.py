"""boxtrail's own files: the tables of ``CsvSink`` and the JSON lines of ``JsonLinesSink``.

Frames are ``frame_index``, from 0, in the files and count from 1 in the rows.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from boxtrail.io.formats.collecting import Entry, Place, RowCollector, whole
from boxtrail.io.formats.json_document import numbers
from boxtrail.io.formats.mot_problems import NUMBER
from boxtrail.io.formats.problems import Report
from boxtrail.io.formats.rows import SequenceRows
from boxtrail.io.formats.text import TextDocument, document, shown

UPRIGHT, ORIENTED = ("x1", "y1", "x2", "y2"), ("cx", "cy", "w", "h", "angle")
_UNNAMED = "class "  # what the sinks call a class without a name, before its number


def scan_csv(data: bytes, report: Report) -> tuple[dict[str, SequenceRows], TextDocument]:
    """The rows of a table, and its lines.

    Raises:
        InvalidInputError: naming file and line.
    """
    text = document(data, report)
    header = _cells(text.lines[0]) if text.lines else []
    shape = ORIENTED if set(ORIENTED) <= set(header) else UPRIGHT
    missing = [name for name in ("frame_index", *shape, "id") if name not in header]
    if missing:
        report.fatal(1, f"the header has no column {missing[0]}")
    collector = _Own(report, shape)
    for line, content in enumerate(text.lines[1:], 2):
        if not content.strip():
            continue
        cells = _cells(content)
        if len(cells) != len(header):
            report.add(line, f"found {len(cells)} columns, but the header has {len(header)}")
            continue
        row: dict[str, Any] = dict(zip(header, cells, strict=True))
        wrong = next((n for n in row if n != "class_name" and row[n] and not NUMBER.fullmatch(row[n])), None)
        if wrong is not None:
            report.add(line, f"{wrong} is no number: '{shown(row[wrong])}'")
            continue
        for name, cell in row.items():
            if name != "class_name":
                row[name] = float(cell) if cell else None
        place = Place(lambda line=line: line, text.drop(line), source=cells)  # type: ignore[misc]
        collector.add(whole(row["frame_index"], 0), row.get("timestamp"), row, place)
    return {"": collector.rows()}, text


def scan_json_lines(data: bytes, report: Report) -> tuple[dict[str, SequenceRows], TextDocument]:
    """The rows of a file with an object a frame, and its lines.

    Raises:
        InvalidInputError: naming file and line.
    """
    text = document(data, report)
    collector: _Own | None = None
    for line, content in enumerate(text.lines, 1):
        if not content.strip():
            continue
        try:
            frame = json.loads(content)
        except (ValueError, RecursionError) as error:
            report.add(line, f"no JSON: {getattr(error, 'msg', error)}")
            continue
        tracks = frame.get("tracks") if isinstance(frame, Mapping) else None
        if not isinstance(tracks, list):
            report.add(line, "expected an object with frame_index and tracks")
            continue
        index, timestamp = whole(frame.get("frame_index"), 0), frame.get("timestamp")
        for k, row in enumerate(tracks):
            place = Place(lambda line=line: line, None, f"tracks[{k}]", row)  # type: ignore[misc]
            if not isinstance(row, Mapping):
                report.add(line, place.says("expected an object"))
                continue
            collector = collector or _Own(report, ORIENTED if "angle" in row else UPRIGHT)
            collector.add(index, timestamp, row, place)
        collector = collector or _Own(report, UPRIGHT)
        if index is None:
            report.add(line, "frame_index is a whole number ≥ 0")
        else:
            collector.num_frames = max(collector.num_frames, index + 1)
    return {"": (collector or _Own(report, UPRIGHT)).rows()}, text


class _Own:
    """Rows of either file."""

    def __init__(self, report: Report, columns: tuple[str, ...]) -> None:
        self.report, self.columns, self.num_frames = report, columns, 0
        self._collector = RowCollector(report)
        self._names: dict[int, str] = {}
        self._times: dict[int, float] = {}

    def add(self, index: int | None, timestamp: Any, row: Mapping[str, Any], place: Place) -> None:
        """A row with the columns of the sinks."""
        number = whole(row.get("id"), 0)
        if index is None or number is None:
            what = "frame_index" if index is None else "id"
            self.report.add(place.line(), place.says(f"{what} is a whole number ≥ 0"))
            return
        shape = numbers([row.get(name) for name in self.columns], len(self.columns))
        if shape is None:
            self.report.add(place.line(), place.says(f"no box of {', '.join(self.columns)}"))
            return
        score, seconds = numbers([row.get("conf")], 1), numbers([timestamp], 1)
        label, name = whole(row.get("cls"), 0), row.get("class_name")
        if score is None and row.get("conf") is not None:
            self.report.add(place.line(), place.says("conf is no number"))
            return
        if label is not None and isinstance(name, str) and name and name != f"{_UNNAMED}{label}":
            self._names.setdefault(label, name)
        if seconds is not None and math.isfinite(seconds[0]):
            self._times[index] = seconds[0]
        self._collector.add(
            Entry(index + 1, number, shape, score=None if score is None else score[0], label=label), place
        )

    def rows(self) -> SequenceRows:
        """What was taken; the rate of frames is that of the time stamps."""
        rows = self._collector.rows(names=self._names, num_frames=self.num_frames or None)
        if not len(rows) and self.columns == ORIENTED:
            rows = replace(rows, shapes=np.empty((0, 5)))
        indices = sorted(self._times)
        if len(indices) < 2:
            return rows
        seconds = self._times[indices[-1]] - self._times[indices[0]]
        rate = (indices[-1] - indices[0]) / seconds if seconds > 0.0 else None
        return replace(rows, frame_rate=None if rate is None else round(rate, 3))


def write_csv(rows: SequenceRows) -> str:
    """As ``CsvSink`` writes it."""
    shape = ORIENTED if np.asarray(rows.shapes).shape[1] == 5 else UPRIGHT
    header = ["frame_index", "timestamp", *shape, "id", "conf", "cls", "det_ind", "class_name"]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in _dicts(rows, shape):
        index = row.pop("frame_index")
        writer.writerow([index, _timestamp(rows, index), *row.values()])
    return out.getvalue()


def write_json_lines(rows: SequenceRows) -> str:
    """As ``JsonLinesSink`` writes it; frames without rows have a line as well."""
    shape = ORIENTED if np.asarray(rows.shapes).shape[1] == 5 else UPRIGHT
    frames: dict[int, list[dict[str, Any]]] = {}
    for row in _dicts(rows, shape):
        frames.setdefault(row.pop("frame_index"), []).append(row)
    last = max(rows.num_frames or 0, max(frames, default=-1) + 1)
    return "".join(
        json.dumps(
            {"frame_index": k, "timestamp": _timestamp(rows, k), "tracks": frames.get(k, [])},
            ensure_ascii=False,
        )
        + "\n"
        for k in range(last)
    )


def _dicts(rows: SequenceRows, shape: tuple[str, ...]) -> list[dict[str, Any]]:
    out = []
    for k in np.lexsort((rows.ids, rows.frames)).tolist():
        label = None if rows.labels is None else int(rows.labels[k])
        box = {name: round(float(value), 6) for name, value in zip(shape, rows.shapes[k], strict=True)}
        out.append(
            {"frame_index": int(rows.frames[k]) - 1, **box, "id": int(rows.ids[k])}
            | {
                "conf": None if rows.scores is None else round(float(rows.scores[k]), 6),
                "cls": label,
                "det_ind": -1,
            }
            | {"class_name": "" if label is None else rows.names.get(label, f"{_UNNAMED}{label}")}
        )
    return out


def _timestamp(rows: SequenceRows, index: int) -> float | None:
    return round(index / rows.frame_rate, 6) if rows.frame_rate else None


def _cells(line: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line.replace("\0", "?")]), [])]
    except csv.Error:  # a field longer than any of ours
        return []


__all__ = ["scan_csv", "scan_json_lines", "write_csv", "write_json_lines"]
