"""Files of tracks in every format of the field: read, written, converted, looked at and repaired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from boxtrail.io.formats.catalogue import FORMATS
from boxtrail.io.formats.classes import class_map
from boxtrail.io.formats.problems import Problem
from boxtrail.io.formats.reading import read_tracks
from boxtrail.io.formats.rows import SequenceRows

if TYPE_CHECKING:
    from boxtrail.io.formats.conversion import Conversion, convert
    from boxtrail.io.formats.fixing import find_problems, fix
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


def __getattr__(name: str) -> Any:
    """What writes and repairs on first use: an evaluation reads."""
    if name in __all__:
        from boxtrail.io.formats import conversion, fixing, writing

        return getattr(
            next(module for module in (conversion, fixing, writing) if hasattr(module, name)), name
        )
    raise AttributeError(f"module 'boxtrail.io.formats' has no attribute {name!r}")
