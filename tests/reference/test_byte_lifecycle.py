"""The life of a track in the BYTE family, on examples small enough for paper."""

from __future__ import annotations

import numpy as np

from boxtrail.detections import Detections
from boxtrail.reference.byte_lifecycle import (
    ByteFamilyTrack,
    give_birth,
    predict_known,
    split_by_score,
    split_by_status,
    survivors,
    without_duplicates,
)
from boxtrail.reference.kalman import initiate
from boxtrail.reference.motion_model import motion_model
from boxtrail.reference.record import Record
from boxtrail.reference.stream import Clock, Status

XYWH = motion_model("XYWH")
XYAH = motion_model("XYAH")
BOX = np.array([0.0, 0.0, 10.0, 20.0])


def track(number: int, status: Status, *, first: int = 1, last: int = 1, model=XYWH) -> ByteFamilyTrack:
    """A track at BOX, seen from frame ``first`` to ``last``."""
    return ByteFamilyTrack(number, status, initiate(model, BOX), 0.9, 0, 0, [], 1, first, last, float(last))


def detections(*scores: float) -> Detections:
    """Detections at BOX."""
    rows = [[*BOX, score, 0.0] for score in scores]
    return Detections.from_array(np.array(rows).reshape(-1, 6))


def test_a_score_at_a_threshold_falls_in_neither_band() -> None:
    record = Record()
    high, low = split_by_score(detections(0.61, 0.6, 0.59, 0.1, 0.05), 0.6, 0.1, record)
    assert (high.rows.tolist(), low.rows.tolist()) == ([0], [2])
    refused = {row: gate for row, gate, _, _ in record.refusals}
    assert refused == {1: "track_high_thresh", 3: "track_low_thresh", 4: "track_low_thresh"}


def test_births_of_the_first_frame_are_confirmed_and_later_ones_wait() -> None:
    for frame, status in ((1, Status.CONFIRMED), (2, Status.TENTATIVE)):
        born = give_birth(ByteFamilyTrack, XYWH, detections(0.7, 0.69), Clock(frame, float(frame)), 0.7, None)
        assert [(new.status, j) for new, j in born] == [(status, 0)]


def test_a_newborn_track_is_not_predicted() -> None:
    newborn, known = track(1, Status.TENTATIVE), track(2, Status.CONFIRMED)
    for each in (newborn, known):
        each.state.mean[4] = 3.0
    predict_known(XYWH, [newborn, known], 1.0)
    assert (newborn.state.mean[0], known.state.mean[0]) == (5.0, 8.0)


def test_the_size_of_a_lost_track_is_frozen_and_an_aspect_ratio_goes_on() -> None:
    for model, kept in ((XYWH, [1.0, 2.0, 0.0, 0.0]), (XYAH, [1.0, 2.0, 0.5, 0.0])):
        lost = track(1, Status.LOST, model=model)
        lost.state.mean[4:] = [1.0, 2.0, 0.5, 4.0]
        predict_known(model, [lost], 1.0)
        assert lost.state.mean[4:].tolist() == kept


def test_a_lost_track_is_kept_for_as_long_as_the_buffer() -> None:
    lost = track(1, Status.LOST, last=10)
    assert survivors([lost], [], 40.0, 30.0, None) == [lost]
    record = Record()
    assert survivors([lost], [], 41.0, 30.0, record) == []
    assert record.deaths == [(1, "track_buffer")]


def test_a_newborn_track_that_was_missed_goes_at_once() -> None:
    newborn, other = track(1, Status.TENTATIVE), track(2, Status.TENTATIVE)
    assert survivors([newborn, other], [newborn], 2.0, 30.0, None) == [other]


def test_of_two_tracks_in_one_place_the_longer_life_stays_and_a_tie_drops_the_live_one() -> None:
    for live_first, kept in ((1, [1]), (5, [2]), (9, [2])):
        live = track(1, Status.CONFIRMED, first=live_first, last=10)
        lost = track(2, Status.LOST, first=4, last=9)
        left = without_duplicates([live, lost], XYWH, 0.15, None)
        assert [each.id for each in left] == kept


def test_known_tracks_are_those_that_were_confirmed_once() -> None:
    tracks = [track(1, Status.LOST), track(2, Status.TENTATIVE), track(3, Status.CONFIRMED)]
    known, tentative = split_by_status(tracks)
    assert ([each.id for each in known], [each.id for each in tentative]) == ([1, 3], [2])
