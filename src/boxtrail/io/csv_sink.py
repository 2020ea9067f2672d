"""Tracks as a table of comma-separated values."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from boxtrail.errors import SinkError
from boxtrail.io.atomic import AtomicText
from boxtrail.io.frame import Frame
from boxtrail.io.sinks import SinkInfo
from boxtrail.results import AABB_COLUMNS, OBB_COLUMNS, TrackResults

DECIMALS = 6


class CsvSink:
    """Rows ``frame_index,timestamp,x1,y1,x2,y2,id,conf,cls,det_ind,class_name`` under a header.

    ``frame_index`` counts from 0, ``timestamp`` is in seconds, boxes are in pixels. Oriented boxes have
    ``cx,cy,w,h,angle`` in place of the corners. A run with a gallery adds ``name``, empty where there is none yet.
    """

    def __init__(self, path: str | Path, info: SinkInfo) -> None:
        self._info = info
        self._file = AtomicText(path)
        self._columns: tuple[str, ...] | None = None
        self.path = self._file.path

    def write(self, frame: Frame, tracks: TrackResults) -> None:
        """Add the tracks of one frame; a frame without any leaves no row.

        Raises:
            SinkError: if the boxes turn from upright to oriented or back, or the file cannot be written.
        """
        if not len(tracks):
            return
        columns = OBB_COLUMNS if tracks.is_obb else AABB_COLUMNS
        if self._columns is None:
            self._write_header(columns)
        elif columns != self._columns:
            raise SinkError(f"cannot write {self.path}: frame {frame.index} mixes upright and oriented boxes")
        name_of = self._info.track_name
        self._file.write(
            _line(
                [frame.index, round(frame.timestamp, DECIMALS)]
                + [round(value, DECIMALS) for value in row.values()]
                + [self._info.class_name(int(row["cls"]))]
                + ([] if name_of is None else [name_of(int(row["id"])) or ""])
                for row in tracks.to_dict()
            )
        )

    def _write_header(self, columns: tuple[str, ...]) -> None:
        self._columns = columns
        names = [] if self._info.track_name is None else ["name"]
        self._file.write(_line([["frame_index", "timestamp", *columns, "class_name", *names]]))

    def close(self) -> None:
        """Complete: the file gets its name. Without a single track it holds the header."""
        self._finish()
        self._file.close()

    def abort(self) -> None:
        """Interrupted: the rows so far stay under the partial name."""
        self._finish()
        self._file.abort()

    def _finish(self) -> None:
        if self._columns is None:
            self._write_header(AABB_COLUMNS)


def _line(rows: object) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)  # type: ignore[arg-type]
    return text.getvalue()


__all__ = ["CsvSink"]
