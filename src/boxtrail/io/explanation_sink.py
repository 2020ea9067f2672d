"""Explanations as JSON lines."""

from __future__ import annotations

import json
from pathlib import Path

from boxtrail.errors import ConfigError, SinkError
from boxtrail.io.atomic import AtomicText
from boxtrail.io.frame import Frame
from boxtrail.io.sinks import SinkInfo
from boxtrail.results import TrackResults


class ExplanationSink:
    """One object a frame: ``{"frame_index", "frame", "tracks": […], "detections": […]}``.

    ``frame_index`` counts the frames of the source from 0, ``frame`` the tracker's updates from 1; the rest is that of
    :meth:`boxtrail.trackers.explanation.Explanation.to_dict`.

    Raises:
        ConfigError: if the run has no tracker that explains itself.
    """

    def __init__(self, path: str | Path, info: SinkInfo) -> None:
        if info.explain is None:
            raise ConfigError("explanations need a tracker that gives them")
        self._explain = info.explain
        self._file = AtomicText(path)
        self.path = self._file.path

    def write(self, frame: Frame, tracks: TrackResults) -> None:
        """Add the explanation of the tracker's last update, which was this frame's.

        Raises:
            SinkError: if a number is not finite, or the file cannot be written.
        """
        line = {"frame_index": frame.index, **self._explain().to_dict()}
        try:
            text = json.dumps(line, ensure_ascii=False, allow_nan=False)
        except ValueError as error:
            what = f"frame {frame.index} has a number that is not finite"
            raise SinkError(f"cannot write {self.path}: {what}") from error
        self._file.write(text + "\n")

    def close(self) -> None:
        """Complete: the file gets its name."""
        self._file.close()

    def abort(self) -> None:
        """Interrupted: the lines so far stay under the partial name."""
        self._file.abort()


__all__ = ["ExplanationSink"]
