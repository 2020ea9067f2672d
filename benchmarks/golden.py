"""The authors' own output rows on the MOT17 second halves, and how far ours agree with them row for row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sequences import read_table

Array = NDArray[np.float64]

TOLERANCE = 0.02  # pixels; the recorded boxes have four decimals


@dataclass(frozen=True)
class Agreement:
    """How two sets of rows agree; counts add up over sequences with `+`."""

    golden_rows: int
    our_rows: int
    same_rows: int  # rows of both with the same box within the tolerance, one to one
    id_conflicts: int  # same rows whose ids break the one-to-one renaming seen so far
    max_difference: float  # pixels, among the same rows

    @property
    def exact(self) -> bool:
        """Every row of each has its partner, and the ids are a renaming of each other."""
        return self.golden_rows == self.our_rows == self.same_rows and self.id_conflicts == 0

    def __add__(self, other: Agreement) -> Agreement:
        return Agreement(
            self.golden_rows + other.golden_rows,
            self.our_rows + other.our_rows,
            self.same_rows + other.same_rows,
            self.id_conflicts + other.id_conflicts,
            max(self.max_difference, other.max_difference),
        )


def golden_folder(data: Path, run: str) -> Path:
    """Where the recorded rows of `run` lie under the shared data."""
    return data / "golden" / "MOT17-val-half" / run


def read_golden(data: Path, run: str, sequence: str) -> Array:
    """Recorded rows (R, 6): frame, id, left, top, width, height; `sequence` as in "MOT17-02"."""
    return read_table(golden_folder(data, run) / f"{sequence}.txt.gz")[:, :6]


def track_rows(frames: list[Array]) -> Array:
    """Our tracks, one (M, 8) `x1, y1, x2, y2, id, ...` a frame, as rows for `compare_rows`."""
    rows = [
        np.column_stack(
            [np.full(len(t), index), t[:, 4], t[:, 0], t[:, 1], t[:, 2] - t[:, 0], t[:, 3] - t[:, 1]]
        )
        for index, t in enumerate((np.asarray(tracks) for tracks in frames), start=1)
    ]
    return np.vstack(rows) if rows else np.empty((0, 6))


def compare_rows(golden: Array, ours: Array, *, tolerance: float = TOLERANCE) -> Agreement:
    """Pair the rows of each frame by box, one to one, and follow the renaming of ids from the first frame on.

    Both arrays (R, 6): frame, id, left, top, width, height in pixels.
    """
    same = conflicts = 0
    largest = 0.0
    ours_of: dict[int, int] = {}
    golden_of: dict[int, int] = {}
    for frame in np.unique(golden[:, 0]):
        theirs, mine = golden[golden[:, 0] == frame], ours[ours[:, 0] == frame]
        for row, column, difference in _same_boxes(theirs[:, 2:6], mine[:, 2:6], tolerance):
            same += 1
            largest = max(largest, difference)
            golden_id, our_id = int(theirs[row, 1]), int(mine[column, 1])
            first = ours_of.setdefault(golden_id, our_id), golden_of.setdefault(our_id, golden_id)
            conflicts += first != (our_id, golden_id)
    return Agreement(len(golden), len(ours), same, conflicts, largest)


def _same_boxes(left: Array, right: Array, tolerance: float) -> list[tuple[int, int, float]]:
    """Pairs of rows that differ by at most `tolerance` in every column, the nearest first, each row once."""
    differences = np.abs(left[:, None] - right[None]).max(axis=2)
    rows, columns = np.nonzero(differences <= tolerance)
    pairs = []
    used_rows: set[int] = set()
    used_columns: set[int] = set()
    for k in np.argsort(differences[rows, columns], kind="stable"):
        row, column = int(rows[k]), int(columns[k])
        if row not in used_rows and column not in used_columns:
            used_rows.add(row)
            used_columns.add(column)
            pairs.append((row, column, float(differences[row, column])))
    return pairs
