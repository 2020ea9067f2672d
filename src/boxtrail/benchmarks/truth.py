"""The ground truth of a benchmark's sequence, cut to the frames of its split."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from boxtrail.benchmarks.config import BenchmarkConfig
from boxtrail.benchmarks.visdrone import read_visdrone
from boxtrail.errors import InvalidInputError
from boxtrail.evaluation import SequenceRows
from boxtrail.evaluation.inputs import format_of, load

_COLUMNS = ("frames", "ids", "shapes", "scores", "labels", "flags", "truncations", "occlusions")


def read_truth(path: Path, config: BenchmarkConfig) -> SequenceRows:
    """All rows of a truth file, frames from 1.

    Raises:
        SourceError: if it cannot be read.
        InvalidInputError: naming file and line of a mistake.
        ConfigError: for an unknown format.
    """
    if config.truth_format == "visdrone":
        return read_visdrone(path)
    rows = load(path, format_of(path, config.truth_format))
    shift = 1 - config.first_frame
    if shift == 0:
        return rows
    return replace(rows, frames=rows.frames + shift, ignored_frames=rows.ignored_frames + shift)


def cut(rows: SequenceRows, first: int, num_frames: int, where: Path) -> SequenceRows:
    """The rows of ``num_frames`` frames from ``first``, from 0, on, which become frames 1, 2, ...

    Raises:
        InvalidInputError: if a row lies before frame 1.
    """
    if len(rows) and int(np.min(rows.frames)) < 1:
        raise InvalidInputError(f"{where}: frame {int(np.min(rows.frames))} lies before the first one")
    kept = (rows.frames > first) & (rows.frames <= first + num_frames)
    kept_ignored = (rows.ignored_frames > first) & (rows.ignored_frames <= first + num_frames)
    changes: dict[str, Any] = {}
    for name in _COLUMNS:
        values = getattr(rows, name)
        if isinstance(values, list):
            changes[name] = [value for value, keep in zip(values, kept, strict=True) if keep]
        elif values is not None:
            changes[name] = values[kept]
    changes["frames"] = changes["frames"] - first
    return replace(
        rows,
        **changes,
        ignored_frames=rows.ignored_frames[kept_ignored] - first,
        ignored=rows.ignored[kept_ignored],
        num_frames=num_frames,
    )


__all__ = ["cut", "read_truth"]
