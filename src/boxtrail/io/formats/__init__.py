"""Files of tracks in every format of the field: read, written, converted, looked at and repaired."""

from __future__ import annotations

from boxtrail.io.formats.catalogue import FORMATS
from boxtrail.io.formats.classes import class_map
from boxtrail.io.formats.convert import Conversion, convert
from boxtrail.io.formats.fixing import find_problems, fix
from boxtrail.io.formats.problems import Problem
from boxtrail.io.formats.reading import read_tracks
from boxtrail.io.formats.rows import SequenceRows
from boxtrail.io.formats.writing import Written, write_tracks

__all__ = [
    "FORMATS",
    "Conversion",
    "Problem",
    "SequenceRows",
    "Written",
    "class_map",
    "convert",
    "find_problems",
    "fix",
    "read_tracks",
    "write_tracks",
]
