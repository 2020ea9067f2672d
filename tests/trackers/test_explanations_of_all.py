"""What holds of the explanations of every tracker, in both languages."""

from __future__ import annotations

import json

import numpy as np
import pytest

from boxtrail import create_tracker
from boxtrail.errors import ConfigError
from boxtrail.trackers import TRACKERS


def test_the_plain_form_is_what_comes_back_from_json(backend: str, name: str) -> None:
    tracker = create_tracker(name, backend, record=True)
    rng = np.random.default_rng(4)
    embs = None if TRACKERS[name].appearance == "unused" else np.eye(12, 16, dtype=np.float32)
    for _ in range(8):
        corner = rng.uniform(0.0, 60.0, (12, 2))
        scores = rng.choice([0.05, 0.3, 0.65, 0.9], 12)
        tracker.update(np.column_stack([corner, corner + 15.0, scores, np.zeros(12)]), embs=embs)
        explanation = tracker.explain()
        plain = explanation.to_dict()
        assert json.loads(json.dumps(plain, allow_nan=False)) == plain
        assert [story["id"] for story in plain["tracks"]] == sorted(explanation.tracks)
        assert [story["row"] for story in plain["detections"]] == list(range(12))
        live = {track.id for track in tracker.tracks}
        assert live <= set(explanation.tracks)
        gone = {story.id for story in explanation.tracks.values() if story.outcome == "died"}
        assert live == set(explanation.tracks) - gone
        assert len(str(explanation).splitlines()) == 1 + len(explanation.tracks) + 12


def test_both_languages_tell_the_same(name: str) -> None:
    fast, slow = (create_tracker(name, backend, record=True) for backend in ("cpp", "python"))
    rng = np.random.default_rng(7)
    embs = None if TRACKERS[name].appearance == "unused" else np.eye(10, 16, dtype=np.float32)
    for _ in range(12):
        corner = 4.0 * rng.integers(0, 12, (10, 2))
        scores = rng.choice([0.05, 0.3, 0.65, 0.9], 10)
        dets = np.column_stack([corner, corner + 16.0, scores, np.zeros(10)])
        fast.update(dets, embs=embs)
        slow.update(dets, embs=embs)
        for row, story in fast.explain().detections.items():
            other = slow.explain().detections[row]
            assert (story.outcome, story.track) == (other.outcome, other.track)
        for track, past in fast.explain().tracks.items():
            there = slow.explain().tracks[track]
            assert (past.outcome, past.row, past.death) == (there.outcome, there.row, there.death)
            assert [a.stage for a in past.attempts] == [a.stage for a in there.attempts]


def test_every_reported_detection_is_told_as_matched_or_new(backend: str, name: str) -> None:
    tracker = create_tracker(name, backend, record=True)
    rng = np.random.default_rng(2)
    start = rng.uniform(0.0, 200.0, (8, 2))
    embs = None if TRACKERS[name].appearance == "unused" else np.eye(8, 16, dtype=np.float32)
    reported = 0
    for t in range(10):
        corner = start + 2.0 * t
        dets = np.column_stack([corner, corner + 20.0, np.full(8, 0.9), np.zeros(8)])
        for row in tracker.update(dets, embs=embs).to_dict():
            if row["det_ind"] >= 0:
                story = tracker.explain().detections[int(row["det_ind"])]
                assert story.outcome in ("matched", "started")
                assert story.track == row["id"]
                reported += 1
    assert reported > 40


def test_without_record_nothing_is_noted_and_asking_is_an_error(backend: str, name: str) -> None:
    tracker = create_tracker(name, backend)
    embs = None if TRACKERS[name].appearance == "unused" else np.eye(1, 16, dtype=np.float32)
    tracker.update([[0.0, 0.0, 10.0, 10.0, 0.9, 0.0]], embs=embs)
    assert tracker._impl.record() is None
    with pytest.raises(ConfigError, match=r"make the tracker with \w+\(record=True\)"):
        tracker.explain()
