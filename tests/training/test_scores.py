"""mAP and CMC, by hand and beside a plain loop."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxtrail.errors import InvalidInputError
from boxtrail.training import scores
from boxtrail.training.samples import Sample
from boxtrail.training.scores import score


def sample(identity: str, camera: str = "") -> Sample:
    return Sample(b"", identity, f"a picture of {identity}", camera)


def at(*degrees: float) -> np.ndarray:
    """Unit rows in the plane: the nearer in angle, the more similar."""
    radians = np.radians(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def test_average_precision_is_the_mean_precision_at_every_right_picture() -> None:
    # Ranked by angle: b a b a a. The right ones stand at ranks 2, 4 and 5: (1/2 + 2/4 + 3/5) / 3.
    gallery = [sample(name) for name in "babaa"]
    found = score(at(0), at(10, 20, 30, 40, 50), [sample("a")], gallery)
    assert found.mean_ap == pytest.approx((1 / 2 + 2 / 4 + 3 / 5) / 3)
    assert found.cmc == (0.0, 1.0, 1.0, 1.0, 1.0)


def test_the_mean_is_taken_over_queries() -> None:
    # a at 0°: nearest is b, then a (AP 1/2). b at 90°: nearest is b's own at 10° away (AP 1).
    gallery = [sample("b"), sample("a"), sample("b")]
    query = [sample("a"), sample("b")]
    found = score(at(0, 90), at(10, 20, 80), query, gallery)
    # b: ranks are 80° (b), 20° (a), 10° (b): (1 + 2/3) / 2.
    assert found.mean_ap == pytest.approx((1 / 2 + (1 + 2 / 3) / 2) / 2)
    assert (found.rank1, found.rank(2)) == (0.5, 1.0)


def test_a_picture_of_the_same_identity_by_the_same_camera_is_passed_over() -> None:
    # Ranked: a by the same camera (passed over), b by the same camera (wrong: rank 1), a by another (rank 2).
    gallery = [sample("a", "1"), sample("b", "1"), sample("a", "2")]
    found = score(at(0), at(1, 2, 3), [sample("a", "1")], gallery)
    assert found.mean_ap == pytest.approx(1 / 2)
    assert found.cmc[:2] == (0.0, 1.0)


def test_a_camera_nobody_named_is_no_other() -> None:
    found = score(at(0), at(1, 2), [sample("a")], [sample("a"), sample("b")])
    assert (found.mean_ap, found.rank1) == (1.0, 1.0)


def test_queries_without_a_right_picture_are_not_scored() -> None:
    gallery = [sample("a", "2"), sample("b", "1")]
    found = score(at(0, 5), at(1, 2), [sample("a", "1"), sample("c", "1")], gallery)
    assert (found.num_queries, found.mean_ap) == (1, 1.0)
    with pytest.raises(InvalidInputError, match="no query has a picture"):
        score(at(5), at(1, 2), [sample("c", "1")], gallery)


def test_equal_similarities_are_ranked_as_the_gallery_is_ordered() -> None:
    query = [sample("a")]
    assert score(at(0), at(9, 9), query, [sample("a"), sample("b")]).rank1 == 1.0
    assert score(at(0), at(9, 9), query, [sample("b"), sample("a")]).rank1 == 0.0


def test_embeddings_and_samples_must_fit() -> None:
    with pytest.raises(InvalidInputError, match=r"query embeddings must have shape \(1, D\), not \(2, 2\)"):
        score(at(0, 1), at(1), [sample("a")], [sample("a")])
    with pytest.raises(InvalidInputError, match="the gallery is empty"):
        score(at(0), np.empty((0, 2), dtype=np.float32), [sample("a")], [])


def test_the_dictionary_and_the_line_name_the_scores() -> None:
    found = score(at(0), at(1, 2), [sample("a")], [sample("b"), sample("a")])
    assert found.to_dict() == {
        "mAP": 0.5, "rank1": 0.0, "rank5": 1.0, "rank10": 1.0, "queries": 1, "gallery": 2,
    }  # fmt: skip
    assert str(found) == "mAP 50.0, rank-1 0.0, rank-5 100.0, rank-10 100.0 (1 queries in 2)"


def plain_loop(
    query: np.ndarray, gallery: np.ndarray, own: list[Sample], other: list[Sample]
) -> tuple[float, list[float]]:
    """mAP and CMC as the protocol reads: one query, one picture at a time."""
    precisions, firsts = [], []
    for row, asked in zip(query, own, strict=True):
        ranking = sorted(range(len(other)), key=lambda j: (-float(row @ gallery[j]), j))
        rank = hits = 0
        precision, first = 0.0, None
        for j in ranking:
            same = other[j].identity == asked.identity
            if same and asked.camera and other[j].camera == asked.camera:
                continue
            rank += 1
            if same:
                hits += 1
                precision += hits / rank
                first = first or rank
        if first is not None:
            precisions.append(precision / hits)
            firsts.append(first)
    return float(np.mean(precisions)), [
        float(np.mean([first <= k for first in firsts])) for k in range(1, len(other) + 1)
    ]


@given(st.integers(0, 10_000), st.integers(1, 9), st.integers(1, 30), st.booleans())
def test_the_scores_are_those_of_a_plain_loop(seed: int, queries: int, pictures: int, cameras: bool) -> None:
    rng = np.random.default_rng(seed)
    # Whole numbers are exact in any order of summation, and tie often.
    query, gallery = (rng.integers(-2, 3, (count, 3)).astype(np.float32) for count in (queries, pictures))
    own, other = (
        [sample(f"{rng.integers(4)}", f"{rng.integers(1, 3)}" if cameras else "") for _ in range(count)]
        for count in (queries, pictures)
    )
    try:
        found = score(query, gallery, own, other)
    except InvalidInputError:
        with pytest.warns(RuntimeWarning):
            assert np.isnan(plain_loop(query, gallery, own, other)[0])
        return
    mean_ap, cmc = plain_loop(query, gallery, own, other)
    assert found.mean_ap == pytest.approx(mean_ap)
    assert found.cmc == pytest.approx(cmc)


def test_blocks_of_queries_give_what_all_at_once_give(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    query, gallery = (rng.normal(size=(count, 8)).astype(np.float32) for count in (13, 40))
    own, other = ([sample(f"{rng.integers(5)}") for _ in range(count)] for count in (13, 40))
    whole = score(query, gallery, own, other)
    monkeypatch.setattr(scores, "BLOCK", 100)
    assert score(query, gallery, own, other) == whole
