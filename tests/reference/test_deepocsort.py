"""Deep OC-SORT: the weight of appearance, what it changes, and what is left of it without embeddings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxtrail import create_tracker
from boxtrail.reference.appearance_weight import appearance_weight
from strategies import embeddings, examples, videos, warp

COSINE = np.array([[0.9, 0.1, 0.3], [0.2, 0.8, 0.7]])
RED, BLUE = [1.0, 0.0], [0.0, 1.0]


def test_the_weight_grows_by_half_of_each_lead_up_to_the_limit() -> None:
    # Leads of the rows: 0.6 → limit 0.5, and 0.1; of the columns: 0.7 → 0.5, 0.7 → 0.5, and 0.4.
    weights = appearance_weight("new", COSINE, 0.75, 0.5)
    assert weights == pytest.approx(np.array([[1.25, 1.25, 1.2], [1.05, 1.05, 1.0]]))


def test_the_earlier_weight_shrinks_where_the_second_comes_near() -> None:
    # Row 0: 0.3 / 0.9 is below 0.5; row 1: 0.7 / 0.8 = 0.875 gives 0.25. Columns: 2/9, 1/8, 3/7 are below 0.5.
    weights = appearance_weight("max", COSINE, 0.75, 0.5)
    assert weights == pytest.approx(np.array([[0.75] * 3, [0.1875] * 3]))


@pytest.mark.parametrize("metric", ["new", "max", "off"])
def test_without_rivals_the_weight_is_the_plain_one(metric: str) -> None:
    assert appearance_weight(metric, np.array([[0.4]]), 0.75, 0.5).tolist() == [[0.75]]
    assert appearance_weight(metric, np.zeros((0, 3)), 0.75, 0.5).shape == (0, 3)


def test_the_earlier_weight_is_zero_where_nothing_looks_alike() -> None:
    assert appearance_weight("max", np.array([[-0.1, -0.2], [0.5, 0.1]]), 1.0, 1.0)[0].tolist() == [0.0, 0.0]


def two_side_by_side(backend: str, **options: Any) -> list[int]:
    """Ids, by detection, after two look-alike boxes have swapped places but not their looks."""
    tracker = create_tracker("deepocsort", backend, det_thresh=0.5, min_hits=0, **options)
    left, right = [0.0, 0.0, 40.0, 80.0, 0.9, 0.0], [10.0, 0.0, 50.0, 80.0, 0.9, 0.0]
    for _ in range(3):
        tracker.update([left, right], embs=[RED, BLUE])
    tracks = tracker.update([left, right], embs=[BLUE, RED])
    return [int(tracks.id[tracks.det_ind == row][0]) for row in (0, 1)]


@pytest.mark.parametrize("backend", ["cpp", "python"])
def test_appearance_decides_where_overlap_is_ambiguous(backend: str) -> None:
    # Staying scores 2 · 1, swapping 2 · (0.6 + 1.25 · 1).
    assert two_side_by_side(backend) == [2, 1]
    assert two_side_by_side(backend, w_association_emb=0.0, aw_param=0.0) == [1, 2]


@pytest.mark.parametrize("backend", ["cpp", "python"])
def test_the_embedding_follows_a_sure_detection_faster(backend: str) -> None:
    box = [0.0, 0.0, 40.0, 80.0]
    looks = {}
    for score in (1.0, 0.6):
        tracker = create_tracker("deepocsort", backend, det_thresh=0.6 - 1e-9, alpha_fixed_emb=0.5)
        tracker.update([[*box, 1.0, 0.0]], embs=[RED])
        tracker.update([[*box, score, 0.0]], embs=[BLUE])
        looks[score] = tracker.state_dict()["stream"]["collections"][0]["tracks"][0]["embedding"]
    assert looks[1.0] == pytest.approx([np.sqrt(0.5), np.sqrt(0.5)])
    assert looks[0.6] == pytest.approx(RED, abs=1e-6)


@pytest.mark.parametrize("backend", ["cpp", "python"])
def test_the_camera_moves_the_newest_observation_once(backend: str) -> None:
    tracker = create_tracker("deepocsort", backend)
    box = np.array([[100.0, 100.0, 140.0, 180.0, 0.9, 0.0]])
    for _ in range(2):
        tracker.update(box)
    tracker.update([], warp=[[1.0, 0.0, 5.0], [0.0, 1.0, -3.0]])
    saved = tracker.state_dict()["stream"]["collections"][0]["tracks"][0]["observations"]
    assert saved["last"] == pytest.approx([105.0, 97.0, 145.0, 177.0])
    assert saved["recent"][-1]["box"] == pytest.approx([105.0, 97.0, 145.0, 177.0])


@pytest.mark.parametrize("backend", ["cpp", "python"])
@given(data=st.data())
@examples(20)
def test_without_embeddings_it_is_ocsort(backend: str, data: st.DataObject) -> None:
    video = data.draw(videos(oriented=data.draw(st.booleans())))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    plain, deep = create_tracker("ocsort", backend), create_tracker("deepocsort", backend)
    for dets in video:
        motion = warp(rng, "turn")
        assert deep.update(dets, warp=motion).tolist() == plain.update(dets, warp=motion).tolist()


@pytest.mark.parametrize("backend", ["cpp", "python"])
def test_embeddings_may_come_and_go(backend: str) -> None:
    tracker = create_tracker("deepocsort", backend, min_hits=0)
    dets = np.array([[0.0, 0.0, 40.0, 80.0, 0.9, 0.0], [10.0, 0.0, 50.0, 80.0, 0.9, 0.0]])
    for t in range(6):
        looks = embeddings(np.random.default_rng(t), dets) if t % 2 else None
        assert tracker.update(dets, embs=looks).id.tolist() == [1, 2]
