"""A cached sequence given to a tracker frame by frame."""

from __future__ import annotations

from dataclasses import replace as changed
from typing import Any

import numpy as np
import pytest

from boxtrail import create_tracker
from boxtrail.benchmarks import CachedSequence, replay
from boxtrail.errors import InvalidInputError


def a_sequence(num_frames: int = 12, **given: Any) -> CachedSequence:
    """Two boxes that move apart; the second one is not seen in frames 3 and 4, nobody in frame 7 (from 0)."""
    rows, counts = [], []
    for i in range(num_frames):
        frame = [[10.0 + 4 * i, 20, 50 + 4 * i, 120, 0.9, 0], [300.0 - 4 * i, 30, 340 - 4 * i, 130, 0.8, 2]]
        seen = [] if i == 7 else frame[:1] if i in (3, 4) else frame
        rows += seen
        counts.append(len(seen))
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    values = {"name": "two", "num_frames": num_frames, "frame_rate": 25.0, "frame_size": (640, 480)}
    return CachedSequence(**{**values, "detections": np.array(rows), "offsets": offsets, **given})


@pytest.mark.parametrize("name", ["bytetrack", "ocsort", "botsort"])
def test_replay_gives_the_rows_of_the_same_updates_by_hand(name: str) -> None:
    sequence = a_sequence()
    rows = replay(create_tracker(name), sequence)
    tracker = create_tracker(name)
    frames, table = [], []
    for i in range(sequence.num_frames):
        tracks = tracker.update(sequence.detections[sequence.offsets[i] : sequence.offsets[i + 1]])
        frames += [i + 1] * len(tracks)
        table += np.asarray(tracks).tolist()
    expected = np.array(table)
    assert len(rows) > 10
    np.testing.assert_array_equal(rows.frames, frames)
    np.testing.assert_array_equal(rows.shapes, expected[:, :4])
    np.testing.assert_array_equal(rows.ids, expected[:, 4])
    np.testing.assert_array_equal(rows.scores, expected[:, 5])
    np.testing.assert_array_equal(rows.labels, expected[:, 6])
    assert set(rows.labels.tolist()) == {0, 2}
    assert rows.num_frames == 12


def test_a_tracker_that_has_run_before_starts_anew() -> None:
    tracker = create_tracker("bytetrack")
    first, second = replay(tracker, a_sequence()), replay(tracker, a_sequence())
    np.testing.assert_array_equal(first.ids, second.ids)
    assert first.ids.min() == 1


def test_embeddings_and_warps_reach_the_tracker_frame_by_frame() -> None:
    sequence = a_sequence()
    looks = np.eye(2, 4, dtype=np.float32)[(sequence.detections[:, 5] > 0).astype(int)]
    warps = np.tile(np.eye(2, 3), (12, 1, 1))
    warps[:, 0, 2] = np.arange(12)
    given: list[tuple[Any, ...]] = []

    class Spy:
        def reset(self) -> None:
            given.clear()

        def update(self, dets: Any, img: Any = None, embs: Any = None, *, warp: Any, timestamp: float) -> Any:
            given.append((len(dets), len(embs), warp[0, 2], timestamp))
            return create_tracker("sort").update(dets)

    replay(Spy(), changed(sequence, embeddings=looks, warps=warps))
    counts = np.diff(sequence.offsets).tolist()
    assert given == [(n, n, float(i), pytest.approx(i / 25.0)) for i, n in enumerate(counts)]


def test_oriented_boxes_stay_oriented() -> None:
    rows = np.array([[100.0 + i, 100, 40, 20, 0.3, 0.9, 1] for i in range(6)])
    sequence = a_sequence(6, detections=rows, offsets=np.arange(7))
    found = replay(create_tracker("bytetrack"), sequence)
    assert found.kind == "oriented"
    assert set(found.labels.tolist()) == {1}


@pytest.mark.parametrize("num_frames", [0, 5])
def test_a_sequence_without_detections_has_no_tracks(num_frames: int) -> None:
    empty = a_sequence(num_frames, detections=np.empty((0, 6)), offsets=np.zeros(num_frames + 1, np.int64))
    rows = replay(create_tracker("ocsort"), empty)
    assert len(rows) == 0
    assert np.shape(rows.shapes) == (0, 4)
    assert rows.num_frames == num_frames


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"detections": np.zeros((3, 4))}, r"must have shape \(N, 6\) or \(N, 7\), not \(3, 4\)"),
        ({"offsets": np.array([0, 1])}, "offsets must ascend from 0 to"),
        ({"offsets": np.array([0, 5, 3, *[20] * 10])}, "offsets must ascend"),
        ({"embeddings": np.zeros((1, 4), np.float32)}, r"embeddings must have shape \(20, D\)"),
        ({"warps": np.zeros((3, 2, 3))}, r"warps must have shape \(12, 2, 3\)"),
    ],
)
def test_parts_that_do_not_fit_are_named(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=f"'two': .*{message}"):
        a_sequence(**wrong)
