"""The public names of :mod:`boxtrail.io`, which loads them on first use."""

from __future__ import annotations

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
