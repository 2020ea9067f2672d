"""The ground truth of a benchmark's sequence, cut to the frames of its split."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError
from boxtrail.io.formats.reading import from_one, read_file
from boxtrail.io.formats.rows import SequenceRows

_COLUMNS = (
    "frames", "ids", "shapes", "scores", "labels", "flags", "visibilities", "truncations", "occlusions",
)  # fmt: skip
_REGIONS = ("ignored_frames", "ignored")


def read_truth(path: Path, format: str) -> SequenceRows:
    """All rows of a truth file of one sequence, frames from 1.

    Raises:
        SourceError: if it cannot be read.
        InvalidInputError: naming file and line of a mistake, or a file of several sequences.
        ConfigError: for an unknown format.
    """
    tracks = read_file(path, format).tracks
    if len(tracks) != 1:
        raise InvalidInputError(f"{path}: expected the truth of one sequence, found {len(tracks)}")
    return from_one(next(iter(tracks.values())))


def cut(rows: SequenceRows, first: int, num_frames: int, where: Path) -> SequenceRows:
    """The rows of ``num_frames`` frames from ``first``, from 0, on, which become frames 1, 2, ...

    Raises:
        InvalidInputError: if a row lies before frame 1.
    """
    if len(rows) and int(np.min(rows.frames)) < 1:
        raise InvalidInputError(f"{where}: frame {int(np.min(rows.frames))} lies before the first one")
    kept = (rows.frames > first) & (rows.frames <= first + num_frames)
    changes: dict[str, Any] = {name: _kept(getattr(rows, name), kept) for name in _COLUMNS}
    kept = (rows.ignored_frames > first) & (rows.ignored_frames <= first + num_frames)
    changes |= {name: _kept(getattr(rows, name), kept) for name in _REGIONS}
    for name in ("frames", "ignored_frames"):
        changes[name] = changes[name] - first
    return replace(rows, **changes, num_frames=num_frames)


def _kept(values: Any, marks: NDArray[np.bool_]) -> Any:
    if values is None or isinstance(values, np.ndarray):
        return values if values is None else values[marks]
    return [value for value, keep in zip(values, marks, strict=True) if keep]


__all__ = ["cut", "read_truth"]
