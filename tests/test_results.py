"""The rows a tracker reports, and the forms they are written in."""

from __future__ import annotations

import csv
import io
import json
import math
import pickle
from pathlib import Path

import numpy as np
import pytest

from boxtrail import TrackResults
from boxtrail.results import AABB_COLUMNS, OBB_COLUMNS

UPRIGHT = [
    [10.0, 20.0, 30.0, 60.0, 1, 0.9, 0, 2],
    [100.5, 200.25, 150.5, 300.25, 7, 0.5, 3, -1],
]
ORIENTED = [[50.0, 60.0, 20.0, 10.0, math.pi / 2.0, 4, 0.75, 1, 0]]


@pytest.fixture
def tracks() -> TrackResults:
    return TrackResults(UPRIGHT)


@pytest.fixture
def oriented() -> TrackResults:
    return TrackResults(ORIENTED)


def test_columns_have_names_and_types(tracks: TrackResults) -> None:
    assert tracks.dtype == np.float64
    assert tracks.columns == AABB_COLUMNS
    assert tracks.xyxy.tolist() == [row[:4] for row in UPRIGHT]
    assert tracks.xywh.tolist() == [[20.0, 40.0, 20.0, 40.0], [125.5, 250.25, 50.0, 100.0]]
    assert tracks.xywha.tolist() == [[20.0, 40.0, 20.0, 40.0, 0.0], [125.5, 250.25, 50.0, 100.0, 0.0]]
    assert tracks.id.tolist() == [1, 7]
    assert tracks.conf.tolist() == [0.9, 0.5]
    assert tracks.cls.tolist() == [0, 3]
    assert tracks.det_ind.tolist() == [2, -1]
    assert {column.dtype for column in (tracks.id, tracks.cls, tracks.det_ind)} == {np.dtype(np.int64)}
    assert not tracks.is_obb


def test_oriented_rows_have_an_angle_and_an_enclosing_box(oriented: TrackResults) -> None:
    assert oriented.is_obb
    assert oriented.columns == OBB_COLUMNS
    assert oriented.xywha.tolist() == [ORIENTED[0][:5]]
    assert oriented.xywh.tolist() == [ORIENTED[0][:4]]
    assert oriented.xyxy == pytest.approx(np.array([[45.0, 50.0, 55.0, 70.0]]))
    assert (oriented.id.tolist(), oriented.cls.tolist(), oriented.det_ind.tolist()) == ([4], [1], [0])


def test_iterating_gives_rows_with_the_same_names(tracks: TrackResults) -> None:
    rows = list(tracks)
    assert [type(row) for row in rows] == [TrackResults] * 2
    assert [int(row.id) for row in rows] == [1, 7]
    assert rows[1].xyxy.tolist() == UPRIGHT[1][:4]
    assert rows[1].xywha.tolist() == [125.5, 250.25, 50.0, 100.0, 0.0]
    assert rows[0].to_dict()[0]["id"] == 1


def test_slices_and_masks_keep_the_type(tracks: TrackResults) -> None:
    for part in (tracks[1:], tracks[tracks.conf < 0.6], tracks[[1]], tracks[np.array([1])]):
        assert isinstance(part, TrackResults)
        assert part.id.tolist() == [7]
    assert tracks[tracks.id == 99].shape == (0, 8)


def test_columns_alone_are_no_rows_of_tracks(tracks: TrackResults) -> None:
    with pytest.raises(AttributeError, match="no longer rows of tracks"):
        _ = tracks[:, :4].id


def test_results_are_a_copy(tracks: TrackResults) -> None:
    source = np.array(UPRIGHT)
    made = TrackResults(source)
    source[:] = 0.0
    assert made.tolist() == tracks.tolist()


def test_pickling_keeps_type_and_values(tracks: TrackResults, oriented: TrackResults) -> None:
    for rows in (tracks, oriented, TrackResults.empty(is_obb=True)):
        back = pickle.loads(pickle.dumps(rows))
        assert isinstance(back, TrackResults)
        assert back.tolist() == rows.tolist()
        assert back.is_obb == rows.is_obb


def test_no_track_has_every_column_too() -> None:
    for is_obb, width in ((False, 8), (True, 9)):
        nothing = TrackResults.empty(is_obb=is_obb)
        assert nothing.shape == (0, width)
        assert nothing.xyxy.shape == nothing.xywh.shape == (0, 4)
        assert nothing.xywha.shape == (0, 5)
        assert nothing.id.shape == (0,)
        assert nothing.to_dict() == []
        assert json.loads(nothing.to_json()) == []
        assert nothing.to_mot(1) == ""
    assert TrackResults([]).shape == (0, 8)


@pytest.mark.parametrize("shape", [(2, 6), (1, 2, 8), (7,)])
def test_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"\(M, 8\) or \(M, 9\)"):
        TrackResults(np.ones(shape))


def test_dicts_are_keyed_by_column_with_whole_ids(tracks: TrackResults) -> None:
    first = tracks.to_dict()[0]
    assert first == dict(zip(AABB_COLUMNS, UPRIGHT[0], strict=True))
    assert [type(first[name]) for name in ("id", "cls", "det_ind", "x1", "conf")] == [
        int,
        int,
        int,
        float,
        float,
    ]


def test_json_says_the_same(tracks: TrackResults, oriented: TrackResults) -> None:
    for rows in (tracks, oriented):
        assert json.loads(rows.to_json()) == rows.to_dict()
    assert "\n" in tracks.to_json(indent=2)


def test_csv_has_a_header_and_reads_back(tracks: TrackResults) -> None:
    rows = list(csv.DictReader(io.StringIO(tracks.to_csv(frame=12))))
    assert [row["frame"] for row in rows] == ["12", "12"]
    assert [row["id"] for row in rows] == ["1", "7"]
    assert float(rows[1]["y1"]) == 200.25
    assert tracks.to_csv().splitlines()[0] == ",".join(AABB_COLUMNS)
    assert len(tracks.to_csv(header=False).splitlines()) == 2


def test_mot_rows_have_ten_columns_from_left_and_top(tracks: TrackResults) -> None:
    assert tracks.to_mot(3).splitlines() == [
        "3,1,10.0000,20.0000,20.0000,40.0000,0.9000,-1,-1,-1",
        "3,7,100.5000,200.2500,50.0000,100.0000,0.5000,-1,-1,-1",
    ]


def test_oriented_mot_rows_carry_the_angle(oriented: TrackResults) -> None:
    assert oriented.to_mot(1) == "1,4,50.0000,60.0000,20.0000,10.0000,1.570796,0.7500,1,-1\n"


def test_saving_appends_frame_after_frame(tracks: TrackResults, tmp_path: Path) -> None:
    for frame in (1, 2):
        tracks.save_mot(tmp_path / "tracks.txt", frame)
        tracks.save_csv(str(tmp_path / "tracks.csv"), frame)
    assert np.loadtxt(tmp_path / "tracks.txt", delimiter=",")[:, 0].tolist() == [1, 1, 2, 2]
    lines = (tmp_path / "tracks.csv").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("frame,x1")


def test_supervision_gets_ids_scores_and_classes(tracks: TrackResults) -> None:
    pytest.importorskip("supervision")
    detections = tracks.to_supervision()
    assert detections.tracker_id.tolist() == [1, 7]
    assert detections.class_id.tolist() == [0, 3]
    assert detections.confidence == pytest.approx([0.9, 0.5])
    assert detections.xyxy.tolist() == [row[:4] for row in UPRIGHT]
    assert detections.data["det_ind"].tolist() == [2, -1]
    assert len(TrackResults.empty().to_supervision()) == 0


def test_supervision_gets_the_corners_of_oriented_boxes(oriented: TrackResults) -> None:
    pytest.importorskip("supervision")
    corners = oriented.to_supervision().data["xyxyxyxy"]
    assert corners.shape == (1, 4, 2)
    assert sorted(np.round(corners[0], 6).tolist()) == [
        [45.0, 50.0],
        [45.0, 70.0],
        [55.0, 50.0],
        [55.0, 70.0],
    ]
