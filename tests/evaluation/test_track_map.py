"""Average precision of whole tracks: by hand, as TrackEval 1.3.0 has it, and the same from both backends."""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from boxtrail.errors import ConfigError
from boxtrail.evaluation import SequenceRows, evaluate
from evaluation.cases import random_rows, table
from evaluation.oracle import trackeval
from strategies import examples


def score(truth: Any, prediction: Any, backend: str = "cpp") -> Any:
    return evaluate(truth, prediction, preprocess="none", track_map=True, backend=backend)


@pytest.mark.parametrize("backend", ["cpp", "python"])
def test_a_better_score_on_a_wrong_track_costs_precision(backend: str) -> None:
    truth = table("a@0 b@50", "a@0 b@50")
    prediction = table("x@0 y@50 z@90", "x@0 y@50 z@90")
    scores = np.array([0.5, 0.8, 0.9] * 2)  # the wrong one first
    found = score(truth, replace(prediction, scores=scores), backend).overall
    # Precision is 0, 1/2 and 2/3 as the tracks come in, so 2/3 at every recall.
    assert found["AP_all"] == pytest.approx(2 / 3)
    assert found["AR_all"] == 1.0
    assert found["AP_area_s"] == pytest.approx(2 / 3)
    assert found["AP_time_s"] == pytest.approx(2 / 3)
    assert found["AP_area_l"] == found["AR_time_l"] == -1.0  # there are none


@pytest.mark.parametrize("backend", ["cpp", "python"])
def test_overlap_is_over_the_whole_life_of_both_tracks(backend: str) -> None:
    # Two boxes of three in common: 2 / (3 + 2 − 2) = 2/3, which the thresholds up to 0.65 accept.
    found = score(table("a@0", "a@0", "a@0"), table("x@0", "x@0"), backend).overall
    assert found.curves["AP_all"].tolist() == pytest.approx([1.0] * 4 + [0.0] * 6)


def test_points_have_no_area() -> None:
    rows = SequenceRows(frames=np.array([1]), ids=np.array([1]), shapes=np.zeros((1, 2)))
    with pytest.raises(ConfigError, match="points do not have"):
        score(rows, rows)


@pytest.mark.parametrize("kind", ["box", "mask", "oriented"])
@given(seed=st.integers(0, 2**32 - 1), tied=st.booleans())
@examples(40)
def test_both_backends_match_tracks_alike(kind: str, seed: int, tied: bool) -> None:
    truth, prediction = random_pair(seed, kind, tied and kind != "oriented")
    ours, theirs = (score(truth, prediction, backend).overall for backend in ("cpp", "python"))
    for name in ours:
        assert ours[name] == pytest.approx(theirs[name], abs=1e-12), name


def random_pair(seed: int, kind: str, tied: bool) -> tuple[SequenceRows, SequenceRows]:
    """The prediction follows the truth here and there; scores repeat."""
    rng = np.random.default_rng(seed)
    truth = replace(random_rows(rng, kind, 14, 5, tied), labels=None, flags=None)
    other = random_rows(rng, kind, 14, 5, tied)
    shapes: Any = list(other.shapes) if kind == "mask" else np.array(other.shapes)
    for row in range(len(other)):
        same = np.flatnonzero((truth.frames == other.frames[row]) & (truth.ids == other.ids[row]))
        if len(same) and rng.random() < 0.8:
            shapes[row] = truth.shapes[same[0]]
    scores = rng.choice([0.25, 0.5, 0.75], 40)[other.ids % 40]
    return truth, replace(other, shapes=shapes, labels=None, flags=None, scores=scores)


def official(sequences: dict[str, tuple[SequenceRows, SequenceRows]]) -> dict[str, Any]:
    with contextlib.redirect_stdout(io.StringIO()):
        measure = trackeval().metrics.TrackMAP({"PRINT_CONFIG": False})
    found = {name: measure.eval_sequence(tracks_of(*pair)) for name, pair in sequences.items()}
    combined: dict[str, Any] = measure.combine_sequences(found)
    return combined


def tracks_of(truth: SequenceRows, prediction: SequenceRows) -> dict[str, Any]:
    """The kit's form: a dictionary a track, from frame to ``left, top, width, height``."""
    data: dict[str, Any] = {"iou_type": "bbox", "boxformat": "xywh"}
    for name, side in (("gt", truth), ("dt", prediction)):
        boxes = np.array(side.shapes)
        boxes[:, 2:] -= boxes[:, :2]
        rows = [np.flatnonzero(side.ids == track) for track in np.unique(side.ids)]
        data[f"{name}_track_ids"] = list(range(1, len(rows) + 1))
        data[f"{name}_tracks"] = [{int(side.frames[row]): boxes[row] for row in mine} for mine in rows]
        data[f"{name}_track_areas"] = [float(np.mean(boxes[mine, 2] * boxes[mine, 3])) for mine in rows]
        data[f"{name}_track_lengths"] = [len(mine) for mine in rows]
        if side.scores is not None:
            data[f"{name}_track_scores"] = np.array([np.mean(side.scores[mine]) for mine in rows])
    return data | {"gt_track_iscrowd": [0] * len(data["gt_track_ids"])}


@given(seed=st.integers(0, 2**31), tied=st.booleans())
@example(seed=77, tied=True)  # an overlap of exactly 0.9
@examples(150)
def test_random_sequences_have_the_official_numbers(seed: int, tied: bool) -> None:
    trackeval()
    sequences = {str(k): random_pair(seed + k, "box", tied) for k in range(2)}
    theirs = official(sequences)
    ours = score(
        {n: pair[0] for n, pair in sequences.items()}, {n: pair[1] for n, pair in sequences.items()}
    ).overall
    for name, curve in theirs.items():
        if name not in ("precision", "recall"):
            np.testing.assert_allclose(ours.curves[name], curve, rtol=1e-9, atol=1e-9, err_msg=name)
