"""Tracklets linked across gaps and cameras, by looks and by what time allows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boxtrail.errors import ConfigError, InvalidInputError
from boxtrail.reid.linking import Tracklet, link_tracklets, tracklets_of

LOOKS = {"red": [1.0, 0.0, 0.0], "reddish": [0.9, 0.436, 0.0], "blue": [0.0, 0.0, 1.0], "unseen": None}


def seen(camera: str, start: float, end: float, look: str) -> Tracklet:
    rows = LOOKS[look]
    embeddings = np.array([rows], np.float32) if rows else np.empty((0, 0), np.float32)
    return Tracklet(camera, start, end, embeddings)


def ids(*tracklets: Tracklet, **options: Any) -> list[int]:
    return link_tracklets(tracklets, **options).tolist()


def test_the_same_looks_after_a_long_gap_are_the_same_person() -> None:
    assert ids(seen("a", 0, 9, "red"), seen("a", 4, 12, "blue"), seen("a", 60, 70, "reddish")) == [1, 2, 1]


def test_ids_count_in_the_order_of_the_starts() -> None:
    assert ids(seen("a", 50, 60, "red"), seen("a", 0, 9, "blue")) == [2, 1]


def test_nobody_is_twice_in_one_view_but_may_be_in_two_views() -> None:
    assert ids(seen("a", 0, 9, "red"), seen("a", 9, 20, "red")) == [1, 2]
    assert ids(seen("a", 0, 9, "red"), seen("b", 5, 20, "red")) == [1, 1]


def test_a_group_keeps_out_whoever_overlaps_one_of_it() -> None:
    # The twin overlaps the first one; the reddish one fits the first best, so the twin stays alone.
    first, second, twin = seen("a", 0, 9, "red"), seen("a", 20, 29, "red"), seen("a", 5, 15, "reddish")
    assert ids(first, second, twin) == [1, 1, 2]


def test_looks_below_the_threshold_are_not_linked() -> None:
    pair = seen("a", 0, 9, "red"), seen("a", 20, 29, "reddish")  # cosine 0.9
    assert ids(*pair, min_similarity=0.95) == [1, 2]
    assert ids(*pair, min_similarity=0.85) == [1, 1]


def test_a_gap_has_a_longest_time_but_a_chain_may_be_longer() -> None:
    chain = [seen("a", start, start + 1, "red") for start in (0, 10, 20)]
    assert ids(chain[0], chain[2], max_gap=12.0) == [1, 2]
    assert ids(*chain, max_gap=12.0) == [1, 1, 1]


@pytest.mark.parametrize(("start", "linked"), [(10.0, False), (14.0, True), (40.0, True), (41.0, False)])
def test_the_way_between_two_cameras_takes_its_time(start: float, linked: bool) -> None:
    pair = seen("gate", 0, 9, "red"), seen("hall", start, start + 5, "red")
    assert (ids(*pair, travel={("gate", "hall"): (5.0, 31.0)}) == [1, 1]) is linked


def test_travel_holds_for_one_direction() -> None:
    back = seen("hall", 0, 9, "red"), seen("gate", 10, 15, "red")
    assert ids(*back, travel={("gate", "hall"): (5.0, 31.0)}) == [1, 1]
    assert ids(*back, travel={("hall", "gate"): (5.0, 31.0)}) == [1, 2]


def test_without_embeddings_nobody_is_linked() -> None:
    assert ids(seen("a", 0, 1, "unseen"), seen("b", 5, 6, "unseen"), seen("b", 8, 9, "red")) == [1, 2, 3]
    assert ids() == []


def test_average_linkage_equals_a_plain_search() -> None:
    rng = np.random.default_rng(4)
    people = rng.normal(size=(5, 8))
    tracklets = []
    for k in range(40):
        rows = people[k % 5] + 0.3 * rng.normal(size=(3, 8))
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        start = float(rng.uniform(0, 300))
        tracklets.append(Tracklet("ab"[k % 2], start, start + 5.0, rows.astype(np.float32)))
    found = link_tracklets(tracklets, min_similarity=0.6)
    for i in range(40):
        for j in range(i):
            if found[i] == found[j]:
                assert i % 5 == j % 5
                overlap = tracklets[i].start <= tracklets[j].end and tracklets[j].start <= tracklets[i].end
                assert not (overlap and tracklets[i].camera == tracklets[j].camera)
    assert len(set(found.tolist())) < 15


def test_tracklets_of_a_run_have_their_times_and_embeddings() -> None:
    class Shown:
        def __init__(self, timestamp: float, ids: list[int], rows: list[list[float]]) -> None:
            self.timestamp = timestamp
            self.tracks = type("Tracks", (), {"id": np.array(ids)})
            self.embeddings = np.array(rows, np.float32)

    frames = [Shown(0.0, [1], [[1, 0]]), Shown(0.5, [1, 2], [[0, 0], [0, 1]]), Shown(1.0, [2], [[0, 1]])]
    found = tracklets_of(frames, "door", offset=100.0)
    assert {
        key: (each.camera, each.start, each.end, each.embeddings.tolist()) for key, each in found.items()
    } == {
        1: ("door", 100.0, 100.5, [[1.0, 0.0]]),
        2: ("door", 100.5, 101.0, [[0.0, 1.0], [0.0, 1.0]]),
    }


def test_wrong_times_and_widths_are_refused() -> None:
    with pytest.raises(InvalidInputError, match="tracklet 1 ends at 3 s, before it starts"):
        ids(seen("a", 0, 1, "red"), seen("a", 5, 3, "red"))
    with pytest.raises(InvalidInputError, match="with one D"):
        ids(seen("a", 0, 1, "red"), Tracklet("a", 2, 3, np.ones((1, 2), np.float32)))
    with pytest.raises(ConfigError, match="which is never"):
        ids(seen("a", 0, 1, "red"), travel={("a", "b"): (5.0, 2.0)})
    with pytest.raises(ConfigError, match="min_similarity"):
        ids(seen("a", 0, 1, "red"), min_similarity=2.0)
    with pytest.raises(ConfigError, match="max_gap"):
        ids(seen("a", 0, 1, "red"), max_gap=-1.0)
