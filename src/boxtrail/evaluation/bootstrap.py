"""How sure a score is, and whether one tracker beats another: resampling of sequences.

B. Efron and R. Tibshirani, "An Introduction to the Bootstrap", 1993. A resample draws as many sequences as there are,
with replacement; what was counted in them is added up and the metrics are taken of the sum, as for the real total.
Trackers are compared on the same resamples, so that a sequence that is hard for both does not hide a difference.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import combinations
from typing import Any

import numpy as np

from boxtrail.errors import ConfigError, InvalidInputError
from boxtrail.evaluation.clear import Clear
from boxtrail.evaluation.columns import Column, choose_columns
from boxtrail.evaluation.counts import Counts
from boxtrail.evaluation.evaluation import Evaluation
from boxtrail.evaluation.hota import ALPHAS, Hota
from boxtrail.evaluation.identity import Identity
from boxtrail.evaluation.scores import Scores, total
from boxtrail.evaluation.verdict import Difference, Interval
from boxtrail.io.formats.rows import FloatArray

METHODS = ("percentile", "bca")
METRICS = ("HOTA", "DetA", "AssA", "MOTA", "IDF1")
FEW = 10  # sequences; over fewer an interval is rather too narrow than too wide
_BATCH = 20_000  # resamples at a time, which bounds the memory
_HOTA, _CLEAR, _IDENTITY, _COUNTS = (
    [field.name for field in fields(kind)] for kind in (Hota, Clear, Identity, Counts)
)


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """A metric of all sequences, of B resamples (B,), and without one sequence at a time (S,)."""

    estimate: float
    drawn: FloatArray
    left_out: FloatArray

    def __sub__(self, other: Samples) -> Samples:
        return Samples(
            self.estimate - other.estimate, self.drawn - other.drawn, self.left_out - other.left_out
        )


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Intervals of every tracker, and of the difference of every two.

    Attributes:
        intervals: by tracker and metric.
        differences: of every two trackers in every metric, the tracker with the better score first.
        sequences: how many were drawn from.
        resamples, confidence, method, seed: as asked for.
    """

    intervals: Mapping[str, Mapping[str, Interval]]
    differences: Sequence[Difference]
    sequences: int
    resamples: int
    confidence: float
    method: str
    seed: int

    def of_the_best(self) -> list[Difference]:
        """In every metric, the best tracker beside each of the others: what people ask first."""
        best: dict[str, str] = {}
        for difference in self.differences:  # the best tracker is the first of the first pair
            best.setdefault(difference.metric, difference.first)
        return [found for found in self.differences if found.first == best[found.metric]]

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "sequences": self.sequences,
            "resamples": self.resamples,
            "confidence": self.confidence,
            "method": self.method,
            "seed": self.seed,
            "intervals": {
                tracker: {name: asdict(interval) for name, interval in by_metric.items()}
                for tracker, by_metric in self.intervals.items()
            },
            "differences": [
                {**asdict(difference), "verdict": difference.sentence()} for difference in self.differences
            ],
        }


def bootstrap(
    evaluations: Evaluation | Mapping[str, Evaluation],
    *,
    metrics: Sequence[str] = METRICS,
    resamples: int = 10_000,
    confidence: float = 0.95,
    method: str = "percentile",
    seed: int = 0,
) -> Bootstrap:
    """Confidence intervals over sequences, and paired comparisons of trackers.

    Over few sequences, ten or less, intervals are rather too narrow than too wide, whatever the method. With several
    trackers and metrics, one comparison in twenty is wrong at a confidence of 0.95 where nothing differs.

    Args:
        evaluations: of one tracker, or of several by name, over the same sequences.
        metrics: TrackEval's names.
        resamples: 100 to 1,000,000.
        confidence: in (0, 1), share of intervals that hold the truth.
        method: ``"percentile"``: quantiles of the resamples; ``"bca"``: the same, corrected for bias and skew by
            leaving out one sequence at a time.
        seed: the same gives the same intervals.

    Raises:
        InvalidInputError: for a single sequence, or sequences that differ between trackers.
        ConfigError: for an option out of its range, or an unknown metric.
    """
    _check(resamples, confidence, method)
    named = {"tracker": evaluations} if isinstance(evaluations, Evaluation) else dict(evaluations)
    columns = choose_columns(metrics)
    names = _common_sequences(named)
    found = {
        tracker: _sampled(evaluation, names, columns, resamples, seed)
        for tracker, evaluation in named.items()
    }
    intervals = {
        tracker: {name: _interval(samples, confidence, method) for name, samples in by_metric.items()}
        for tracker, by_metric in found.items()
    }
    differences = []
    for column in columns:
        sign = -1.0 if column.better == "lower" else 1.0
        samples = {tracker: by_metric[column.name] for tracker, by_metric in found.items()}
        for first, second in combinations(sorted(samples, key=lambda t: -sign * samples[t].estimate), 2):
            apart = samples[first] - samples[second]
            ahead = float(np.mean(sign * apart.drawn > 0.0) + 0.5 * np.mean(apart.drawn == 0.0))
            interval = _interval(apart, confidence, method)
            differences.append(
                Difference(column.name, first, second, interval, ahead, confidence, len(names))
            )
    return Bootstrap(intervals, differences, len(names), resamples, confidence, method, seed)


def _check(resamples: int, confidence: float, method: str) -> None:
    if not 100 <= resamples <= 1_000_000:
        raise ConfigError(f"resamples must lie in 100 to 1,000,000, not {resamples}")
    if not 0.0 < confidence < 1.0:
        raise ConfigError(f"confidence must lie in (0, 1), not {confidence}")
    if method not in METHODS:
        raise ConfigError(f"unknown method {method!r}; there are {', '.join(METHODS)}")


def _common_sequences(evaluations: Mapping[str, Evaluation]) -> list[str]:
    """The sequences, which all trackers must have."""
    (first, names), *others = ((tracker, list(found.scores)) for tracker, found in evaluations.items())
    for tracker, theirs in others:
        odd = sorted(set(names) ^ set(theirs))
        if odd:
            raise InvalidInputError(
                f"{first} and {tracker} were not scored on the same sequences: {odd[0]!r} is in one of them alone"
            )
    if len(names) < 2:
        raise InvalidInputError(
            f"bootstrap draws from sequences, and there is only {names[0]!r}; score two or more"
            if names
            else "bootstrap draws from sequences, and there are none"
        )
    return names


def _vector(scores: Scores) -> FloatArray:
    """All sums of a sequence in a row."""
    return np.concatenate(
        [getattr(scores.hota, name) for name in _HOTA]
        + [np.array([getattr(scores.clear, name) for name in _CLEAR], dtype=np.float64)]
        + [np.array([getattr(scores.identity, name) for name in _IDENTITY], dtype=np.float64)]
        + [np.array([getattr(scores.counts, name) for name in _COUNTS], dtype=np.float64)]
    )


def _values(sums: FloatArray, columns: Sequence[Column]) -> dict[str, FloatArray]:
    """Metrics (B,) of the rows (B, D) of sums.

    Raises:
        ConfigError: for a metric that is none of sums.
    """
    curves, rest = np.split(sums, [len(_HOTA) * len(ALPHAS)], axis=1)
    hota = Hota(*np.moveaxis(curves.reshape(len(sums), len(_HOTA), len(ALPHAS)), 1, 0))
    counted: Any = list(rest.T)  # arrays in place of numbers
    clear, counted = Clear(*counted[: len(_CLEAR)]), counted[len(_CLEAR) :]
    identity, counts = Identity(*counted[: len(_IDENTITY)]), Counts(*counted[len(_IDENTITY) :])
    found: dict[str, Any] = {**hota.metrics(), **clear.metrics(), **identity.metrics(), **counts.metrics()}
    for column in columns:
        if column.name not in found:
            raise ConfigError(
                f"{column.title} ranks tracks over all sequences; the bootstrap knows sums alone"
            )
    return {column.name: np.asarray(found[column.name], dtype=np.float64) for column in columns}


def _sampled(
    evaluation: Evaluation, names: Sequence[str], columns: Sequence[Column], resamples: int, seed: int
) -> dict[str, Samples]:
    """Metrics of the resamples; every tracker sees the same draws, as the seed is the same."""
    sums = np.stack([_vector(total(evaluation.scores[name].values())) for name in names])
    rng, size = np.random.default_rng(seed), len(names)
    parts = []
    for begin in range(0, resamples, _BATCH):
        draws = rng.multinomial(size, np.full(size, 1.0 / size), min(_BATCH, resamples - begin))
        parts.append(_values(draws.astype(np.float64) @ sums, columns))
    whole, left_out = (
        _values(np.sum(sums, axis=0, keepdims=True), columns),
        _values((1.0 - np.eye(size)) @ sums, columns),
    )
    return {
        column.name: Samples(
            float(whole[column.name][0]),
            np.concatenate([part[column.name] for part in parts]),
            left_out[column.name],
        )
        for column in columns
    }


def _interval(samples: Samples, confidence: float, method: str) -> Interval:
    levels = [0.5 - 0.5 * confidence, 0.5 + 0.5 * confidence]
    if method == "bca" and np.ptp(samples.drawn) > 0.0:
        levels = _corrected(levels, samples)
    low, high = np.quantile(samples.drawn, levels)
    return Interval(samples.estimate, float(low), float(high))


def _corrected(levels: list[float], samples: Samples) -> list[float]:
    """Levels of quantiles, moved for bias and skew (Efron and Tibshirani, equations 14.10, 14.14 and 14.15)."""
    from statistics import NormalDist  # brings decimal and fractions, which take time to load

    normal = NormalDist()
    below = float(
        np.mean(samples.drawn < samples.estimate) + 0.5 * np.mean(samples.drawn == samples.estimate)
    )
    edge = 0.5 / len(samples.drawn)
    bias = normal.inv_cdf(min(max(below, edge), 1.0 - edge))
    away = samples.left_out.mean() - samples.left_out
    spread = float(np.sum(away**2)) ** 1.5
    skew = float(np.sum(away**3)) / (6.0 * spread) if spread > 0.0 else 0.0
    shifted = [bias + normal.inv_cdf(level) for level in levels]
    return [normal.cdf(bias + z / (1.0 - skew * z)) for z in shifted]


__all__ = ["FEW", "METHODS", "METRICS", "Bootstrap", "bootstrap"]
