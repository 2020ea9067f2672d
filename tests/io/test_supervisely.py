"""Supervisely video annotations: the rules of the format, and the real SDK where it is installed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxtrail.errors import SinkError
from boxtrail.io import Frame, SinkInfo, SuperviselySink
from boxtrail.io.polygon import clip_polygon
from boxtrail.results import TrackResults

UPRIGHT = [
    [-10.4, -5, 30.2, 20.6, 1, 0.9, 0, 0],  # over the upper left corner
    [60, 40, 90, 80, 2, 0.9, 1, 1],  # over the lower right corner
    [200, 10, 220, 30, 3, 0.9, 0, 2],  # outside
    [63.6, 47.6, 70, 70, 12, 0.9, 9, -1],  # a corner pixel of an unnamed class
]
ORIENTED = [
    [30, 20, 80, 20, 0.4, 1, 0.9, 0, 0],
    [200, 200, 5, 5, 0.2, 2, 0.9, 1, 1],
    [62, 46, 30, 30, 0.7, 3, 0.9, 7, -1],
    [20, 20, 10, 6, 0.0, 4, 0.9, 1, 2],
]


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., SuperviselySink]:
    """Writes frames 0, 2, 4 of a source of nine with the same tracks, and leaves the sink open."""

    def write(rows: list[list[float]], name: str = "clip") -> SuperviselySink:
        info = SinkInfo(10.0, {0: "person", 1: "car"}, name, stride=2, source_frames=9)
        sink = SuperviselySink(tmp_path / f"{name}.json", info)
        for index in (0, 2, 4):
            sink.write(Frame(np.zeros((48, 64, 3), np.uint8), index, index / 10), TrackResults(rows))
        return sink

    return write


def test_boxes_are_clipped_to_the_last_pixel_and_those_outside_left_out(
    run: Callable[..., SuperviselySink],
) -> None:
    sink = run(UPRIGHT)
    sink.close()
    figures = load(sink.path)["frames"][0]["figures"]
    assert [(figure["trackId"], figure["geometry"]["points"]["exterior"]) for figure in figures] == [
        ("1", [[0, 0], [30, 21]]),
        ("2", [[60, 40], [63, 47]]),
        ("12", [[63, 47], [63, 47]]),
    ]
    assert {figure["geometryType"] for figure in figures} == {"rectangle"}


def test_indices_and_the_count_are_those_of_the_source(run: Callable[..., SuperviselySink]) -> None:
    sink = run(UPRIGHT)
    sink.close()
    document = load(sink.path)
    assert [frame["index"] for frame in document["frames"]] == [0, 2, 4]
    assert document["framesCount"] == 9
    assert document["size"] == {"height": 48, "width": 64}


def test_every_figure_refers_to_an_object_by_a_uuid(run: Callable[..., SuperviselySink]) -> None:
    sink = run(UPRIGHT)
    sink.close()
    document = load(sink.path)
    titles = {item["key"]: item["classTitle"] for item in document["objects"]}
    assert list(titles.values()) == ["person", "car", "class 9"]
    figures = [figure for frame in document["frames"] for figure in frame["figures"]]
    assert {figure["objectKey"] for figure in figures} == set(titles)
    keys = [document["key"], *titles, *(figure["key"] for figure in figures)]
    assert len(set(keys)) == len(keys)
    assert all(uuid.UUID(key).hex == key for key in keys)
    meta = load(sink.meta_path)
    assert {item["title"] for item in meta["classes"]} == {"person", "car", "class 9"}


def test_the_same_run_gives_the_same_file(run: Callable[..., SuperviselySink]) -> None:
    first = run(UPRIGHT)
    first.close()
    text = first.path.read_text()
    run(UPRIGHT).close()
    assert first.path.read_text() == text
    other = run(UPRIGHT, "other")
    other.close()
    assert load(other.path)["objects"][0]["key"] != json.loads(text)["objects"][0]["key"]


def test_an_object_has_the_class_of_most_of_its_frames(tmp_path: Path, info: SinkInfo) -> None:
    sink = SuperviselySink(tmp_path / "a.json", info)
    for index, label in enumerate([1, 0, 1]):
        rows = TrackResults([[1, 1, 9, 9, 5, 0.9, label, 0]])
        sink.write(Frame(np.zeros((48, 64, 3), np.uint8), index, 0.0), rows)
    sink.close()
    assert [item["classTitle"] for item in load(sink.path)["objects"]] == ["car"]
    assert load(sink.path)["framesCount"] == 3


def test_oriented_boxes_become_polygons_inside_the_image(run: Callable[..., SuperviselySink]) -> None:
    sink = run(ORIENTED)
    sink.close()
    figures = load(sink.path)["frames"][0]["figures"]
    assert [figure["trackId"] for figure in figures] == ["1", "3", "4"]
    assert {figure["geometryType"] for figure in figures} == {"polygon"}
    for figure in figures:
        points = np.array(figure["geometry"]["points"]["exterior"])
        assert len(points) >= 3
        assert points.min() >= 0
        assert (points <= [63, 47]).all()
    assert figures[2]["geometry"]["points"]["exterior"] == [[15, 17], [25, 17], [25, 23], [15, 23]]
    assert {item["shape"] for item in load(sink.meta_path)["classes"]} == {"polygon"}


def test_a_polygon_is_cut_at_the_border() -> None:
    square = np.array([[-5.0, 2.0], [5.0, 2.0], [5.0, 8.0], [-5.0, 8.0]])
    cut = clip_polygon(square, 100, 6)
    assert sorted(map(tuple, cut.tolist())) == [(0.0, 2.0), (0.0, 6.0), (5.0, 2.0), (5.0, 6.0)]
    assert clip_polygon(square + 500, 100, 100).shape == (0, 2)
    np.testing.assert_array_equal(clip_polygon(square + 50, 100, 100), square + 50)


def test_an_interrupted_annotation_is_a_complete_document(run: Callable[..., SuperviselySink]) -> None:
    sink = run(UPRIGHT)
    sink.abort()
    sink.close()
    assert not sink.path.exists()
    assert not sink.meta_path.exists()
    partial = load(sink.path.with_name("clip.partial.json"))
    assert [frame["index"] for frame in partial["frames"]] == [0, 2, 4]
    assert load(sink.path.with_name("clip.meta.partial.json"))["classes"]


def test_an_older_annotation_stays_whole_until_the_new_one_is_complete(
    run: Callable[..., SuperviselySink], tmp_path: Path
) -> None:
    (tmp_path / "clip.json").write_text("older")
    sink = run(UPRIGHT)
    assert sink.path.read_text() == "older"
    sink.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.json", "clip.meta.json"]


def test_a_changed_size_or_a_frame_twice_is_refused(run: Callable[..., SuperviselySink]) -> None:
    sink = run(UPRIGHT)
    with pytest.raises(SinkError, match="frame 6 is 32x24, those before it are 64x48"):
        sink.write(Frame(np.zeros((24, 32, 3), np.uint8), 6, 0.6), TrackResults.empty())
    with pytest.raises(SinkError, match="frame 4 comes after frame 4"):
        sink.write(Frame(np.zeros((48, 64, 3), np.uint8), 4, 0.4), TrackResults.empty())
    sink.close()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("rows", [UPRIGHT, ORIENTED, []])
@pytest.mark.parametrize("interrupted", [False, True])
def test_the_real_sdk_loads_the_annotation_with_its_meta(
    run: Callable[..., SuperviselySink], rows: list[list[float]], interrupted: bool
) -> None:
    sly = pytest.importorskip("supervisely", reason="the supervisely SDK is not installed")
    sink = run(rows)
    if interrupted:
        sink.abort()
        paths = sink.path.with_name("clip.partial.json"), sink.path.with_name("clip.meta.partial.json")
    else:
        sink.close()
        paths = sink.path, sink.meta_path
    meta = sly.ProjectMeta.from_json(load(paths[1]))
    annotation = sly.VideoAnnotation.from_json(load(paths[0]), meta)
    assert annotation.frames_count == 9
    assert annotation.img_size == (48, 64)
    expected = [[str(figure["trackId"]) for figure in frame["figures"]] for frame in load(paths[0])["frames"]]
    assert [[figure.track_id for figure in frame.figures] for frame in annotation.frames] == expected
    assert len(annotation.objects) == (3 if rows else 0)
    # What the SDK writes again is what we wrote.
    again = annotation.to_json()
    for ours, theirs in zip(load(paths[0])["frames"], again["frames"], strict=True):
        assert [figure["geometry"]["points"] for figure in ours["figures"]] == [
            figure["geometry"]["points"] for figure in theirs["figures"]
        ]
