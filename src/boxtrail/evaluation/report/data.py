"""What the plots of the report are drawn from, for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from boxtrail.evaluation.columns import COLUMNS
from boxtrail.evaluation.evaluation import Evaluation
from boxtrail.evaluation.hota import ALPHAS
from boxtrail.evaluation.scores import Metrics
from boxtrail.evaluation.timeline import Timeline

CURVES = ("HOTA", "DetA", "AssA")
BARS = (
    "HOTA",
    "DetA",
    "AssA",
    "MOTA",
    "IDF1",
    "LocA",
    "CLR_Re",
    "CLR_Pr",
    "IDSW",
    "Frag",
    "CLR_FP",
    "CLR_FN",
)
RADAR = ("HOTA", "DetA", "AssA", "LocA", "MOTA", "IDF1", "CLR_Re", "CLR_Pr")
EXACT = 2**53  # JavaScript's whole numbers end here


def plot_data(evaluations: Mapping[str, Evaluation]) -> dict[str, Any]:
    """Metrics, curves and timelines by tracker, sequence and class."""
    return {
        "alphas": [round(float(alpha), 2) for alpha in ALPHAS],
        "columns": {
            name: {
                "title": COLUMNS[name].title,
                "unit": COLUMNS[name].unit,
                "meaning": COLUMNS[name].meaning,
            }
            for name in BARS
        },
        "bars": list(BARS),
        "radar": list(RADAR),
        "sequences": list(dict.fromkeys(name for found in evaluations.values() for name in found.sequences)),
        "trackers": [_tracker(name, found) for name, found in evaluations.items()],
    }


def _tracker(name: str, found: Evaluation) -> dict[str, Any]:
    return {
        "name": name,
        "overall": _metrics(found.overall),
        "sequences": {sequence: _metrics(metrics) for sequence, metrics in found.sequences.items()},
        "timelines": {
            sequence: {label: _timeline(timeline) for label, timeline in by_class.items()}
            for sequence, by_class in found.timelines.items()
        },
    }


def _metrics(metrics: Metrics) -> dict[str, Any]:
    return {
        "values": {name: metrics[name] for name in dict.fromkeys((*BARS, *RADAR))},
        "curves": {name: np.round(metrics.curves[name], 6).tolist() for name in CURVES},
    }


def _timeline(found: Timeline) -> dict[str, Any]:
    """Pieces by column; ``ids`` is null where a track is missed, marks are places of pieces."""
    return {
        "tracks": [_exact(value) for value in found.tracks.tolist()],
        "first": found.first.tolist(),
        "last": found.last.tolist(),
        "ids": [
            _exact(value) if matched else None
            for value, matched in zip(found.predictions.tolist(), found.matched.tolist(), strict=True)
        ],
        "switches": np.flatnonzero(found.switches).tolist(),
        "fragmentations": np.flatnonzero(found.fragmentations).tolist(),
    }


def _exact(value: int) -> int | str:
    return value if -EXACT < value < EXACT else str(value)


__all__ = ["BARS", "CURVES", "RADAR", "plot_data"]
