"""What comes along with the detections: embeddings, masks, anything carried, frames and warps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from boxtrail.errors import InvalidInputError
from boxtrail.trackers import TRACKERS, Tracker

Make = Callable[..., Tracker]

ROWS = np.array([[100.0, 50.0, 140.0, 150.0, 0.9, 0.0], [300.0, 50.0, 340.0, 150.0, 0.8, 2.0]])


@pytest.mark.parametrize("companion", ["embs", "embeddings", "masks"])
def test_companions_must_have_a_row_for_every_detection_passed(eager: Make, companion: str) -> None:
    rows = np.vstack([ROWS, [5.0, 5.0, 5.0, 9.0, 0.9, 0.0]])  # one will be dropped
    assert len(eager().update(rows, **{companion: np.ones((3, 8))})) == 2
    with pytest.raises(InvalidInputError, match="3, not 2"):
        eager().update(rows, **{companion: np.ones((2, 8))})


def test_what_is_carried_along_stays_with_its_track(eager: Make) -> None:
    tracker = eager()
    rows = np.array([[0.0, 50.0, 40.0, 150.0, 0.9, 0.0], [300.0, 50.0, 340.0, 150.0, 0.9, 0.0]])
    for _ in range(3):
        tracker.update(rows)
    masks = np.zeros((2, 4, 4), bool)
    masks[1] = True
    tracks = tracker.update(rows[::-1].copy(), masks=masks, carry={"names": ["right", "left"]})
    assert tracks.carry["names"] == ["left", "right"]
    assert tracks.carry["masks"].all(axis=(1, 2)).tolist() == [True, False]
    assert tracks[tracks.id == 2].carry["names"] == ["right"]
    assert tracks[1].carry["names"] == ["right"]
    assert tracker.update(rows).carry == {}


def test_supervision_masks_and_data_are_carried_along(eager: Make) -> None:
    sv = pytest.importorskip("supervision")
    tracker = eager()
    box = np.array([[0.0, 50.0, 40.0, 150.0]])
    for _ in range(3):
        dets = sv.Detections(
            xyxy=box,
            confidence=np.array([0.9]),
            class_id=np.array([0]),
            mask=np.ones((1, 4, 4), bool),
            data={"name": np.array(["person"])},
        )
        tracks = tracker.update(dets)
    assert tracks.carry["name"].tolist() == ["person"]
    assert tracks.carry["masks"].shape == (1, 4, 4)


def test_embeddings_are_brought_to_length_one_and_keep_their_width(make: Make, name: str) -> None:
    tracker = make()
    rows = [[0.0, 50.0, 40.0, 150.0, 0.9, 0.0]]
    tracker.update(rows, np.zeros((8, 8, 3), np.uint8), [[3.0, 4.0]])
    tracker.update([], embs=[])
    if TRACKERS[name].appearance == "unused":
        return
    with pytest.raises(InvalidInputError, match="3 numbers a row, those of the frames before had 2"):
        tracker.update(rows, embs=[[1.0, 0.0, 0.0]])
    tracker.reset()
    tracker.update(rows, embs=[[1.0, 0.0, 0.0]])


def test_the_image_may_be_given_under_any_name_or_by_position(make: Make) -> None:
    image = np.zeros((4, 4, 3), np.uint8)
    expected = make().update(ROWS).tolist()
    assert make().update(ROWS, image).tolist() == expected
    for given in ({"img": image}, {"image": image}, {"frame": image}):
        assert make().update(ROWS, **given).tolist() == expected


def test_a_warp_carries_the_tracks_along(eager: Make) -> None:
    tracker = eager()
    for _ in range(3):
        tracker.update(ROWS)
    moved = ROWS.copy()
    moved[:, [0, 2]] += 200.0  # as if person 1 stood where person 2 was
    tracks = tracker.update(moved, warp=[[1.0, 0.0, 200.0], [0.0, 1.0, 0.0]])
    assert tracks.id.tolist() == [1, 2]
    assert tracks.det_ind.tolist() == [0, 1]
