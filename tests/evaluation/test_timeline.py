"""The timeline tells who followed whom, and has every switch and fragmentation that CLEAR counts exactly once."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxtrail.evaluation import Evaluation, SequenceRows, Timeline, evaluate
from evaluation.cases import random_rows, table
from strategies import examples

BACKENDS = ["cpp", "python"]
SEEDS = st.integers(0, 2**32 - 1)


def pieces(truth: SequenceRows, prediction: SequenceRows, backend: str) -> list[str]:
    """Each piece as ``"track first-last prediction marks"``; ids as in the order of the tables' letters."""
    evaluation = evaluate(truth, prediction, preprocess="none", backend=backend)
    assert_every_mark_is_counted(evaluation)
    found = evaluation.timelines["sequence"]["all"]
    return [
        f"{found.tracks[i]} {found.first[i]}-{found.last[i]} "
        + (str(found.predictions[i]) if found.matched[i] else "none")
        + " switch" * int(found.switches[i])
        + " frag" * int(found.fragmentations[i])
        for i in range(len(found))
    ]


def assert_every_mark_is_counted(evaluation: Evaluation) -> None:
    for sequence, by_class in evaluation.timelines.items():
        for name, found in by_class.items():
            metrics = evaluation.metrics(sequence, name)
            assert int(found.switches.sum()) == metrics["IDSW"], f"{sequence} {name}"
            assert int(found.fragmentations.sum()) == metrics["Frag"], f"{sequence} {name}"
            lengths = found.last - found.first + 1
            assert int(lengths.sum()) == metrics["GT_Dets"]
            assert int(lengths[found.matched].sum()) == metrics["CLR_TP"]


@pytest.mark.parametrize("backend", BACKENDS)
class TestByHand:
    def test_a_track_followed_throughout_is_one_piece(self, backend: str) -> None:
        assert pieces(table("a@0", "a@0", "a@0"), table("x@0", "x@0", "x@0"), backend) == ["0 1-3 0"]

    def test_a_swap_is_a_switch_in_both_tracks(self, backend: str) -> None:
        truth = table("a@0 b@50", "a@0 b@50", "a@0 b@50")
        prediction = table("x@0 y@50", "x@0 y@50", "y@0 x@50")
        expected = ["0 1-2 0", "0 3-3 1 switch", "1 1-2 1", "1 3-3 0 switch"]
        assert pieces(truth, prediction, backend) == expected

    def test_a_gap_with_the_same_id_after_it_is_a_fragmentation(self, backend: str) -> None:
        truth = table("a@0", "a@0", "a@0", "a@0")
        prediction = table("x@0", "z@90", "z@90", "x@0")
        assert pieces(truth, prediction, backend) == ["0 1-1 0", "0 2-3 none", "0 4-4 0 frag"]

    def test_another_id_after_a_gap_is_both(self, backend: str) -> None:
        truth = table("a@0", "a@0", "a@0")
        prediction = table("x@0", "z@90", "y@0")
        assert pieces(truth, prediction, backend) == ["0 1-1 0", "0 2-2 none", "0 3-3 1 switch frag"]

    def test_what_is_missed_before_and_after_is_no_fragmentation(self, backend: str) -> None:
        truth = table("a@0", "a@0", "a@0", "a@0")
        prediction = table("z@90", "x@0", "x@0", "z@90")
        assert pieces(truth, prediction, backend) == ["0 1-1 none", "0 2-3 0", "0 4-4 none"]

    def test_a_track_that_is_away_has_two_pieces_and_comes_back_fragmented(self, backend: str) -> None:
        truth = table("a@0 b@50", "b@50", "a@0 b@50")
        prediction = table("x@0 y@50", "y@50", "x@0 y@50")
        assert pieces(truth, prediction, backend) == ["0 1-1 0", "0 3-3 0 frag", "1 1-3 1"]

    def test_a_frame_without_any_prediction_is_a_gap_but_no_fragmentation(self, backend: str) -> None:
        truth = table("a@0", "a@0", "a@0")
        assert pieces(truth, table("x@0", "", "x@0"), backend) == ["0 1-1 0", "0 2-2 none", "0 3-3 0"]

    def test_a_frame_that_neither_side_has_divides_a_piece(self, backend: str) -> None:
        truth = table("a@0", "", "a@0")
        assert pieces(truth, table("x@0", "", "x@0"), backend) == ["0 1-1 0", "0 3-3 0"]

    def test_ids_are_those_of_the_files(self, backend: str) -> None:
        truth = [[1, 70, 0, 0, 9, 9], [2, 70, 0, 0, 9, 9]]
        prediction = [[1, -5, 0, 0, 9, 9], [2, 10**9, 0, 0, 9, 9]]
        assert pieces(truth, prediction, backend) == ["70 1-1 -5", "70 2-2 1000000000 switch"]  # type: ignore[arg-type]

    def test_rows_that_do_not_count_are_no_part_of_it(self, backend: str) -> None:
        truth = [[frame, 1, 0, 0, 9, 9, frame != 2] for frame in (1, 2, 3)]
        prediction = [[frame, 4, 0, 0, 9, 9] for frame in (1, 2, 3)]
        found = evaluate(truth, prediction, preprocess="none", backend=backend).timelines["sequence"]["all"]
        assert found.first.tolist() == [1, 3]

    @pytest.mark.parametrize("empty", ["truth", "prediction", "both"])
    def test_an_empty_side_has_no_marks(self, backend: str, empty: str) -> None:
        some, none = table("a@0", "a@0"), table("", "")
        truth, prediction = (none if empty in (side, "both") else some for side in ("truth", "prediction"))
        assert pieces(truth, prediction, backend) == ([] if empty != "prediction" else ["0 1-2 none"])


def assert_same(ours: Timeline, theirs: Timeline) -> None:
    for field in fields(ours):
        assert np.array_equal(getattr(ours, field.name), getattr(theirs, field.name)), field.name


@given(seed=SEEDS, tied=st.booleans(), rules=st.sampled_from(["mot", "none"]))
@examples(100)
def test_both_backends_tell_the_same_story(seed: int, tied: bool, rules: str) -> None:
    rng = np.random.default_rng(seed)
    num_frames, num_tracks = int(rng.integers(1, 12)), int(rng.integers(1, 6))
    truth = random_rows(rng, "box", num_frames, num_tracks, tied)
    prediction = random_rows(rng, "box", num_frames, num_tracks, tied)
    labels = prediction.labels if rules == "none" else None
    prediction = SequenceRows(
        frames=prediction.frames, ids=prediction.ids, shapes=prediction.shapes, labels=labels
    )
    found = {
        backend: evaluate(truth, prediction, preprocess=rules, threshold=0.3, backend=backend)
        for backend in BACKENDS
    }
    for evaluation in found.values():
        assert_every_mark_is_counted(evaluation)
    ours, theirs = (found[backend].timelines["sequence"] for backend in BACKENDS)
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert_same(ours[name], theirs[name])


REAL = {
    "MOT15": ("MOT15/train", "reference-results/sort/MOT15"),
    "MOT15-devkit": ("MOT15/train", "reference-results/motchallenge-devkit/MOT15"),
    "MOT17": ("MOT17/train", "reference-results/trackeval-pedes/MOT17"),
    "MOT17-itself": ("MOT17/train", "MOT17/train"),
    "DanceTrack-itself": ("DanceTrack/val", "DanceTrack/val"),
}


@pytest.mark.parametrize("run", REAL)
def test_marks_agree_with_the_counts_on_real_sequences(run: str, data_dir: Path) -> None:
    truth, tracks = (data_dir / path for path in REAL[run])
    evaluation = evaluate(truth, tracks)
    assert len(evaluation.timelines) == len(evaluation.sequences) > 1
    assert_every_mark_is_counted(evaluation)
    assert ("itself" in run) == (evaluation.overall["IDSW"] == 0)
