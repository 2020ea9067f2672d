"""Every metric on sequences small enough to work out by hand; boxes are equal or apart, so similarity is 1 or 0."""

from __future__ import annotations

import math

import numpy as np
import pytest

from boxtrail.evaluation import Evaluation, Metrics, SequenceRows, evaluate
from evaluation.cases import table

BACKENDS = ["cpp", "python"]
NOTHING = table("", "", "", "")


def scored(truth: SequenceRows, prediction: SequenceRows, backend: str) -> Metrics:
    return evaluate(truth, prediction, backend=backend).sequences["sequence"]


def assert_values(metrics: Metrics, **expected: float) -> None:
    assert {name: metrics[name] for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_perfect_prediction_has_one_in_every_share(backend: str) -> None:
    truth = table("a@0 b@50", "a@0 b@50", "a@0")
    metrics = scored(truth, truth, backend)
    for name in ("HOTA", "DetA", "AssA", "LocA", "OWTA", "MOTA", "MOTP", "sMOTA", "IDF1", "CLR_F1", "MTR"):
        assert metrics[name] == pytest.approx(1.0), name
    assert_values(metrics, Dets=5, GT_Dets=5, IDs=2, GT_IDs=2, Frames=3, CLR_Frames=3, IDSW=0, Frag=0, MT=2)


@pytest.mark.parametrize("backend", BACKENDS)
def test_two_tracks_that_swap_are_two_switches(backend: str) -> None:
    truth = table("a@0 b@50", "a@0 b@50", "a@0 b@50", "a@0 b@50")
    metrics = scored(truth, table("x@0 y@50", "x@0 y@50", "y@0 x@50", "y@0 x@50"), backend)
    # Every pair of tracks is together in 2 of 4 + 4 − 2 boxes, so AssA = 1/3; all boxes are found.
    assert_values(metrics, IDSW=2, Frag=0, CLR_TP=8, MOTA=1 - 2 / 8, MODA=1.0, MOTAL=1 - math.log10(2) / 8)
    assert_values(metrics, DetA=1.0, AssA=1 / 3, HOTA=math.sqrt(1 / 3), AssRe=0.5, AssPr=0.5)
    assert_values(metrics, IDTP=4, IDFN=4, IDFP=4, IDF1=0.5, MT=2)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_track_found_again_is_one_fragmentation(backend: str) -> None:
    truth = table(*["a@0"] * 5)
    metrics = scored(truth, table("x@0", "x@0", "y@90", "x@0", "x@0"), backend)
    assert_values(metrics, Frag=1, IDSW=0, CLR_TP=4, CLR_FN=1, CLR_FP=1, MOTA=3 / 5, MODA=3 / 5, PT=1, MT=0)
    assert_values(metrics, DetA=4 / 6, DetRe=4 / 5, DetPr=4 / 5, AssA=4 / 5, AssRe=4 / 5, AssPr=1.0)
    assert_values(metrics, OWTA=math.sqrt(4 / 5 * 4 / 5), HOTA=math.sqrt(4 / 6 * 4 / 5), IDTP=4, IDF1=4 / 5)
    assert_values(metrics, FP_per_frame=1 / 5, CLR_Re=4 / 5, CLR_Pr=4 / 5, CLR_F1=4 / 5)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_gap_without_any_prediction_in_the_frame_is_no_fragmentation(backend: str) -> None:
    """The official kit skips frames that have boxes on one side alone."""
    assert_values(scored(table("a@0", "a@0", "a@0"), table("x@0", "", "x@0"), backend), Frag=0, CLR_FN=1)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_track_that_changes_its_id_halfway_is_one_switch(backend: str) -> None:
    metrics = scored(table("a@0", "a@0", "a@0", "a@0"), table("x@0", "x@0", "y@0", "y@0"), backend)
    assert_values(metrics, IDSW=1, MOTA=3 / 4, AssA=0.5, AssRe=0.5, AssPr=1.0, IDTP=2, IDF1=0.5, IDs=2)


@pytest.mark.parametrize("backend", BACKENDS)
def test_two_objects_merged_into_one_track_cost_recall_and_precision(backend: str) -> None:
    truth = table("a@0", "a@0", "b@50", "b@50")
    metrics = scored(truth, table("x@0", "x@0", "x@50", "x@50"), backend)
    # Both are always matched with x alone, so no switch; x belongs to either for half its boxes.
    assert_values(metrics, IDSW=0, MOTA=1.0, AssA=0.5, AssRe=1.0, AssPr=0.5, IDTP=2, IDR=0.5, IDP=0.5)


@pytest.mark.parametrize("backend", BACKENDS)
def test_similarity_decides_at_which_alphas_a_box_is_found(backend: str) -> None:
    # Boxes of 10 px that are 2 px apart overlap by 8 / 12 = 2/3: reached by the 13 alphas up to 0.65.
    metrics = scored(table("a@0", "a@0"), table("x@2", "x@2"), backend)
    assert metrics.curves["HOTA_TP"].tolist() == [2.0] * 13 + [0.0] * 6
    assert_values(metrics, HOTA=13 / 19, LocA=(13 * 2 / 3 + 6) / 19, MOTP=2 / 3, MOTA=1.0, sMOTA=2 / 3)
    assert_values(metrics, **{"HOTA(0)": 1.0, "LocA(0)": 2 / 3, "HOTALocA(0)": 2 / 3})
    strict = evaluate(table("a@0", "a@0"), table("x@2", "x@2"), threshold=0.7, backend=backend).overall
    assert_values(strict, MOTA=-1.0, IDF1=0.0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_last_frames_match_is_kept_although_another_overlaps_more(backend: str) -> None:
    metrics = scored(table("a@0", "a@0"), table("x@0", "x@3 y@0"), backend)
    assert_values(metrics, IDSW=0, CLR_FP=1, MOTP_sum=1 + 7 / 13)


@pytest.mark.parametrize("backend", BACKENDS)
def test_shares_of_a_track_decide_between_mostly_tracked_and_lost(backend: str) -> None:
    truth = table(*["a@0 b@50 c@100"] * 10)
    found = ["x@0 y@50 z@100"] + ["x@0 y@50"] + ["x@0"] * 7 + [""]
    assert_values(scored(truth, table(*found), backend), MT=1, PT=1, ML=1, MTR=1 / 3, PTR=1 / 3, MLR=1 / 3)


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_empty_prediction_misses_everything(backend: str) -> None:
    metrics = scored(table("a@0", "a@0"), NOTHING, backend)
    assert_values(metrics, HOTA=0.0, LocA=1.0, CLR_FN=2, IDFN=2, ML=1, MLR=1.0, MOTA=0.0, GT_Dets=2, Dets=0)


@pytest.mark.parametrize("backend", BACKENDS)
def test_an_empty_truth_makes_everything_a_mistake(backend: str) -> None:
    evaluation = evaluate(NOTHING, table("x@0", "x@0"), backend=backend)
    assert_values(evaluation.sequences["sequence"], CLR_FP=2, IDFP=2, MOTA=0.0, HOTA=0.0, GT_IDs=0, IDs=1)
    assert evaluation.overall["MOTA"] == -2.0  # in a total, the kit does not forgive an empty truth


@pytest.mark.parametrize("backend", BACKENDS)
def test_nothing_against_nothing_is_zero(backend: str) -> None:
    assert_values(scored(NOTHING, NOTHING, backend), HOTA=0.0, MOTA=0.0, IDF1=0.0, Frames=4)


def with_labels(rows: SequenceRows, *labels: int) -> SequenceRows:
    return SequenceRows(
        frames=rows.frames,
        ids=rows.ids,
        shapes=rows.shapes,
        labels=np.array(labels),
        num_frames=rows.num_frames,
    )


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_class_absent_on_one_side_is_scored_as_such(backend: str) -> None:
    truth = with_labels(table("a@0 b@50", "a@0 b@50"), 1, 2, 1, 2)
    prediction = with_labels(table("x@0 y@50", "x@0 y@50"), 1, 3, 1, 3)
    found: Evaluation = evaluate(truth, prediction, preprocess="none", backend=backend)
    assert list(found.classes) == ["1", "2", "3"]
    assert found.classes["1"]["HOTA"] == 1.0
    assert_values(found.classes["2"], CLR_FN=2, CLR_FP=0, GT_IDs=1, IDs=0)
    assert_values(found.classes["3"], CLR_FN=0, CLR_FP=2, GT_IDs=0, IDs=1)
    assert_values(found.overall, CLR_TP=2, CLR_FN=2, CLR_FP=2, GT_Dets=4, Dets=4)


def test_a_total_is_the_sum_of_its_sequences() -> None:
    pairs = {
        "one": (table("a@0", "a@0"), table("x@0", "y@0")),
        "two": (table("a@0 b@50"), table("x@0")),
    }
    found = evaluate(
        {name: pair[0] for name, pair in pairs.items()}, {name: pair[1] for name, pair in pairs.items()}
    )
    total = sum(found.scores[name]["pedestrian"] for name in pairs)
    assert not isinstance(total, int)
    assert dict(total.metrics()) == dict(found.overall)
    assert_values(found.overall, CLR_TP=3, CLR_FN=1, IDSW=1, GT_IDs=3, IDs=3, AssA=(2 * 0.5 + 1) / 3)
