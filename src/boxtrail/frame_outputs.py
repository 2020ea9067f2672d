"""Where the frames of a run go: the files chosen beforehand, those a loop asks for, and the window."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from boxtrail.display import show_image
from boxtrail.errors import SinkError
from boxtrail.frame_result import FileKind, FrameResult
from boxtrail.io.atomic import partial_path
from boxtrail.io.csv_sink import CsvSink
from boxtrail.io.drawing import TrackPainter
from boxtrail.io.frame import Frame
from boxtrail.io.jsonl import JsonLinesSink
from boxtrail.io.mot import MotSink
from boxtrail.io.sinks import Sink, SinkInfo
from boxtrail.io.video_sink import VideoSink
from boxtrail.results import TrackResults

_TEXT_SINKS = (MotSink, CsvSink, JsonLinesSink)

logger = logging.getLogger(__name__)


class FrameOutputs:
    """Takes frames in order until it is ended; all its files end together."""

    def __init__(self, info: SinkInfo, sinks: list[Sink]) -> None:
        self._info = info
        self._sinks = sinks
        self._asked_for: dict[tuple[FileKind, Path], Sink] = {}
        self._painter: TrackPainter | None = None
        self._ended = False
        self.files: tuple[Path, ...] = ()  # on the disk, once ended

    def write(self, frame: Frame, tracks: TrackResults) -> None:
        """Write the frame to the files chosen beforehand."""
        for sink in self._sinks:
            sink.write(frame, tracks)

    def save(self, kind: FileKind, path: Path, result: FrameResult) -> None:
        """Write the frame to one more file, begun anew at the first call."""
        if self._ended:
            raise SinkError(f"cannot add a frame to {path}: the run has ended; save frames inside its loop")
        key = (kind, path.absolute())
        if key not in self._asked_for:
            self._asked_for[key] = (CsvSink if kind == "csv" else VideoSink)(path, self._info)
        self._asked_for[key].write(result.frame, result.tracks)

    def show(self, result: FrameResult) -> bool:
        """Show the annotated frame; False if the user asked in the window to stop."""
        self._painter = self._painter or TrackPainter(
            self._info.class_names, track_name=self._info.track_name
        )
        return show_image(
            self._painter.draw(result.image, result.tracks), f"boxtrail: {self._info.source_name}"
        )

    def rewrite(self, frames: Iterable[tuple[Frame, TrackResults]]) -> None:
        """Begin the text files chosen beforehand anew and write these frames; their images are not looked at.

        Raises:
            SinkError: if a file cannot be written.
        """
        texts: list[Sink] = []
        for position, sink in enumerate(self._sinks):
            if isinstance(sink, _TEXT_SINKS):
                sink.abort()
                self._sinks[position] = type(sink)(sink.path, self._info)
                texts.append(self._sinks[position])
        for frame, tracks in frames:
            for sink in texts:
                sink.write(frame, tracks)

    def end(self, *, complete: bool) -> None:
        """End every file, closed if ``complete``, else aborted; all of them, even if one fails.

        Raises:
            SinkError: the first failure.
        """
        self._ended = True
        sinks = [*self._sinks, *self._asked_for.values()]
        failure: Exception | None = None
        for sink in sinks:
            try:
                if complete:
                    sink.close()
                else:
                    sink.abort()
            except OSError as error:
                if failure is None:
                    failure = error
                else:
                    logger.warning("%s", error)
        paths = (path for sink in sinks for path in (sink.path, partial_path(sink.path)))
        wanted = {sink.path if complete else partial_path(sink.path) for sink in sinks}
        self.files = tuple(path for path in paths if path in wanted and path.exists())
        if failure is not None:
            raise failure


__all__ = ["FrameOutputs"]
