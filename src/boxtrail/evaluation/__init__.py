"""Scoring tracks: HOTA, CLEAR, Identity and counts, equal to the official kits'."""

from __future__ import annotations

from boxtrail.evaluation.bootstrap import Bootstrap, bootstrap
from boxtrail.evaluation.clear import Clear
from boxtrail.evaluation.counts import Counts
from boxtrail.evaluation.evaluate import evaluate
from boxtrail.evaluation.evaluation import Evaluation
from boxtrail.evaluation.hota import ALPHAS, Hota
from boxtrail.evaluation.identity import Identity
from boxtrail.evaluation.provenance import Provenance
from boxtrail.evaluation.scores import Metrics, Scores
from boxtrail.evaluation.timeline import Timeline
from boxtrail.evaluation.verdict import Difference, Interval
from boxtrail.io.formats.rows import SequenceRows

__all__ = [
    "ALPHAS",
    "Bootstrap",
    "Clear",
    "Counts",
    "Difference",
    "Evaluation",
    "Hota",
    "Identity",
    "Interval",
    "Metrics",
    "Provenance",
    "Scores",
    "SequenceRows",
    "Timeline",
    "bootstrap",
    "evaluate",
]
