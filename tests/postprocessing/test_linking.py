"""Splitting and linking tracklets by embeddings."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from boxtrail.errors import ConfigError, InvalidInputError, MissingExtraError
from boxtrail.postprocessing import TrackTable, link_tracklets, split_tracklets
from track_tables import lines, oriented, table, walk

WIDTH = 64


def looks(people: list[int], *, noise: float = 0.02, seed: int = 0) -> NDArray[np.float32]:
    """An embedding a row: a direction for each person, and noise."""
    rng = np.random.default_rng(seed)
    directions = np.linalg.qr(rng.normal(size=(WIDTH, WIDTH)))[0]
    return (directions[people] + rng.normal(0, noise, (len(people), WIDTH))).astype(np.float32)


def link(rows: list[list[float]], people: list[int], **options: object) -> list[int]:
    return link_tracklets(table(rows), looks(people), split=False, **options).ids.tolist()


def test_two_halves_of_one_identity_get_the_id_of_the_first() -> None:
    assert link(walk(7, [0, 1, 2]) + walk(3, [9, 10]), [0] * 5) == [7] * 5


def test_two_identities_stay_two() -> None:
    assert link(walk(7, [0, 1, 2]) + walk(3, [9, 10]), [0, 0, 0, 1, 1]) == [7, 7, 7, 3, 3]


def test_tracklets_that_share_a_frame_are_never_one() -> None:
    assert link(walk(1, [0, 1, 2]) + walk(2, [2, 3]), [0] * 5) == [1, 1, 1, 2, 2]


def test_tracklets_may_take_turns() -> None:
    rows = walk(1, [0, 1]) + walk(2, [4, 5]) + walk(1, [8, 9])
    assert link(rows, [0] * 6) == [1] * 6


def test_a_merged_tracklet_is_held_against_the_others_as_a_whole() -> None:
    # 1 and 2 merge; 3 overlaps 1 and may not join them, though it is free of 2.
    rows = walk(1, [0, 1, 2]) + walk(2, [5, 6]) + walk(3, [2, 3])
    linked = link_tracklets(table(rows), looks([0] * 7, noise=0.0), split=False)
    assert linked.ids.tolist() == [1, 1, 1, 1, 1, 3, 3]


def test_the_nearest_pair_merges_first() -> None:
    near, far = np.eye(WIDTH)[0], np.eye(WIDTH)[0] + 0.7 * np.eye(WIDTH)[1]
    rows = walk(1, [0, 1]) + walk(2, [5, 6]) + walk(3, [5, 6])
    embeddings = np.array([near, near, far, far, near, near])
    assert link_tracklets(table(rows), embeddings, split=False).ids.tolist() == [1, 1, 2, 2, 1, 1]


@pytest.mark.parametrize(("max_distance", "ids"), [(0.52, [1, 1]), (0.48, [1, 2])])
def test_the_limit_is_a_mean_cosine_distance(max_distance: float, ids: list[int]) -> None:
    tracks = table(walk(1, [0]) + walk(2, [5]))
    embeddings = [[2.0, 0.0], [0.5, 0.75**0.5]]  # 60° apart, lengths 2 and 1
    linked = link_tracklets(tracks, embeddings, split=False, max_distance=max_distance)
    assert linked.ids.tolist() == ids


@pytest.mark.parametrize(("factor", "ids"), [(0.49, [1, 1, 2, 2]), (0.51, [1, 1, 1, 1])])
def test_a_passage_is_at_most_the_factor_times_the_range_of_centres(factor: float, ids: list[int]) -> None:
    # Centres at 0, 25, 75, 100: the passage is half the range.
    rows = [[f, 1 if f < 2 else 2, x, 0, x + 2, 2] for f, x in enumerate([0, 25, 75, 100])]
    assert link(rows, [0] * 4, spatial_factor=factor) == ids


def test_classes_are_not_linked_with_each_other() -> None:
    rows = [
        [*row, 0.5, label] for row, label in zip(walk(1, [0, 1]) + walk(2, [4, 5]), [0, 0, 1, 1], strict=True)
    ]
    assert link(rows, [0] * 4) == [1, 1, 2, 2]


def test_rows_without_an_embedding_count_for_nothing() -> None:
    rows = walk(1, [0, 1]) + walk(2, [4, 5]) + walk(3, [8])
    embeddings = looks([0] * 5)
    embeddings[[1, 4]] = 0.0
    linked = link_tracklets(table(rows), embeddings, split=False)
    assert linked.ids.tolist() == [1, 1, 1, 1, 3]


def test_only_ids_change_and_the_order_of_rows_stays() -> None:
    tracks = table(walk(2, [9, 8]) + walk(1, [1, 0]))
    linked = link_tracklets(tracks, looks([0] * 4), split=False)
    assert linked.ids.tolist() == [1] * 4
    assert [line[:1] + line[2:] for line in lines(linked)] == [line[:1] + line[2:] for line in lines(tracks)]
    assert tracks.ids.tolist() == [2, 2, 1, 1]


def test_oriented_boxes_are_linked_by_their_centres() -> None:
    tracks = oriented([[0, 1, 0, 0, 4, 2, 0.1], [3, 2, 9, 9, 4, 2, 0.1]])
    assert link_tracklets(tracks, looks([0, 0]), split=False).ids.tolist() == [1, 1]
    assert link_tracklets(tracks, looks([0, 0]), split=False, spatial_factor=0.9).ids.tolist() == [1, 2]


def test_a_tracklet_of_two_people_is_split_and_one_of_one_person_is_not() -> None:
    pytest.importorskip("sklearn")
    people = [0] * 60 + [1] * 60
    tracks = table(walk(4, range(120)) + walk(6, range(120), x=300))
    split = split_tracklets(tracks, looks([*people, *[2] * 120]))
    assert split.ids.tolist() == [4] * 60 + [7] * 60 + [6] * 120


def test_short_tracklets_are_not_split() -> None:
    pytest.importorskip("sklearn")
    people = [0] * 49 + [1] * 50
    assert set(split_tracklets(table(walk(4, range(99))), looks(people)).ids) == {4}
    assert set(split_tracklets(table(walk(4, range(99))), looks(people), min_rows=99).ids) == {4, 5}


def test_clusters_above_the_limit_join_the_nearest() -> None:
    pytest.importorskip("sklearn")
    people = [0] * 40 + [1] * 35 + [2] * 30 + [3] * 15
    tracks = table(walk(1, range(120)))
    assert len(set(split_tracklets(tracks, looks(people), max_clusters=4).ids)) == 4
    three = split_tracklets(tracks, looks(people)).ids
    assert sorted(set(three)) == [1, 2, 3]
    assert len(set(three[105:])) == 1
    assert three[:105].tolist() == [1] * 40 + [2] * 35 + [3] * 30


def test_rows_without_an_embedding_go_with_their_neighbours() -> None:
    pytest.importorskip("sklearn")
    embeddings = looks([0] * 60 + [1] * 60)
    embeddings[[10, 58, 61, 119]] = 0.0
    assert split_tracklets(table(walk(1, range(120))), embeddings).ids.tolist() == [1] * 60 + [2] * 60


def test_splitting_and_linking_undo_a_swap_of_two_identities() -> None:
    pytest.importorskip("sklearn")
    tracks = table(walk(1, range(120)) + walk(2, range(120), x=20))
    people = [0] * 60 + [1] * 60 + [1] * 60 + [0] * 60
    ids = link_tracklets(tracks, looks(people)).ids
    assert len(set(ids)) == 2
    assert all(len(set(ids[np.array(people) == person])) == 1 for person in (0, 1))


def test_an_empty_table_needs_no_more_than_empty_embeddings() -> None:
    pytest.importorskip("sklearn")
    assert len(link_tracklets(TrackTable.empty(), np.empty((0, 8)))) == 0


@pytest.mark.parametrize(
    ("embeddings", "message"),
    [
        (None, "needs embeddings, one row for each row of the tracks"),
        (np.zeros((3, 8)), r"must have shape \(2, D\), D ≥ 1, .* not \(3, 8\)"),
        (np.zeros(2), r"not \(2,\)"),
        (np.zeros((2, 0)), r"not \(2, 0\)"),
        ([[1.0, 2.0], [np.nan, 0.0]], "the embedding of row 1 is not finite"),
        ([["a"], ["b"]], "must be an array of numbers"),
    ],
)
def test_embeddings_that_do_not_fit_are_refused(embeddings: object, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        link_tracklets(table(walk(1, [0, 1])), embeddings)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_distance": 0.0}, "max_distance must be in"),
        ({"spatial_factor": -1.0}, "spatial_factor must be ≥ 0"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        link_tracklets(table(walk(1, [0])), looks([0]), **options)


@pytest.mark.parametrize("options", [{"radius": 0.0}, {"min_rows": 0}, {"max_clusters": 0}])
def test_options_of_the_splitting_out_of_range_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        split_tracklets(table(walk(1, [0])), looks([0]), **options)


def test_without_scikit_learn_only_the_splitting_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    tracks = table(walk(1, [0]) + walk(2, [1]))
    with pytest.raises(MissingExtraError, match=r"boxtrail\[post\]"):
        link_tracklets(tracks, looks([0, 0]))
    assert link_tracklets(tracks, looks([0, 0]), split=False).ids.tolist() == [1, 1]
