"""Masks and polygons: Supervisely's bitmaps, outlines beside boxes, and figures that are no track."""

from __future__ import annotations

import base64
import json
import logging
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError
from boxtrail.evaluation import evaluate
from boxtrail.io.formats import convert, find_problems, read_tracks
from boxtrail.io.formats.masks import box_of, pixels
from boxtrail.io.formats.reading import read_file

PIXELS = np.array([[0, 1, 1, 0], [1, 1, 1, 1], [0, 0, 1, 1]], dtype=bool)
# The same with a palette of black and white, black being transparent, as Supervisely's own program packs it.
PACKED = (
    "eJzrDPBz5+WS4mJgYOD19HAJAtIsQMzMyAwk+6xsWoEUW4BPiCuQ/v///9Kb8+8CWYwlQX7BDA7PbqQBOXyeLo4hFXOSPRJ+HEgAan/G2Oj+"
    "j9UFKMPg6ernss4poQkAjbkaww=="
)
HUGE = b"\x89PNG\r\n\x1a\n" + b"\x0f" * 40
KEYS = ("e3b390e7b3e447209179abb0d6e2e762", "0123456789abcdef0123456789abcdef")


def packed(image: NDArray[Any]) -> str:
    _, png = cv2.imencode(".png", image)
    return base64.b64encode(zlib.compress(png.tobytes())).decode()


def bitmap(data: str, left: int = 0, top: int = 0) -> dict[str, Any]:
    return {"geometryType": "bitmap", "geometry": {"bitmap": {"data": data, "origin": [left, top]}}}


def points(kind: str, exterior: list[list[int]], interior: Any = ()) -> dict[str, Any]:
    return {"geometryType": kind, "geometry": {"points": {"exterior": exterior, "interior": list(interior)}}}


def annotation(*frames: list[dict[str, Any]]) -> dict[str, Any]:
    """Figure k of every frame belongs to object k."""
    return {
        "size": {"height": 12, "width": 16},
        "framesCount": len(frames),
        "objects": [
            {"key": key, "classTitle": name} for key, name in zip(KEYS, ("cell", "dish"), strict=True)
        ],
        "frames": [
            {
                "index": index,
                "figures": [{"objectKey": KEYS[k], **figure} for k, figure in enumerate(figures)],
            }
            for index, figures in enumerate(frames)
        ],
    }


def put(path: Path, document: Any) -> Path:
    path.write_text(json.dumps(document, indent=1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "data",
    [
        PACKED,
        packed(PIXELS.astype(np.uint8) * 255),
        packed(np.dstack([np.full((3, 4, 3), 9, np.uint8), PIXELS.astype(np.uint8) * 255])),
        packed(np.dstack([PIXELS.astype(np.uint8) * 200] * 3)),
    ],
    ids=["palette", "grey", "alpha", "colour"],
)
def test_a_bitmap_is_a_mask_at_its_origin(data: str, tmp_path: Path) -> None:
    rows = read_tracks(put(tmp_path / "a.json", annotation([bitmap(data, 5, 2)])))["a"]
    assert rows.kind == "mask"
    found = pixels(rows.shapes[0])  # type: ignore[arg-type]
    expected = np.zeros((12, 16), dtype=bool)
    expected[2:5, 5:9] = PIXELS
    np.testing.assert_array_equal(found, expected)


def test_bitmaps_are_compared_as_masks_or_by_their_boxes(tmp_path: Path) -> None:
    gt = put(tmp_path / "gt.json", annotation([bitmap(PACKED, 5, 2)], [bitmap(PACKED, 6, 2)]))
    (tmp_path / "tracks.txt").write_text("1,1,5,2,4,3,1,-1,-1,-1\n2,1,6,2,4,3,1,-1,-1,-1\n")
    with pytest.raises(
        InvalidInputError, match=r"mask and box, .*; iou='box' compares the boxes around them"
    ):
        evaluate(gt, tmp_path / "tracks.txt")
    assert evaluate(gt, tmp_path / "tracks.txt", iou="box").overall["LocA"] == pytest.approx(1.0)
    moved = put(tmp_path / "moved.json", annotation([bitmap(PACKED, 5, 2)], [bitmap(PACKED, 5, 2)]))
    # Of the 8 pixels 5 are covered after a step to the side: 5 in both, 11 in either.
    assert evaluate(gt, moved, threshold=0.1).overall["MOTP"] == pytest.approx((1.0 + 5 / 11) / 2)


def test_holes_of_polygons_are_no_part_of_them(tmp_path: Path) -> None:
    outer, hole = [[1, 1], [9, 1], [9, 9], [5, 11], [1, 9]], [[3, 3], [6, 3], [6, 6], [3, 6]]
    rows = read_tracks(put(tmp_path / "a.json", annotation([points("polygon", outer, [hole])])))["a"]
    found = pixels(rows.shapes[0])  # type: ignore[arg-type]
    assert (found[1, 1], found[4, 4], found[3:6, 3:6].any(), found[6, 6]) == (True, False, False, True)
    path = put(tmp_path / "b.json", annotation([points("polygon", outer, [["x"]])]))
    assert "geometry.points.interior must be lists of corners" in find_problems(path)[0].message


def test_polygons_and_rectangles_are_masks_where_masks_are_asked_for(tmp_path: Path) -> None:
    square = points("polygon", [[2, 2], [6, 2], [6, 6], [2, 6]])
    path = put(tmp_path / "a.json", annotation([square, points("rectangle", [[8, 2], [12, 6]])], [square]))
    assert read_tracks(path)["a"].kind == "box"  # an oriented box and an upright one
    rows = read_file(path, masks=True).tracks[""]
    assert rows.kind == "mask"
    assert [box_of(shape) for shape in rows.shapes] == [(2, 2, 6, 6), (8, 2, 12, 6), (2, 2, 6, 6)]  # type: ignore[arg-type]
    found = evaluate(path, path, iou="mask")
    assert found.provenance is not None
    assert (found.provenance.similarity, found.overall["HOTA"]) == ("mask", pytest.approx(1.0))


def test_polygons_beside_the_boxes_of_coco_are_masks_where_masks_are_asked_for(tmp_path: Path) -> None:
    document = {
        "images": [{"id": 1, "width": 16, "height": 12}],
        "categories": [{"id": 1, "name": "cell"}],
        "annotations": [
            {"image_id": 1, "track_id": 1, "category_id": 1, "bbox": [1, 1, 4, 4],
             "segmentation": [[1, 1, 5, 1, 5, 5]]},
            {"image_id": 1, "track_id": 2, "category_id": 1, "bbox": [8, 1, 4, 4]},
        ],
    }  # fmt: skip
    path = put(tmp_path / "a.json", document)
    assert read_tracks(path)["a"].kind == "box"
    rows = read_file(path, masks=True).tracks[""]
    assert [int(pixels(shape).sum()) for shape in rows.shapes] == [10, 16]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (bitmap(PACKED, 13, 2), "the bitmap leaves the frame"),
        (bitmap(PACKED, -1, 2), "geometry.bitmap must have data and an origin of whole numbers ≥ 0"),
        (bitmap("no base64!"), "geometry.bitmap.data is no compressed PNG: "),
        (bitmap(base64.b64encode(b"not packed").decode()), "geometry.bitmap.data is no compressed PNG: "),
        (bitmap(base64.b64encode(zlib.compress(b"no image")).decode()), "is no compressed PNG: no PNG in it"),
        (bitmap(base64.b64encode(zlib.compress(HUGE)).decode()), "no compressed PNG: an image of 252645135x252645135"),
        (bitmap(packed(np.zeros((40, 4), np.uint8))), "the bitmap leaves the frame"),
        ({"geometryType": "bitmap", "geometry": {}}, "geometry.bitmap must have data"),
    ],
)  # fmt: skip
def test_a_bitmap_that_is_none_is_named_with_figure_and_line(
    figure: dict[str, Any], said: str, tmp_path: Path
) -> None:
    path = put(tmp_path / "a.json", annotation([bitmap(PACKED)], [figure]))
    problem = find_problems(path)[0]
    assert said in problem.message
    assert problem.message.startswith("frames[1].figures[0]: ")
    with pytest.raises(InvalidInputError, match=rf"a\.json, line {problem.line}: frames"):
        read_tracks(path)


def test_figures_that_are_no_track_are_left_out_with_a_line_for_each_object(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rectangle = points("rectangle", [[1, 1], [5, 5]])
    dot = points("point", [[3, 3]])
    path = put(tmp_path / "a.json", annotation([rectangle, dot], [rectangle, dot], [rectangle]))
    assert find_problems(path) == []
    lines = path.read_text().splitlines()
    line = (
        next(k for k, text in enumerate(lines) if '"point"' in text) - 1
    )  # from 1, and the figure begins earlier
    said = f"{path}, line {line}: object {KEYS[1]} (dish): 2 figures are left out, for a point is no track"
    with caplog.at_level(logging.WARNING, "boxtrail"):
        rows = read_tracks(path)["a"]
    assert [record.message for record in caplog.records] == [said]
    assert (rows.kind, rows.ids.tolist()) == ("box", [1, 1, 1])
    found = evaluate(path, path)
    assert found.provenance is not None
    assert found.provenance.left_out == (said,)
    assert said in convert(path, tmp_path / "out.txt").notes


def test_shapes_of_cvat_that_are_no_track_are_left_out_with_a_line(tmp_path: Path) -> None:
    size = "<original_size><width>64</width><height>48</height></original_size>"
    box = '<box frame="0" xtl="1" ytl="1" xbr="9" ybr="9"/>'
    dots = '<points frame="1" points="1,2"/><points frame="2" points="1,2"/>'
    image = f'<image id="3"><box xtl="1" ytl="1" xbr="9" ybr="9" label="car" group_id="4"/>\n{dots}</image>'
    track = f'<track id="3" label="car">{box}\n{dots}</track>'
    for content, expected in (
        (track, ["line 2: <track id=3>: 2 <points> left out, which is no shape of a track"]),
        (image, ["line 2: <image id=3>: 1 <points> left out, which is no shape of a track"] * 2),
    ):
        path = tmp_path / "a.xml"
        path.write_text(f"<annotations><meta><task>{size}</task></meta>{content}</annotations>")
        found = read_file(path)
        assert found.left_out == tuple(f"{path}, {line}" for line in expected)
        assert len(found.tracks[""]) == 1
