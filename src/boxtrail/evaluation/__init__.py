"""Scoring tracks: HOTA, CLEAR, Identity and counts, equal to the official kits'."""

from __future__ import annotations

from boxtrail.evaluation.clear import Clear
from boxtrail.evaluation.counts import Counts
from boxtrail.evaluation.evaluate import evaluate
from boxtrail.evaluation.evaluation import Evaluation
from boxtrail.evaluation.hota import ALPHAS, Hota
from boxtrail.evaluation.identity import Identity
from boxtrail.evaluation.scores import Metrics, Scores
from boxtrail.io.formats.rows import SequenceRows

__all__ = [
    "ALPHAS",
    "Clear",
    "Counts",
    "Evaluation",
    "Hota",
    "Identity",
    "Metrics",
    "Scores",
    "SequenceRows",
    "evaluate",
]
