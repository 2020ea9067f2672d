"""Tracks as MOTChallenge text."""

from __future__ import annotations

from pathlib import Path

from boxtrail.io.atomic import AtomicText
from boxtrail.io.frame import Frame
from boxtrail.io.sinks import SinkInfo
from boxtrail.results import TrackResults


class MotSink:
    """Rows ``frame,id,left,top,width,height,conf,-1,-1,-1`` in pixels; frames count from 1."""

    def __init__(self, path: str | Path, info: SinkInfo) -> None:
        self._file = AtomicText(path)
        self.path = self._file.path

    def write(self, frame: Frame, tracks: TrackResults) -> None:
        """Add the tracks of one frame; a frame without any leaves no row."""
        self._file.write(tracks.to_mot(frame.index + 1))

    def close(self) -> None:
        """Complete: the file gets its name."""
        self._file.close()

    def abort(self) -> None:
        """Interrupted: the rows so far stay under the partial name."""
        self._file.abort()


__all__ = ["MotSink"]
