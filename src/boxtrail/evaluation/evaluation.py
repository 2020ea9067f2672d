"""What an evaluation found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from boxtrail.errors import require
from boxtrail.evaluation.provenance import Provenance
from boxtrail.evaluation.scores import Metrics, Scores, total
from boxtrail.evaluation.timeline import Timeline

OVERALL = "OVERALL"


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Metrics of every sequence, every class and all together, by TrackEval's names.

    Attributes:
        scores: what was counted, by sequence and class; these add.
        timelines: who followed whom and when, by sequence and class.
        provenance: from what and by which rules, where :func:`boxtrail.evaluation.evaluate` found the scores.
        overall: over all sequences and classes, every box counting alike.
        sequences: one sequence each, over its classes.
        classes: one class each, over the sequences.
    """

    scores: Mapping[str, Mapping[str, Scores]]
    timelines: Mapping[str, Mapping[str, Timeline]] = field(default_factory=dict)
    provenance: Provenance | None = None
    overall: Metrics = field(init=False)
    sequences: Mapping[str, Metrics] = field(init=False)
    classes: Mapping[str, Metrics] = field(init=False)

    def __post_init__(self) -> None:
        sequences = {
            name: total(by_class.values()).metrics(single=len(by_class) == 1)
            for name, by_class in self.scores.items()
        }
        by_class: dict[str, list[Scores]] = {}
        for found in self.scores.values():
            for name, scores in found.items():
                by_class.setdefault(name, []).append(scores)
        classes = {name: total(scores).metrics() for name, scores in by_class.items()}
        everything = total(scores for found in self.scores.values() for scores in found.values())
        object.__setattr__(self, "sequences", sequences)
        object.__setattr__(self, "classes", classes)
        object.__setattr__(self, "overall", everything.metrics())

    def __repr__(self) -> str:
        return f"Evaluation({len(self.sequences)} sequences, {len(self.classes)} classes, overall {self.overall!r})"

    def metrics(self, sequence: str, name: str) -> Metrics:
        """One class in one sequence.

        Raises:
            KeyError: for a sequence or class that was not evaluated.
        """
        return self.scores[sequence][name].metrics(single=True)

    def to_dict(self) -> dict[str, Any]:
        """For JSON: ``overall``, ``sequences`` and ``classes``, with HOTA's curves."""
        return {
            "overall": self.overall.to_dict(),
            "sequences": {name: metrics.to_dict() for name, metrics in self.sequences.items()},
            "classes": {name: metrics.to_dict() for name, metrics in self.classes.items()},
        }

    def to_pandas(self) -> Any:
        """A ``pandas.DataFrame`` with a row a sequence and one more, ``OVERALL``, and a column a metric.

        Raises:
            MissingExtraError: without pandas.
        """
        pandas = require("pandas", "eval", "a table of the metrics")
        rows = {
            **{name: dict(metrics) for name, metrics in self.sequences.items()},
            OVERALL: dict(self.overall),
        }
        return pandas.DataFrame.from_dict(rows, orient="index")

    def save_json(self, path: str | Path) -> None:
        """Write :meth:`to_dict` to ``path``.

        Raises:
            SinkError: if the file cannot be written.
        """
        from boxtrail.evaluation.saving import write_text

        write_text(path, json.dumps(self.to_dict(), indent=1) + "\n")

    def save_csv(self, path: str | Path, *, name: str = "tracker") -> None:
        """Write a row a sequence and class; ``name`` is the tracker's, in the first column.

        Raises:
            SinkError: if the file cannot be written.
        """
        from boxtrail.evaluation.saving import save_csv

        save_csv(path, {name: self})

    def save_html(self, path: str | Path, *, name: str = "tracker") -> None:
        """Write a report with tables and plots, one file that needs no network; ``name`` is the tracker's.

        :func:`boxtrail.evaluation.report.save_report` writes one of several trackers.

        Raises:
            MissingExtraError: without jinja2 and plotly.
            SinkError: if the file cannot be written.
        """
        from boxtrail.evaluation.report import save_report

        save_report(path, {name: self})


__all__ = ["OVERALL", "Evaluation"]
