"""Video annotations as tracks and back."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from boxtrail import TrackResults
from boxtrail.errors import InvalidInputError, SinkError
from boxtrail.supervisely import (
    mot_to_video_annotation,
    rows_of,
    tracks_of,
    video_annotation,
    video_annotation_to_mot,
)

NAMES = {0: "person", 2: "car"}
TRACKS = [
    TrackResults([[10, 20, 50, 80, 1, 0.9, 0, 0], [100, 30, 140, 70, 4, 0.8, 2, 1]]),
    TrackResults.empty(),
    TrackResults([[12.4, 20.6, 52, 80, 1, 0.9, 0, 0]]),
]


def made(**given: Any) -> dict[str, Any]:
    return video_annotation(TRACKS, **{"frame_size": (160, 120), "class_names": NAMES, **given})


def test_tracks_become_objects_and_figures() -> None:
    annotation = made()
    assert annotation["size"] == {"height": 120, "width": 160}
    assert annotation["framesCount"] == 3
    assert [entry["classTitle"] for entry in annotation["objects"]] == ["person", "car"]
    figures = {frame["index"]: frame["figures"] for frame in annotation["frames"]}
    assert [figure["trackId"] for figure in figures[0]] == ["1", "4"]
    assert figures[2][0]["geometry"]["points"]["exterior"] == [[12, 21], [52, 80]]
    assert figures[0][0]["objectKey"] == figures[2][0]["objectKey"] == annotation["objects"][0]["key"]


def test_boxes_are_cut_at_the_edge_and_left_out_beyond_it() -> None:
    tracks = [[[-5, 100, 30, 130, 1, 0.9, 0, 0], [170, 10, 190, 30, 2, 0.9, 0, 1]]]
    annotation = video_annotation(tracks, frame_size=(160, 120), class_names=NAMES)
    (figure,) = annotation["frames"][0]["figures"]
    assert figure["geometry"]["points"]["exterior"] == [[0, 100], [30, 119]]


def test_frames_keep_their_place_in_the_video() -> None:
    annotation = made(frame_indices=[10, 13, 16], num_frames=40)
    assert [frame["index"] for frame in annotation["frames"]] == [10, 16]
    assert annotation["framesCount"] == 40


def test_annotations_come_back_as_tracks() -> None:
    for given in (made(), SimpleNamespace(to_json=made)):
        again = tracks_of(given, class_names=NAMES)
        assert [frame.id.tolist() for frame in again] == [[1, 4], [], [1]]
        assert [frame.cls.tolist() for frame in again] == [[0, 2], [], [0]]
        np.testing.assert_array_equal(again[2].xyxy, [[12, 21, 52, 80]])
        assert again[0].conf.tolist() == [1.0, 1.0]
        assert again[0].det_ind.tolist() == [-1, -1]
    assert [frame.cls.tolist() for frame in tracks_of(made())] == [[1, 2], [], [1]]


def test_oriented_tracks_come_back_oriented() -> None:
    tracks = [TrackResults([[80.0, 60.0, 60.0, 20.0, 0.4, 3, 0.9, 0, 0]])]
    (frame,) = tracks_of(
        video_annotation(tracks, frame_size=(160, 120), class_names=NAMES), class_names=NAMES
    )
    assert frame.is_obb
    np.testing.assert_allclose(frame.xywha[0], [80, 60, 60, 20, 0.4], atol=1.0)


def test_no_tracks_at_all_are_an_annotation_too() -> None:
    annotation = video_annotation([], frame_size=(160, 120))
    assert (annotation["framesCount"], annotation["objects"], annotation["frames"]) == (0, [], [])
    assert tracks_of(annotation) == []
    assert [len(frame) for frame in tracks_of(video_annotation([[], []], frame_size=(160, 120)))] == [0, 0]


def test_mot_text_of_an_annotation_and_back(tmp_path: Path) -> None:
    path = video_annotation_to_mot(made(), tmp_path / "seq.txt")
    lines = [line.split(",") for line in path.read_text().splitlines()]
    assert [[float(value) for value in line[:6]] for line in lines] == [
        [1, 1, 10, 20, 40, 60],
        [1, 4, 100, 30, 40, 40],
        [3, 1, 12, 21, 40, 59],
    ]
    again = mot_to_video_annotation(path, frame_size=(160, 120), class_names={1: "person", 2: "car"})
    assert [frame.id.tolist() for frame in tracks_of(again)] == [[1, 4], [], [1]]
    assert [entry["classTitle"] for entry in again["objects"]] == ["person", "car"]


def test_a_file_is_read_like_its_content(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4.json"
    path.write_text(json.dumps(made()), encoding="utf-8")
    assert rows_of(path).ids.tolist() == rows_of(made()).ids.tolist() == [1, 4, 1]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"frame_size": None}, "size of the frames"),
        ({"frame_indices": [0, 1]}, "frame_indices"),
        ({"frame_indices": [0, 1, 1]}, "frame_indices"),
        ({"frame_indices": [-1, 0, 1]}, "frame_indices"),
    ],
)
def test_arguments_that_do_not_fit_are_named(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        made(**given)


def test_what_is_wrong_with_an_annotation_is_named(tmp_path: Path) -> None:
    broken = made()
    broken["frames"][0]["figures"][0]["objectKey"] = "nobody"
    with pytest.raises(InvalidInputError, match=r"video annotation.*nobody"):
        tracks_of(broken)
    with pytest.raises(InvalidInputError, match="'car' is not among the names"):
        tracks_of(made(), class_names={0: "person"})
    with pytest.raises(InvalidInputError, match="upright boxes in some frames"):
        video_annotation([TRACKS[0], TrackResults(np.ones((1, 9)))], frame_size=(9, 9))
    (tmp_path / "file").touch()
    with pytest.raises(SinkError):
        video_annotation_to_mot(made(), tmp_path / "file" / "tracks.txt")
