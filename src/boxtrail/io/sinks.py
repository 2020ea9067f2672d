"""What takes tracks out of the pipeline: one interface, and a group of sinks that ends as one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Protocol

from boxtrail.io.frame import Frame, Source
from boxtrail.results import TrackResults
from boxtrail.trackers.explanation import Explanation

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SinkInfo:
    """What a sink must know of the run before the first frame."""

    fps: float  # frames a second of the source, before the stride
    class_names: Mapping[int, str] = field(default_factory=dict)  # class id → name
    source_name: str = "source"
    stride: int = 1  # every which frame of the source is written; a video plays at fps / stride
    source_frames: int | None = None  # frames of the whole source; None if unknown
    is_live: bool = False  # frames come as they can, so a video keeps time by their timestamps
    explain: Callable[[], Explanation] | None = None  # the tracker's last update; None if it notes none
    track_name: Callable[[int], str | None] | None = None  # of a track id; None if nobody has a name

    @classmethod
    def of(cls, source: Source, class_names: Mapping[int, str] | None = None) -> SinkInfo:
        """What ``source`` tells of itself."""
        return cls(
            fps=source.fps,
            class_names=class_names or {},
            source_name=source.name,
            stride=getattr(source, "stride", 1),
            source_frames=getattr(source, "source_frames", None),
            is_live=source.is_live,
        )

    def class_name(self, label: int) -> str:
        """Name of class ``label``, or ``class 7`` where it has none."""
        return self.class_names.get(label, f"class {label}")


class Sink(Protocol):
    """A file of results, written frame by frame under a partial name until it is complete.

    All methods raise ``SinkError`` if the file cannot be written; ``close`` and ``abort`` may come twice.
    """

    path: Path

    def write(self, frame: Frame, tracks: TrackResults) -> None:
        """Add one frame; neither argument is kept or changed."""

    def close(self) -> None:
        """Complete: the file gets its final name."""

    def abort(self) -> None:
        """Interrupted: what was written stays, readable, under its partial name."""


class SinkGroup:
    """Several sinks that are written, closed and aborted as one; a context that aborts on any exception."""

    def __init__(self, sinks: Sequence[Sink] = ()) -> None:
        self.sinks = tuple(sinks)

    def write(self, frame: Frame, tracks: TrackResults) -> None:
        """Hand the frame to every sink."""
        for sink in self.sinks:
            sink.write(frame, tracks)

    def close(self) -> None:
        """Close every sink, also those after one that fails; the first failure is raised."""
        self._each("close")

    def abort(self) -> None:
        """Abort every sink, also those after one that fails; the first failure is raised."""
        self._each("abort")

    def _each(self, method: str) -> None:
        failures = []
        for sink in self.sinks:
            try:
                getattr(sink, method)()
            except OSError as error:
                failures.append(error)
        if failures:
            raise failures[0]

    def __enter__(self) -> SinkGroup:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
            return
        try:
            self.abort()
        except OSError as failure:
            # What interrupted the run matters more, and goes on its way.
            logger.warning("%s", failure)


__all__ = ["Sink", "SinkGroup", "SinkInfo"]
