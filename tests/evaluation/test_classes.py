"""Classes of what is scored: found, chosen, named, mapped; and the names of the metrics."""

from __future__ import annotations

import numpy as np
import pytest

from boxtrail.errors import InvalidInputError
from boxtrail.evaluation import SequenceRows, evaluate
from evaluation.cases import table


def labelled(*labels: int) -> list[list[float]]:
    return [[1, number, 50.0 * number, 0, 10, 10, 1, label] for number, label in enumerate(labels, 1)]


def test_classes_are_found_chosen_and_named() -> None:
    truth, prediction = labelled(1, 3, 20), labelled(1, 20, 20)
    assert list(evaluate(truth, prediction).classes) == ["1", "3", "20"]
    assert list(evaluate(truth, prediction, classes=[20, 1]).classes) == ["20", "1"]
    named = evaluate(truth, prediction, classes={20: "dog"})
    assert list(named.classes) == ["dog"]
    assert named.classes["dog"]["CLR_TP"] == 1


def test_pedestrians_of_motchallenge_are_called_persons_too() -> None:
    rows = labelled(1, 1)
    for name in ("pedestrian", "Person", 1):
        assert evaluate(rows, rows, preprocess="mot", classes=[name]).overall["CLR_TP"] == 2


def test_metrics_have_the_names_of_trackeval_and_those_of_the_tables() -> None:
    metrics = evaluate(table("a@0 b@50"), table("x@0 y@90")).overall
    assert (metrics["FP"], metrics["FN"], metrics["TP"]) == (1, 1, 1)
    assert metrics["FAF"] == metrics["FP_per_frame"] == 1.0
    assert (metrics["Recall"], metrics["Precision"]) == (metrics["CLR_Re"], metrics["CLR_Pr"])
    assert "FP" not in list(metrics)  # once is enough
    with pytest.raises(KeyError, match="HOTTA"):
        metrics["HOTTA"]


def test_sequences_are_scored_by_one_set_of_rules_although_one_is_empty() -> None:
    truth = {"full": labelled(1, 3), "empty": labelled(1, 3)}
    found = evaluate(truth, {"full": labelled(1, 3), "empty": np.empty((0, 10))})
    assert list(found.classes) == ["1", "3"]
    assert found.overall["CLR_FN"] == 2
    unlabelled = {"full": np.array(labelled(1, 3))[:, :6], "empty": np.empty((0, 10))}
    found = evaluate(truth, unlabelled, preprocess="none")
    assert list(found.classes) == ["all"]
    assert found.overall["CLR_FN"] == 2


def test_sequences_with_boxes_on_one_side_alone_are_scored_without_classes() -> None:
    nothing = np.empty((0, 10))
    truth = {"missed": labelled(1, 3), "wrong": nothing}
    found = evaluate(truth, {"missed": nothing, "wrong": np.array(labelled(1, 3))[:, :6]}, preprocess="none")
    assert list(found.classes) == ["all"]
    assert (found.overall["CLR_FN"], found.overall["CLR_FP"]) == (2, 2)


def test_classes_on_one_side_of_some_sequences_alone_are_an_error() -> None:
    truth = {"one": labelled(1, 3), "two": labelled(1, 3)}
    with pytest.raises(
        InvalidInputError, match="some sequences have classes on both sides and some have not"
    ):
        evaluate(truth, {"one": labelled(1, 3), "two": np.array(labelled(1, 3))[:, :6]}, preprocess="none")


def test_classes_of_the_tracks_are_given_the_names_or_numbers_of_the_truth() -> None:
    shape = {
        "ids": np.arange(2),
        "frames": np.ones(2, dtype=np.int64),
        "shapes": np.array([[0.0, 0, 9, 9], [50.0, 0, 59, 9]]),
    }
    truth = SequenceRows(labels=np.array([3, 5]), names={3: "car", 5: "bus"}, **shape)
    bare = SequenceRows(labels=np.array([3, 5]), **shape)
    tracks = SequenceRows(labels=np.array([0, 7]), names={0: "auto", 7: "coach"}, **shape)
    for side, mapping in (
        (truth, "auto=car,coach=bus"),
        (truth, {0: "car", "coach": 5}),
        (bare, {"auto": 3, 7: 5}),
        (bare, "0=3,7=5"),
    ):
        found = evaluate(side, tracks, class_map=mapping, preprocess="none")
        assert found.overall["CLR_TP"] == 2, mapping
        assert len(found.classes) == 2
    assert evaluate(truth, tracks, preprocess="none").overall["CLR_TP"] == 0
    assert evaluate(truth, tracks, class_map={"auto": "car"}, preprocess="none").overall["CLR_TP"] == 1
