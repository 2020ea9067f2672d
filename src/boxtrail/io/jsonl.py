"""Tracks as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from boxtrail.errors import SinkError
from boxtrail.io.atomic import AtomicText
from boxtrail.io.frame import Frame
from boxtrail.io.sinks import SinkInfo
from boxtrail.results import TrackResults

DECIMALS = 6


class JsonLinesSink:
    """One object a frame: ``{"frame_index", "timestamp", "tracks": [{"x1", …, "id", …, "class_name"}]}``.

    ``frame_index`` counts from 0, ``timestamp`` is in seconds, boxes are in pixels. A run with a gallery adds
    ``"name"`` to each track, null while it has none.
    """

    def __init__(self, path: str | Path, info: SinkInfo) -> None:
        self._info = info
        self._file = AtomicText(path)
        self.path = self._file.path

    def write(self, frame: Frame, tracks: TrackResults) -> None:
        """Add one frame, also one without tracks.

        Raises:
            SinkError: if a number is not finite, or the file cannot be written.
        """
        rows = [self._row(row) for row in tracks.to_dict()]
        line = {"frame_index": frame.index, "timestamp": round(frame.timestamp, DECIMALS), "tracks": rows}
        try:
            text = json.dumps(line, ensure_ascii=False, allow_nan=False)
        except ValueError as error:
            what = f"frame {frame.index} has a number that is not finite"
            raise SinkError(f"cannot write {self.path}: {what}") from error
        self._file.write(text + "\n")

    def _row(self, row: Mapping[str, float]) -> dict[str, float | str | None]:
        told: dict[str, float | str | None] = {name: round(value, DECIMALS) for name, value in row.items()}
        told["class_name"] = self._info.class_name(int(row["cls"]))
        if self._info.track_name is not None:
            told["name"] = self._info.track_name(int(row["id"]))
        return told

    def close(self) -> None:
        """Complete: the file gets its name."""
        self._file.close()

    def abort(self) -> None:
        """Interrupted: the lines so far stay under the partial name."""
        self._file.abort()


__all__ = ["JsonLinesSink"]
