"""All metrics of one class in one sequence, or of several added up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from boxtrail.evaluation.clear import Clear
from boxtrail.evaluation.columns import TITLES
from boxtrail.evaluation.counts import Counts
from boxtrail.evaluation.hota import ALPHAS, Hota
from boxtrail.evaluation.identity import Identity
from boxtrail.evaluation.track_map import TrackMap
from boxtrail.io.formats.rows import FloatArray


class Metrics(Mapping[str, float]):
    """TrackEval's names to fractions and counts; ``curves`` holds HOTA's over alpha (19,), and track mAP's (10,).

    What tables call a metric is understood, too: ``metrics["FP"]`` is ``metrics["CLR_FP"]``.
    """

    def __init__(self, values: Mapping[str, float], curves: Mapping[str, FloatArray]) -> None:
        self._values = {
            name: value.item() if isinstance(value, np.generic) else value for name, value in values.items()
        }
        self.curves = dict(curves)

    def __getitem__(self, name: str) -> float:
        return self._values[TITLES.get(name, name)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{name}={self[name]:.4g}" for name in ("HOTA", "DetA", "AssA", "MOTA", "IDF1", "IDSW")
        )
        return f"Metrics({shown}, …)"

    def to_dict(self) -> dict[str, Any]:
        """For JSON: the values, and the curves under ``"curves"``."""
        return {**self._values, "curves": {name: curve.tolist() for name, curve in self.curves.items()}}


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What was counted; ``sum(scores)`` is the total over sequences or classes."""

    hota: Hota
    clear: Clear
    identity: Identity
    counts: Counts
    track_map: TrackMap | None = None  # where it was asked for

    def __add__(self, other: Scores | int) -> Scores:
        if isinstance(other, int):  # sum() begins with 0
            return self
        return Scores(
            self.hota + other.hota,
            self.clear + other.clear,
            self.identity + other.identity,
            self.counts + other.counts,
            other.track_map if self.track_map is None else self.track_map + (other.track_map or 0),
        )

    __radd__ = __add__

    def metrics(self, *, single: bool = False) -> Metrics:
        """The metrics; ``single`` as the official kit reports one sequence, see :meth:`Clear.metrics`."""
        volumes = self.track_map.curves() if self.track_map is not None else {}
        return Metrics(
            {
                **self.hota.metrics(),
                **self.clear.metrics(single=single),
                **self.identity.metrics(),
                **self.counts.metrics(),
                **{name: float(np.mean(curve)) for name, curve in volumes.items()},
            },
            {**self.hota.curves(), **volumes},
        )


def total(scores: Iterable[Scores]) -> Scores:
    """The sum, also of nothing."""
    return sum(scores, _NOTHING)


_NOTHING = Scores(
    Hota(*np.zeros((7, len(ALPHAS)))),
    Clear(0, 0, 0, 0, 0, 0, 0, 0, 0.0, 0),
    Identity(0, 0, 0),
    Counts(0, 0, 0, 0, 0),
)

__all__ = ["Metrics", "Scores", "total"]
