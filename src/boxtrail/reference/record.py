"""What one update decided and why, for whoever asks the tracker to explain itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.detections import Detections

FloatArray: TypeAlias = NDArray[np.float64]


class Named(Protocol):
    """A track with an id."""

    id: int


@dataclass(slots=True)
class Record:
    """Decisions of one update, in order; see :func:`note_stage` for the stages."""

    stages: list[dict[str, Any]] = field(default_factory=list)
    refusals: list[tuple[int, str, float, float]] = field(default_factory=list)  # row, gate, value, threshold
    births: list[tuple[int, int]] = field(default_factory=list)  # track, row
    deaths: list[tuple[int, str]] = field(default_factory=list)  # track, why

    def clear(self) -> None:
        """Forget the last update."""
        self.stages, self.refusals, self.births, self.deaths = [], [], [], []

    def to_dict(self) -> dict[str, Any]:
        """The decisions as plain data."""
        return {
            "stages": self.stages,
            "refusals": self.refusals,
            "births": self.births,
            "deaths": self.deaths,
        }


def note_stage(
    record: Record | None,
    stage: str,
    threshold: float,
    tracks: Sequence[Named],
    detections: Detections,
    similarity: FloatArray,
    pairs: Sequence[tuple[int, int]],
) -> None:
    """An association: who took part, how alike (N, M) they were, the similarity asked for, and who found whom."""
    if record is None:
        return
    ids, rows = [track.id for track in tracks], detections.rows.tolist()
    record.stages.append(
        {
            "stage": stage,
            "threshold": threshold,
            "tracks": ids,
            "detections": rows,
            "candidates": [
                (ids[i], rows[j], float(similarity[i, j])) for i, j in np.argwhere(similarity > 0.0)
            ],
            "matches": [(ids[i], rows[j]) for i, j in pairs],
        }
    )


def note_refusal(record: Record | None, row: int, gate: str, value: float, threshold: float) -> None:
    """A detection was kept out by an option."""
    if record is not None:
        record.refusals.append((int(row), gate, float(value), threshold))


def note_scores(record: Record | None, detections: Detections, gate: str, threshold: float) -> None:
    """Detections were kept out by their scores."""
    for row, score in zip(detections.rows, detections.scores, strict=True):
        note_refusal(record, row, gate, score, threshold)


def note_birth(record: Record | None, track: int, row: int) -> None:
    """A detection started a track."""
    if record is not None:
        record.births.append((track, row))


def note_death(record: Record | None, track: int, why: str) -> None:
    """A track ended."""
    if record is not None:
        record.deaths.append((track, why))
