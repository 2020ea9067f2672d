"""The metrics of one or several trackers as rows: by sequence, by class, and overall."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from boxtrail.evaluation.columns import Column
from boxtrail.evaluation.evaluation import OVERALL, Evaluation
from boxtrail.evaluation.scores import Metrics


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """What all trackers reached on the same boxes.

    Attributes:
        kind: ``"sequence"``: a sequence over its classes, ``"class"``: a class over the sequences, ``"overall"``.
        name: of the sequence or class, or ``"OVERALL"``.
        metrics: by tracker.
    """

    kind: Literal["sequence", "class", "overall"]
    name: str
    metrics: Mapping[str, Metrics]

    def best(self, column: Column) -> set[str]:
        """Trackers whose shown value is the best; none where there is nothing to compare."""
        if len(self.metrics) < 2 or not column.better:
            return set()
        shown = {tracker: column.show(found[column.name]) for tracker, found in self.metrics.items()}
        pick = max if column.better == "higher" else min
        winner = pick(self.metrics, key=lambda tracker: self.metrics[tracker][column.name])
        winners = {tracker for tracker, text in shown.items() if text == shown[winner]}
        return winners if len(winners) < len(shown) else set()


def blocks(evaluations: Mapping[str, Evaluation]) -> list[Block]:
    """Every sequence, every class where there are several, and all together, of all trackers."""
    out = [
        Block("sequence", name, _of(evaluations, "sequences", name))
        for name in _names(evaluations, "sequences")
    ]
    classes = _names(evaluations, "classes")
    if len(classes) > 1:
        out += [Block("class", name, _of(evaluations, "classes", name)) for name in classes]
    return [*out, Block("overall", OVERALL, {name: found.overall for name, found in evaluations.items()})]


def csv_rows(evaluations: Mapping[str, Evaluation]) -> Iterator[list[str | float]]:
    """A header and rows ``tracker, sequence, class, metric, …``: each class of each sequence, each sequence, each
    class, and all; what is over all sequences or classes is ``OVERALL``. Values are fractions and counts."""
    everything = [found.overall for found in evaluations.values()]
    everything += [metrics for found in evaluations.values() for metrics in found.sequences.values()]
    names = list(dict.fromkeys(name for metrics in everything for name in metrics))
    yield ["tracker", "sequence", "class", *names]
    for tracker, found in evaluations.items():
        for sequence, by_class in found.scores.items():
            if len(found.classes) > 1:
                for name in by_class:
                    yield [tracker, sequence, name, *_values(found.metrics(sequence, name), names)]
            yield [tracker, sequence, OVERALL, *_values(found.sequences[sequence], names)]
        for name, metrics in found.classes.items():
            yield [tracker, OVERALL, name, *_values(metrics, names)]
        yield [tracker, OVERALL, OVERALL, *_values(found.overall, names)]


def _values(metrics: Metrics, names: Sequence[str]) -> list[str | float]:
    return [metrics.get(name, "") for name in names]


def _names(evaluations: Mapping[str, Evaluation], what: Literal["sequences", "classes"]) -> list[str]:
    return list(dict.fromkeys(name for found in evaluations.values() for name in getattr(found, what)))


def _of(
    evaluations: Mapping[str, Evaluation], what: Literal["sequences", "classes"], name: str
) -> dict[str, Metrics]:
    return {
        tracker: getattr(found, what)[name]
        for tracker, found in evaluations.items()
        if name in getattr(found, what)
    }


__all__ = ["Block", "blocks", "csv_rows"]
