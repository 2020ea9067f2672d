"""Frames in, tracks out: sources, sinks and drawing. Importing this loads no OpenCV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from boxtrail.io.frames_and_tracks import (
        CropSink,
        CsvSink,
        Frame,
        JsonLinesSink,
        MotSink,
        Sink,
        SinkGroup,
        SinkInfo,
        Source,
        SuperviselySink,
        TrackPainter,
        VideoSink,
        contact_sheet,
        open_source,
    )

__all__ = [
    "CropSink",
    "CsvSink",
    "Frame",
    "JsonLinesSink",
    "MotSink",
    "Sink",
    "SinkGroup",
    "SinkInfo",
    "Source",
    "SuperviselySink",
    "TrackPainter",
    "VideoSink",
    "contact_sheet",
    "open_source",
]


def __getattr__(name: str) -> Any:
    """On first use: who reads files of tracks needs no sinks, nor the trackers that explain themselves in them."""
    if name in __all__:
        from boxtrail.io import frames_and_tracks

        return getattr(frames_and_tracks, name)
    raise AttributeError(f"module 'boxtrail.io' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
