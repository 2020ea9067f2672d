"""Frames in, tracks out: sources, sinks and drawing. Importing this loads no OpenCV."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from boxtrail.io.crops import CropSink
    from boxtrail.io.csv_sink import CsvSink
    from boxtrail.io.drawing import TrackPainter, contact_sheet
    from boxtrail.io.frame import Frame, Source
    from boxtrail.io.jsonl import JsonLinesSink
    from boxtrail.io.mot import MotSink
    from boxtrail.io.sinks import Sink, SinkGroup, SinkInfo
    from boxtrail.io.sources import open_source
    from boxtrail.io.supervisely import SuperviselySink
    from boxtrail.io.video_sink import VideoSink

_HOMES = {
    "CropSink": "crops",
    "CsvSink": "csv_sink",
    "Frame": "frame",
    "JsonLinesSink": "jsonl",
    "MotSink": "mot",
    "Sink": "sinks",
    "SinkGroup": "sinks",
    "SinkInfo": "sinks",
    "Source": "frame",
    "SuperviselySink": "supervisely",
    "TrackPainter": "drawing",
    "VideoSink": "video_sink",
    "contact_sheet": "drawing",
    "open_source": "sources",
}

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
    if name in _HOMES:
        return getattr(import_module(f"boxtrail.io.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'boxtrail.io' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
