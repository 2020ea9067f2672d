"""Intervals over sequences: worked out by hand, beside SciPy's, and by how often they hold the truth."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from boxtrail.errors import ConfigError, InvalidInputError
from boxtrail.evaluation import (
    ALPHAS,
    Bootstrap,
    Clear,
    Counts,
    Evaluation,
    Hota,
    Identity,
    Interval,
    Scores,
    SequenceRows,
    bootstrap,
    evaluate,
)
from boxtrail.evaluation.columns import COLUMNS
from boxtrail.evaluation.scores import total
from evaluation.cases import random_rows, table

GOOD, BAD = table(*["x@0"] * 4), table(*["x@90"] * 4)
TRUTH = table(*["a@0"] * 4)


def found(*predictions: SequenceRows) -> Evaluation:
    names = [f"s{number}" for number in range(len(predictions))]
    truth: Mapping[str, SequenceRows] = dict.fromkeys(names, TRUTH)
    return evaluate(truth, dict(zip(names, predictions, strict=True)), preprocess="none")


def random_evaluation(seed: int, num_sequences: int) -> Evaluation:
    rng = np.random.default_rng(seed)
    truth = {f"s{k}": random_rows(rng, "box", 20, 6, False) for k in range(num_sequences)}
    prediction = {name: random_rows(rng, "box", 20, 6, False) for name in truth}
    return evaluate(truth, prediction, preprocess="none")


def bernoulli(counts: np.ndarray, length: int) -> Evaluation:
    """Sequences of ``length`` frames with one object each, found in ``counts`` of them."""
    nothing = Hota(*np.zeros((7, len(ALPHAS))))
    return Evaluation(
        {
            f"s{k}": {
                "all": Scores(
                    nothing,
                    Clear(count, length - count, 0, 0, 0, 0, 1, 0, float(count), length),
                    Identity(count, length - count, 0),
                    Counts(length, 1, count, 1, length),
                )
            }
            for k, count in enumerate(counts.tolist())
        }
    )


def test_two_sequences_have_the_three_totals_one_can_count_on_fingers() -> None:
    # Draws are both good (1/4), both bad (1/4), one of each (1/2): recalls 1, 0 and 1/2.
    evaluation = found(GOOD, BAD)
    wide = bootstrap(evaluation, metrics=["CLR_Re", "IDSW", "CLR_FN"], confidence=0.9)
    assert wide.intervals["tracker"] == {
        "CLR_Re": Interval(0.5, 0.0, 1.0),
        "IDSW": Interval(0.0, 0.0, 0.0),
        "CLR_FN": Interval(4.0, 0.0, 8.0),
    }
    narrow = bootstrap(evaluation, metrics=["CLR_Re"], confidence=0.4)
    assert narrow.intervals["tracker"]["CLR_Re"] == Interval(0.5, 0.5, 0.5)


def test_a_resample_is_the_sum_of_the_sequences_that_were_drawn() -> None:
    evaluation = random_evaluation(1, 3)
    names = [name for name, column in COLUMNS.items() if not name.startswith(("AP_", "AR_"))]
    outcome = bootstrap(evaluation, metrics=names, resamples=100, seed=5, confidence=0.98)
    draws = np.random.default_rng(5).multinomial(3, np.full(3, 1.0 / 3.0), 100)
    parts = [total(by_class.values()) for by_class in evaluation.scores.values()]
    sums = [
        total([part for part, count in zip(parts, draw, strict=True) for _ in range(count)]) for draw in draws
    ]
    metrics = [scores.metrics() for scores in sums]
    for name in names:
        interval = outcome.intervals["tracker"][name]
        low, high = np.quantile([found[name] for found in metrics], [0.01, 0.99])
        assert interval.low == pytest.approx(low, abs=1e-12), name
        assert interval.high == pytest.approx(high, abs=1e-12), name
        assert interval.estimate == pytest.approx(evaluation.overall[name], abs=1e-12), name


def test_the_same_seed_gives_the_same_intervals_and_another_others() -> None:
    evaluation = random_evaluation(2, 5)
    first, second, third = (bootstrap(evaluation, resamples=200, seed=seed).to_dict() for seed in (3, 3, 4))
    assert first == second
    assert first["intervals"] != third["intervals"]


def test_more_resamples_than_fit_at_once_are_drawn_on() -> None:
    evaluation = found(GOOD, BAD)
    assert (
        bootstrap(evaluation, metrics=["CLR_Re"], resamples=20_001).intervals["tracker"]["CLR_Re"].low == 0.0
    )


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_intervals_are_those_of_scipy(method: str) -> None:
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(8)
    counts = rng.integers(0, 21, 12)
    ours = bootstrap(bernoulli(counts, 20), metrics=["CLR_Re"], method=method, resamples=20_000)
    theirs = stats.bootstrap(
        (counts / 20.0,), np.mean, method={"bca": "BCa"}.get(method, method), n_resamples=20_000, rng=1
    ).confidence_interval
    interval = ours.intervals["tracker"]["CLR_Re"]
    assert (interval.low, interval.high) == pytest.approx((theirs.low, theirs.high), abs=0.01)


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_an_interval_holds_the_truth_about_as_often_as_it_says(method: str) -> None:
    rng = np.random.default_rng(6)
    shares = rng.beta(6.0, 3.0, (150, 25))  # recalls of sequences, whose mean is 2/3
    hits = 0
    for row in shares:
        evaluation = bernoulli(np.rint(20.0 * row).astype(int), 20)
        outcome = bootstrap(evaluation, metrics=["CLR_Re"], confidence=0.9, resamples=500, method=method)
        interval = outcome.intervals["tracker"]["CLR_Re"]
        hits += interval.low <= 2.0 / 3.0 <= interval.high
    assert 0.82 <= hits / len(shares) <= 0.96


class TestComparison:
    def compared(self, **predictions: Evaluation) -> Bootstrap:
        return bootstrap(predictions, metrics=["CLR_Re", "CLR_FN"], resamples=2000)

    def test_who_is_better_in_every_sequence_wins_however_they_vary(self) -> None:
        # Recalls vary from 0.2 to 1, which hides a difference of 0.1 unless the draws are the same.
        counts = np.array([4, 8, 12, 16, 18])
        a, b = bernoulli(counts + 2, 20), bernoulli(counts, 20)
        outcome = self.compared(b=b, a=a)
        recall, missed = outcome.differences
        assert (recall.first, recall.second) == ("a", "b")
        assert recall.interval == Interval(pytest.approx(0.1), pytest.approx(0.1), pytest.approx(0.1))  # type: ignore[arg-type]
        assert recall.probability == 1.0
        assert recall.sentence() == "a beats b in Recall by 10.00 points (95 % interval 10.00 to 10.00)."
        assert (missed.first, missed.interval.estimate) == ("a", -10.0)
        assert missed.sentence() == "a beats b in FN by 10 (95 % interval 10 to 10)."
        wide = outcome.intervals["a"]["CLR_Re"]
        assert wide.high - wide.low > 0.3

    def test_who_wins_one_and_loses_one_does_not_beat(self) -> None:
        a, b = found(GOOD, BAD, GOOD), found(BAD, GOOD, BAD)
        recall = self.compared(a=a, b=b).differences[0]
        assert not recall.is_clear
        assert 0.5 < recall.probability < 1.0
        assert "3 sequences do not tell them apart" in recall.sentence()

    def test_equal_trackers_are_called_equal(self) -> None:
        recall = self.compared(a=found(GOOD, BAD), b=found(GOOD, BAD)).differences[0]
        assert recall.sentence() == "a and b have the same Recall whichever sequences are drawn."
        assert recall.probability == 0.5
        assert not recall.is_clear

    def test_every_two_of_three_are_compared(self) -> None:
        outcome = self.compared(a=found(BAD, BAD), b=found(GOOD, GOOD), c=found(GOOD, BAD))
        pairs = [(found.first, found.second) for found in outcome.differences if found.metric == "CLR_Re"]
        assert pairs == [("b", "c"), ("b", "a"), ("c", "a")]
        best = [(found.metric, found.first, found.second) for found in outcome.of_the_best()]
        assert best == [(name, "b", other) for name in ("CLR_Re", "CLR_FN") for other in ("c", "a")]

    def test_other_sequences_are_refused_by_name(self) -> None:
        with pytest.raises(InvalidInputError, match=r"a and b .* 's2' is in one of them"):
            self.compared(a=found(GOOD, BAD), b=found(GOOD, BAD, BAD))


def test_a_single_sequence_is_refused_in_words() -> None:
    with pytest.raises(InvalidInputError, match="there is only 's0'; score two or more"):
        bootstrap(found(GOOD))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"resamples": 99}, "resamples must lie in 100 to 1,000,000, not 99"),
        ({"confidence": 1.0}, "confidence must lie in"),
        ({"method": "bac"}, "unknown method 'bac'; there are percentile, bca"),
        ({"metrics": ["HTA"]}, "unknown metric 'HTA'; did you mean 'HOTA'"),
        ({"metrics": ["AP_all"]}, "AP all ranks tracks over all sequences"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        bootstrap(found(GOOD, BAD), **options)  # type: ignore[arg-type]


def test_every_metric_has_a_column_that_says_what_it_is() -> None:
    evaluation = evaluate(TRUTH, GOOD, preprocess="none", track_map=True)
    assert set(evaluation.overall) == set(COLUMNS)
    assert all(column.meaning.endswith(".") for column in COLUMNS.values())
    assert COLUMNS["AP_area_s"].show(-1.0) == "–"
    assert COLUMNS["HOTA"].show(0.54932) == "54.93"
    assert COLUMNS["GT_Dets"].show(12345) == "12,345"
