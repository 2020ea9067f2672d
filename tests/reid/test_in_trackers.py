"""A tracker with an embedder of its own: which detections it embeds, when, and that nothing else changes."""

from __future__ import annotations

import json
import pickle
from typing import Any

import numpy as np
import pytest

from boxtrail import TrackResults
from boxtrail.errors import ConfigError, InvalidDetectionsError, InvalidInputError
from boxtrail.trackers import TRACKERS, Tracker, create_tracker
from reid.badges import SIZE, Badges, row, scene

LOOKING = sorted(name for name, kind in TRACKERS.items() if kind.appearance != "unused")


def followed(tracker: Tracker, *, embeddings: Any = None, **given: Any) -> list[list[list[float]]]:
    """The rows of all frames, with the frames shown or with ``embeddings`` of everybody passed in."""
    rows = []
    for frame, detections in scene(**given):
        if embeddings is None:
            tracks: TrackResults = tracker.update(detections, frame)
        else:
            tracks = tracker.update(detections, embs=embeddings.embed(frame, detections))
        rows.append(np.asarray(tracks).tolist())
    return rows


def make(name: str, embedder: Any, **options: Any) -> Tracker:
    return create_tracker(name, reid_weights=embedder, cmc_method="none", **options)


@pytest.mark.parametrize("backend", ["cpp", "python"])
@pytest.mark.parametrize("oriented", [False, True])
@pytest.mark.parametrize("name", LOOKING)
def test_embedding_only_what_is_looked_at_gives_the_same_tracks_as_embedding_all(
    name: str, oriented: bool, backend: str
) -> None:
    own, passed = make(name, Badges(), backend=backend), make(name, None, backend=backend)
    expected = followed(passed, embeddings=Badges(), oriented=oriented)
    assert any(expected)
    assert followed(own, oriented=oriented) == expected


@pytest.mark.parametrize(
    ("name", "options", "floor"),
    [
        ("botsort", {}, 0.6),
        ("botsort", {"track_high_thresh": 0.7}, 0.7),
        ("deepocsort", {}, 0.6),
        ("deepsort", {}, 0.3),
        ("strongsort", {}, 0.6),
        ("hybridsort", {}, 0.1),
        ("hybridsort", {"eg_weight_low_score": 0.0}, 0.6),
        ("hybridsort", {"use_byte": False}, 0.6),
        ("boosttrack", {}, 0.1),
        ("boosttrack", {"use_dlo_boost": False, "use_duo_boost": False}, 0.6),
        ("occluboost", {}, 0.0),
        ("occluboost", {"use_dlo_boost": False}, 0.1),
        ("tracktrack", {}, 0.1),
    ],
)
def test_detections_the_tracker_does_not_look_at_are_not_embedded(
    name: str, options: dict[str, Any], floor: float
) -> None:
    embedder = Badges()
    tracker = make(name, embedder, **options)
    followed(tracker)
    scores = np.concatenate([rows[:, 4] for rows in embedder.asked])
    everything = np.concatenate([detections[:, 4] for _, detections in scene()])
    assert sorted(scores.tolist()) == sorted(everything[everything >= floor].tolist())


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("botsort", {"with_reid": False}),
        ("boosttrack", {"use_embeddings": False}),
        ("boosttrack", {"variant": "boosttrack"}),
        ("occluboost", {"use_embeddings": False}),
        ("hybridsort", {"eg_weight_low_score": 0.0, "eg_weight_high_score": 0.0}),
    ],
)
def test_a_tracker_told_to_look_at_nobody_embeds_nobody(name: str, options: dict[str, Any]) -> None:
    embedder = Badges()
    followed(make(name, embedder, **options))
    assert embedder.asked == []


@pytest.mark.parametrize("name", LOOKING)
def test_a_frame_in_which_nobody_is_embedded_is_one_without_embeddings(name: str) -> None:
    if TRACKERS[name].appearance == "needed":
        pytest.skip("it asks for embeddings in every frame")

    class Blind(Badges):
        def embed(self, frames: Any, boxes: Any, **_: Any) -> Any:
            return np.zeros((len(boxes), self.dim), np.float32)

    motion_alone = make(name, None)
    expected = [np.asarray(motion_alone.update(detections)).tolist() for _, detections in scene()]
    assert followed(make(name, Blind())) == expected


def test_every_kth_frame_is_embedded() -> None:
    embedder = Badges()
    tracker = make("botsort", embedder, embedding_interval=4)
    for t, (frame, detections) in enumerate(scene(9)):
        before = len(embedder.asked)
        tracker.update(detections, frame)
        assert (len(embedder.asked) > before) is (t % 4 == 0)


def test_only_detections_that_motion_leaves_open_are_embedded() -> None:
    embedder = Badges()
    tracker = make("botsort", embedder, only_ambiguous=True)
    frame = np.zeros((*SIZE, 3), np.uint8)

    def embedded(*rows: list[float]) -> list[float]:
        before = len(embedder.asked)
        tracker.update(np.array(rows), frame)
        return [float(x) for boxes in embedder.asked[before:] for x in boxes[:, 0]]

    assert embedded(row(0.0), row(100.0)) == [0.0, 100.0]  # new: their looks are wanted later
    assert embedded(row(2.0), row(102.0)) == []  # one track each
    assert embedded(row(2.0), row(70.0), row(102.0)) == [70.0, 102.0]  # two claim the right one
    assert embedded(row(50.0)) == [50.0]  # two tracks could be this one, or none
    assert embedded(row(300.0)) == [300.0]  # nothing was there


def test_with_an_interval_the_unambiguous_ones_are_embedded_now_and_then() -> None:
    embedder = Badges()
    tracker = make("botsort", embedder, only_ambiguous=True, embedding_interval=5)
    frame = np.zeros((*SIZE, 3), np.uint8)
    counts = []
    for _ in range(11):
        before = len(embedder.asked)
        tracker.update(np.array([row(0.0)]), frame)
        counts.append(len(embedder.asked) - before)
    assert counts == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("name", ["botsort", "deepsort"])
def test_state_pickle_and_reset_go_on_where_they_were(name: str) -> None:
    options = {"embedding_interval": 3}
    frames = scene(30)
    whole, first, second = (make(name, Badges(), **options) for _ in range(3))
    expected = [np.asarray(whole.update(detections, frame)) for frame, detections in frames]
    for frame, detections in frames[:10]:
        first.update(detections, frame)
    second.load_state_dict(json.loads(json.dumps(first.state_dict())))
    for tracker in (second, pickle.loads(pickle.dumps(first))):
        for (frame, detections), rows in zip(frames[10:], expected[10:], strict=True):
            assert np.array_equal(tracker.update(detections, frame), rows)
        tracker.reset()
        for (frame, detections), rows in zip(frames, expected, strict=True):
            assert np.array_equal(tracker.update(detections, frame), rows)


def test_decisions_are_recorded_as_ever() -> None:
    tracker = make("botsort", Badges(), record=True)
    followed(tracker)
    assert "first" in str(tracker.explain())


def test_embeddings_ahead_of_tracking_are_those_of_the_update() -> None:
    ahead, at_once = (make("deepocsort", Badges(), embedding_interval=2) for _ in range(2))
    frames = [
        (frame, np.vstack([detections, [[5.0, 5.0, 5.0, 9.0, 0.9, 0.0]]])) for frame, detections in scene(12)
    ]
    embeddings = [ahead.embedding.embed(frame, detections) for frame, detections in frames]
    for (frame, detections), rows in zip(frames, embeddings, strict=True):
        assert rows is not None
        assert rows.shape == (len(detections), 16)
        assert not rows[-1].any()  # a box without area
        assert np.array_equal(ahead.update(detections, frame, rows), at_once.update(detections, frame))
    assert ahead.embedding.ahead
    assert not make("botsort", Badges(), only_ambiguous=True).embedding.ahead
    assert not make("botsort", None).embedding.ahead
    assert make("botsort", None).embedding.embed(*frames[0]) is None


def test_embeddings_that_are_passed_are_used_as_they_are() -> None:
    embedder = Badges()
    tracker = make("botsort", embedder)
    for frame, detections in scene(5):
        tracker.update(detections, frame, np.ones((len(detections), 16)))
    assert embedder.asked == []


def test_without_a_frame_it_tracks_by_motion_or_says_what_it_needs() -> None:
    make("botsort", Badges()).update(np.array([row(0.0)]))
    with pytest.raises(InvalidInputError, match=r"or an image .* reid_weights=\"histogram\""):
        make("deepsort", Badges()).update(np.array([row(0.0)]))


def test_an_error_leaves_the_tracker_as_it_was() -> None:
    tracker = make("botsort", Badges())
    frames = scene(4)
    for frame, detections in frames[:3]:
        tracker.update(detections, frame)
    before = tracker.state_dict()
    broken = frames[3][1].copy()
    broken[0, 0] = np.nan
    with pytest.raises(InvalidDetectionsError):
        tracker.update(broken, frames[3][0])
    with pytest.raises(InvalidInputError, match="a frame must be"):
        tracker.update(frames[3][1], np.zeros((4, 4, 7), np.uint8))
    assert tracker.state_dict() == before


def test_intervals_have_a_range() -> None:
    with pytest.raises(ConfigError, match="embedding_interval must be in"):
        create_tracker("botsort", embedding_interval=0)
