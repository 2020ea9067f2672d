"""The default options beside the best ones: by how much, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from boxtrail.evaluation import Evaluation
from boxtrail.evaluation.bootstrap import bootstrap
from boxtrail.tuning.objectives import fewer_is_better

SHOWN = ("HOTA", "DetA", "AssA", "MOTA", "IDF1", "IDSW")
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Delta:
    """One metric, with the default options and with the best ones.

    Attributes:
        metric: its name.
        before, after: fractions or counts.
        low, high: the bootstrap's 95 % interval of ``after - before``, over sequences; None for a single sequence,
            which cannot tell.
    """

    metric: str
    before: float
    after: float
    low: float | None
    high: float | None

    @property
    def delta(self) -> float:
        """By how much it changed."""
        return self.after - self.before

    @property
    def verdict(self) -> str:
        """``"better"`` or ``"worse"`` if the whole interval says so, else ``"unclear"``."""
        if self.low is None or self.high is None or self.low <= 0.0 <= self.high:
            return "unclear"
        return "better" if (self.low > 0.0) is not fewer_is_better(self.metric) else "worse"

    def to_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "before": self.before,
            "after": self.after,
            "delta": self.delta,
            "interval": None if self.low is None else [self.low, self.high],
            "verdict": self.verdict,
        }


def compare(
    before: Evaluation, after: Evaluation, metrics: tuple[str, ...], *, seed: int = 0
) -> dict[str, Delta]:
    """The metrics of both, with intervals from whole sequences drawn again and again, the same for both sides."""
    intervals = _intervals(before, after, metrics, seed)
    return {
        name: Delta(name, float(before.overall[name]), float(after.overall[name]), *intervals[name])
        for name in metrics
    }


def shown(objectives: tuple[str, ...]) -> tuple[str, ...]:
    """The metrics to show: those searched for first."""
    return (*objectives, *(name for name in SHOWN if name not in objectives))


def _intervals(
    before: Evaluation, after: Evaluation, metrics: tuple[str, ...], seed: int
) -> dict[str, tuple[float | None, float | None]]:
    if len(before.scores) < 2:
        return dict.fromkeys(metrics, (None, None))
    drawn = bootstrap({"before": before, "after": after}, metrics=metrics, confidence=CONFIDENCE, seed=seed)
    found: dict[str, tuple[float | None, float | None]] = {}
    for one in drawn.differences:
        low, high = one.interval.low, one.interval.high
        found[one.metric] = (low, high) if one.first == "after" else (-high, -low)
    return found


__all__ = ["CONFIDENCE", "SHOWN", "Delta", "compare", "shown"]
