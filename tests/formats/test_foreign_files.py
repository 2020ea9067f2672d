"""Files as other tools write them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from boxtrail import TrackResults
from boxtrail.io import CsvSink, Frame, JsonLinesSink, MotSink, SinkInfo, SuperviselySink
from boxtrail.io.formats import find_problems, read_tracks
from boxtrail.io.formats.masks import box_of, pixels

LABELS = "<labels><label><name>car</name></label><label><name>person</name></label></labels>"


def cvat(content: str, meta: str = "") -> str:
    size = "<original_size><width>64</width><height>48</height></original_size>"
    task = f"<task><size>20</size>{meta}{LABELS}{size}</task>"
    return f"<annotations><version>1.1</version><meta>{task}</meta>{content}</annotations>"


def box(frame: int, left: float, more: str = "", inner: str = "") -> str:
    return f'<box frame="{frame}" xtl="{left}" ytl="0" xbr="{left + 8}" ybr="8" {more}>{inner}</box>'


def test_between_the_key_frames_of_cvat_lies_a_straight_line(tmp_path: Path) -> None:
    gone = box(6, 8, 'outside="1"')
    track = f'<track id="3" label="person">{box(0, 0)}{box(4, 8)}{gone}{box(9, 1)}</track>'
    (tmp_path / "one.xml").write_text(cvat(track))
    rows = read_tracks(tmp_path / "one.xml")["one"]
    assert rows.frames.tolist() == [1, 2, 3, 4, 5, 6, 10]
    np.testing.assert_allclose(np.asarray(rows.shapes)[:, 0], [0, 2, 4, 6, 8, 8, 1])
    assert rows.labels is not None
    assert set(rows.labels.tolist()) == {2}
    assert (rows.names, rows.num_frames, rows.frame_size) == ({1: "car", 2: "person"}, 20, (64, 48))


def test_cvat_skips_frames_where_the_task_does(tmp_path: Path) -> None:
    track = f'<track id="0" label="car">{box(0, 0)}{box(6, 6)}</track>'
    (tmp_path / "one.xml").write_text(cvat(track, "<frame_filter>step=3</frame_filter>"))
    assert read_tracks(tmp_path / "one.xml")["one"].frames.tolist() == [1, 4, 7]


def test_images_of_cvat_name_their_tracks(tmp_path: Path) -> None:
    def attribute(name: str, value: object) -> str:
        return f'<attribute name="{name}">{value}</attribute>'

    first = box(0, 1, 'label="car"', attribute("track_id", 7) + attribute("score", 0.5)).replace(
        'frame="0" ', ""
    )
    second = box(0, 2, 'label="car" group_id="9"', attribute("score", 0.25)).replace('frame="0" ', "")
    images = f'<image id="0" name="a.jpg">{first}</image><image id="2" name="b.jpg">{second}</image>'
    (tmp_path / "one.xml").write_text(cvat(images))
    rows = read_tracks(tmp_path / "one.xml")["one"]
    assert (rows.frames.tolist(), rows.ids.tolist()) == ([1, 3], [7, 9])
    assert rows.scores is not None
    assert rows.scores.tolist() == [0.5, 0.25]
    bare = first.replace(attribute("track_id", 7), "")
    (tmp_path / "one.xml").write_text(cvat(f'<image id="0">{bare}</image>'))
    assert (
        "no track: neither an attribute track_id nor a group_id"
        in find_problems(tmp_path / "one.xml")[0].message
    )


def test_a_project_of_cvat_holds_several_sequences(tmp_path: Path) -> None:
    tasks = "".join(f"<task><id>{k}</id><name>video {k}</name><size>3</size></task>" for k in (5, 6))
    tracks = "".join(f'<track id="0" label="car" task_id="{k}">{box(0, k)}</track>' for k in (5, 6))
    (tmp_path / "all.xml").write_text(
        f"<annotations><meta><project><tasks>{tasks}</tasks>{LABELS}</project></meta>{tracks}</annotations>"
    )
    found = read_tracks(tmp_path / "all.xml")
    assert {name: float(np.asarray(rows.shapes)[0, 0]) for name, rows in found.items()} == {
        "video 5": 5.0,
        "video 6": 6.0,
    }


def test_rotated_boxes_polygons_and_masks_of_cvat(tmp_path: Path) -> None:
    turned = '<box frame="0" xtl="10" ytl="10" xbr="30" ybr="20" rotation="350"/>'
    (tmp_path / "a.xml").write_text(cvat(f'<track id="0" label="car">{turned}</track>'))
    np.testing.assert_allclose(
        read_tracks(tmp_path / "a.xml")["a"].shapes, [[20, 15, 20, 10, np.radians(-10)]]
    )
    shapes = (
        '<polygon frame="0" points="2,2;6,2;6,5;2,5"/>'
        '<mask frame="1" rle="1, 2, 3" left="4" top="5" width="3" height="2"/>'
    )
    (tmp_path / "b.xml").write_text(cvat(f'<track id="0" label="car">{shapes}</track>'))
    polygon, mask = read_tracks(tmp_path / "b.xml")["b"].shapes
    assert box_of(polygon) == (2, 2, 6, 5)
    assert np.argwhere(pixels(mask)).tolist() == [[5, 5], [5, 6]]


def test_coco_as_others_have_it(tmp_path: Path) -> None:
    document = {
        "videos": [{"id": 0, "name": "a"}],
        "images": [{"id": 10, "video_id": 0, "frame_id": 1}, {"id": 11, "video_id": 0, "frame_id": 2}],
        "categories": [{"id": 1, "name": "car"}],
        "annotations": [
            {
                "image_id": 10,
                "track_id": 4,
                "category_id": 1,
                "bbox": [0, 0, 5, 5],
                "segmentation": [[0, 0, 5, 0, 5, 5]],
            },
            {"image_id": 11, "track_id": 4, "category_id": 1, "bbox": [1, 0, 5, 5], "ignore": True},
        ],
    }
    (tmp_path / "a.json").write_text(json.dumps(document))
    rows = read_tracks(tmp_path / "a.json")["a"]
    assert rows.frames.tolist() == [1, 2]  # the file counts from 1
    assert rows.kind == "box"
    del document["videos"], document["annotations"][0]["bbox"], document["annotations"][1]
    document["images"] = [{"id": 10, "width": 9, "height": 8}, {"id": 11, "width": 9, "height": 8}]
    (tmp_path / "b.json").write_text(json.dumps(document))
    rows = read_tracks(tmp_path / "b.json")["b"]
    assert (rows.kind, rows.num_frames, rows.frame_size) == ("mask", 2, (9, 8))


def figure(key: str, left: int, **more: object) -> dict[str, object]:
    geometry = {"points": {"exterior": [[left, 2], [left + 9, 8]], "interior": []}}
    return {"objectKey": key, "geometryType": "rectangle", "geometry": geometry, **more}


def test_a_project_of_supervisely_is_read_without_its_other_files(tmp_path: Path) -> None:
    keys = ["e3b390e7b3e447209179abb0d6e2e762", "0123456789abcdef0123456789abcdef"]
    document = {
        "size": {"height": 48, "width": 64},
        "framesCount": 4,
        "tags": [],
        "objects": [
            {"key": key, "classTitle": title, "tags": []}
            for key, title in zip(keys, ("dog", "cat"), strict=True)
        ],
        "frames": [{"index": 2, "figures": [figure(keys[1], 3), figure(keys[0], 30)]}, {"index": 3}],
    }
    annotations = tmp_path / "project" / "ds" / "ann"
    annotations.mkdir(parents=True)
    (annotations / "street.mp4.json").write_text(json.dumps(document))
    for name in ("meta.json", "key_id_map.json"):
        (tmp_path / "project" / name).write_text("{}")
    found = read_tracks(tmp_path / "project")
    assert list(found) == ["street"]
    rows = found["street"]
    assert (rows.frames.tolist(), rows.ids.tolist(), rows.num_frames) == (
        [3, 3],
        [2, 1],
        4,
    )  # numbers of the objects
    assert rows.labels is not None
    assert [rows.names[label] for label in rows.labels.tolist()] == ["cat", "dog"]


@pytest.mark.parametrize("oriented", [False, True])
def test_what_our_sinks_write_is_read(oriented: bool, tmp_path: Path) -> None:
    boxes = (
        [[40.0, 30.0, 20.0, 10.0, 0.5, 3, 0.75, 2, 0]]
        if oriented
        else [[10.0, 5.0, 30.0, 25.0, 3, 0.75, 2, 0]]
    )
    info = SinkInfo(fps=10.0, class_names={2: "car"}, source_name="one")
    kinds = {"one.txt": MotSink, "one.csv": CsvSink, "one.jsonl": JsonLinesSink, "one.json": SuperviselySink}
    for name, kind in kinds.items():
        sink = kind(tmp_path / name, info)
        for index in (0, 1, 3):
            tracks = TrackResults(np.array(boxes))
            sink.write(Frame(np.zeros((48, 64, 3), dtype=np.uint8), index, index / 10.0), tracks)
        sink.close()
        assert find_problems(tmp_path / name) == []
        rows = read_tracks(tmp_path / name)["one"]
        assert (rows.frames.tolist(), rows.ids.tolist()) == ([1, 2, 4], [3, 3, 3])
        expected = boxes[0][:5] if oriented else boxes[0][:4]
        np.testing.assert_allclose(rows.shapes, [expected] * 3, atol=1.0)
        if name in ("one.csv", "one.jsonl", "one.json"):
            assert rows.labels is not None
            assert {rows.names[label] for label in rows.labels.tolist()} == {"car"}
        if name in ("one.csv", "one.jsonl"):
            assert rows.frame_rate == 10.0


def test_the_folders_of_the_field_are_read(data_dir: Path) -> None:
    for folder, count in (("MOT15/train", 11), ("MOT17/train", 7), ("DanceTrack/val", 13)):
        found = read_tracks(data_dir / folder)
        assert len(found) == count
        assert all(len(rows) and rows.kind == "box" for rows in found.values())
        assert find_problems(data_dir / folder / next(iter(found))) == []
