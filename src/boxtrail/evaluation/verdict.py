"""An interval, and what it says about two trackers."""

from __future__ import annotations

from dataclasses import dataclass

from boxtrail.evaluation.columns import COLUMNS


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and the ends of its confidence interval; shares are fractions."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Two trackers in one metric.

    Attributes:
        metric: TrackEval's name.
        first, second: trackers, the one with the better score first.
        interval: of the first one's score less the second one's.
        probability: share of the resamples in which the first is better; equal ones count half.
        confidence: of the interval.
        sequences: how many were drawn from.
    """

    metric: str
    first: str
    second: str
    interval: Interval
    probability: float
    confidence: float
    sequences: int

    @property
    def is_clear(self) -> bool:
        """Whether the first beats the second: the interval has no 0 in it."""
        return self.interval.low > 0.0 or self.interval.high < 0.0

    def sentence(self) -> str:
        """What to tell people."""
        column = COLUMNS[self.metric]
        unit = "points" if column.unit == "share" else ""
        by = f"{column.show(abs(self.interval.estimate))} {unit}".rstrip()
        if self.interval == Interval(0.0, 0.0, 0.0):
            return (
                f"{self.first} and {self.second} have the same {column.title} whichever sequences are drawn."
            )
        # Where less is better the difference is below 0; people read it as an advantage.
        flipped = column.better == "lower"
        low, high = (
            (-self.interval.high, -self.interval.low) if flipped else (self.interval.low, self.interval.high)
        )
        span = f"{100.0 * self.confidence:g} % interval {column.show(low)} to {column.show(high)}"
        if self.is_clear:
            return f"{self.first} beats {self.second} in {column.title} by {by} ({span})."
        return (
            f"{self.first} is {by} ahead of {self.second} in {column.title}, but {self.sequences} sequences do not "
            f"tell them apart ({span})."
        )


__all__ = ["Difference", "Interval"]
