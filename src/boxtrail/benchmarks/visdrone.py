"""VisDrone's annotations and what its challenge does not count.

Rows are ``frame, id, left, top, width, height, score, category, truncation, occlusion``, frames from 1. A score of 0
marks a row that is not considered; category 0 are regions to ignore, 11 other objects.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError, SourceError
from boxtrail.evaluation import SequenceRows

COLUMNS = 10
IGNORED_CATEGORY = 0
MAX_IGNORED_SHARE = 0.5  # of a box inside one ignored region, from which on it does not count


def read_visdrone(path: Path) -> SequenceRows:
    """The annotations of one sequence.

    Raises:
        SourceError: if the file cannot be read.
        InvalidInputError: naming the file, if it is malformed.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot read annotations: {error}") from error
    lines = [line.rstrip(", ") for line in lines if line.strip()]
    try:
        table = (
            np.loadtxt(lines, delimiter=",", ndmin=2, usecols=range(COLUMNS))
            if lines
            else np.empty((0, COLUMNS))
        )
    except ValueError as error:
        raise InvalidInputError(f"{path}: expected {COLUMNS} columns of numbers: {error}") from error
    if np.any(table[:, 0] < 1.0):
        raise InvalidInputError(
            f"{path}: frames count from 1, found {table[:, 0].min():g} in row "
            f"{int(np.argmax(table[:, 0] < 1.0)) + 1}"
        )
    boxes = np.column_stack([table[:, 2:4], table[:, 2:4] + table[:, 4:6]])
    ignored = table[:, 7] == IGNORED_CATEGORY
    kept = ~ignored
    return SequenceRows(
        frames=table[kept, 0].astype(np.int64),
        ids=table[kept, 1].astype(np.int64),
        shapes=boxes[kept],
        labels=table[kept, 7].astype(np.int64),
        flags=table[kept, 6].copy(),
        ignored_frames=table[ignored, 0].astype(np.int64),
        ignored=boxes[ignored],
    )


def without_ignored(rows: SequenceRows, truth: SequenceRows) -> SequenceRows:
    """``rows`` without the boxes of which at least half lies in an ignored region of ``truth`` in that frame."""
    if len(rows) == 0 or len(truth.ignored) == 0 or rows.kind != "box":
        return rows
    boxes, inside = np.asarray(rows.shapes), np.zeros(len(rows), dtype=bool)
    areas = np.maximum((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]), 1e-12)
    for frame in np.unique(truth.ignored_frames):
        here = np.flatnonzero(rows.frames == frame)
        shares = _shared(boxes[here], truth.ignored[truth.ignored_frames == frame]) / areas[here]
        inside[here] = shares >= MAX_IGNORED_SHARE
    kept = ~inside
    columns: dict[str, Any] = {
        name: None if (values := getattr(rows, name)) is None else values[kept]
        for name in ("frames", "ids", "shapes", "scores", "labels", "flags")
    }
    return replace(rows, **columns)


def _shared(boxes: NDArray[np.float64], regions: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N,) largest area that each box shares with one region."""
    low = np.maximum(boxes[:, None, :2], regions[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], regions[None, :, 2:])
    return np.asarray(np.clip(high - low, 0.0, None).prod(axis=2).max(axis=1))


__all__ = ["read_visdrone", "without_ignored"]
