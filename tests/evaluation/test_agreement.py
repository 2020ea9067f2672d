"""The compiled metrics and the NumPy ones give the same sums, for every kind of shape and every rule."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from boxtrail import _core
from boxtrail.evaluation import Scores, SequenceRows, evaluate
from boxtrail.evaluation.reference import similarity
from evaluation.cases import random_pixels, random_rows, runs_of
from strategies import examples, matrices

SEEDS = st.integers(0, 2**32 - 1)


def assert_same_scores(ours: Scores, theirs: Scores) -> None:
    for field in fields(ours.hota):
        assert_allclose(
            getattr(ours.hota, field.name), getattr(theirs.hota, field.name), rtol=1e-12, atol=1e-12
        )
    assert ours.counts == theirs.counts
    assert ours.identity == theirs.identity
    assert ours.clear.similarity == pytest.approx(theirs.clear.similarity, rel=1e-12)
    assert replace(ours.clear, similarity=0.0) == replace(theirs.clear, similarity=0.0)


def assert_agree(truth: SequenceRows, prediction: SequenceRows, **options: Any) -> None:
    ours = evaluate(truth, prediction, backend="cpp", **options).scores["sequence"]
    theirs = evaluate(truth, prediction, backend="python", **options).scores["sequence"]
    assert ours.keys() == theirs.keys()
    for name in ours:
        assert_same_scores(ours[name], theirs[name])


@pytest.mark.parametrize("kind", ["box", "oriented", "point", "mask"])
@given(seed=SEEDS, tied=st.booleans(), rules=st.sampled_from(["mot", "none"]))
@examples(60)
def test_both_backends_count_alike(kind: str, seed: int, tied: bool, rules: str) -> None:
    rng = np.random.default_rng(seed)
    # Oriented overlaps differ by rounding, so that equal ones are no longer equal.
    tied = tied and kind != "oriented"
    num_frames, num_tracks = int(rng.integers(1, 7)), int(rng.integers(1, 12))
    truth = random_rows(rng, kind, num_frames, num_tracks, tied)
    prediction = random_rows(rng, kind, num_frames, num_tracks, tied)
    if rules == "mot":
        prediction = replace(prediction, labels=None)
    assert_agree(truth, prediction, preprocess=rules, threshold=float(rng.choice([0.3, 0.5, 0.75])))


@given(seed=SEEDS, tied=st.booleans())
@examples(60)
def test_both_backends_apply_kittis_rules_alike(seed: int, tied: bool) -> None:
    rng = np.random.default_rng(seed)
    names = {1: "car", 2: "van", 7: "pedestrian", 8: "person"}
    truth = random_rows(rng, "box", 4, 8, tied)
    prediction = random_rows(rng, "box", 4, 8, tied)
    regions = rng.integers(0, 6)
    corners = 8.0 * rng.integers(0, 6, (regions, 2))
    truth = replace(
        truth,
        flags=None,
        names=names,
        truncations=rng.choice([0.0, 0.0, 1.0], len(truth)),
        occlusions=rng.choice([0.0, 1.0, 2.0, 3.0], len(truth)),
        ignored_frames=rng.integers(0, 4, regions),
        ignored=np.column_stack([corners, corners + 24.0]),
    )
    assert_agree(truth, replace(prediction, flags=None, names=names), preprocess="kitti")


@given(weights=matrices((0.0, 0.25, 0.5, 1.0 / 3.0, 1000.5, 1000.25), 9))
@examples(200)
def test_equal_assignments_are_chosen_as_scipy_does(weights: Any) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    expected = np.full(weights.shape[0], -1)
    rows, columns = optimize.linear_sum_assignment(-weights)
    expected[rows] = columns
    assert _core.assign_dense(weights).tolist() == expected.tolist()


@given(seed=SEEDS)
@examples(60)
def test_masks_are_read_and_compared_as_pycocotools_does(seed: int) -> None:
    coco = pytest.importorskip("pycocotools.mask")
    rng = np.random.default_rng(seed)
    pixels = random_pixels(rng, 6)
    texts = [coco.encode(np.asfortranarray(mask.astype(np.uint8))) for mask in pixels]
    packed = [(*text["size"], text["counts"]) for text in texts]
    for mask, found in zip(pixels, packed, strict=True):
        assert np.array_equal(similarity.pixels(found), mask)
        assert np.array_equal(similarity.pixels(runs_of(mask)), mask)
    expected = np.nan_to_num(coco.iou(texts[:3], texts[3:], [0] * 3))
    frames = np.zeros(3, dtype=np.int64)
    for masks in (packed, [runs_of(mask) for mask in pixels]):
        rows, columns, values = _core.Overlaps.of_masks(frames, frames, masks[:3], masks[3:]).pairs()
        ours = np.zeros((3, 3))
        ours[rows, columns] = values
        assert_allclose(ours, expected, rtol=0, atol=1e-15)


@pytest.mark.parametrize("counts", [b"", b"\x01", b"P", [5, 4], [200], [-1, 109]])
def test_a_mask_that_does_not_add_up_is_an_error(counts: Any) -> None:
    frames, mask = np.zeros(1, dtype=np.int64), [(12, 9, counts)]
    with pytest.raises(ValueError, match="mask"):
        _core.Overlaps.of_masks(frames, frames, mask, mask)
