"""Upload modes, with an ``api`` that records what it is asked."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from boxtrail.errors import ConfigError, InvalidInputError, MissingExtraError
from boxtrail.predict.prediction import Prediction, of_rows
from boxtrail.supervisely import upload, upload_video, video_annotation
from supervisely_stand_in import Platform

NAMES = {0: "person", 1: "car"}
BOXES = [[10, 20, 60, 90, 0.9, 0], [100, 50, 180, 110, 0.8, 1]]


def prediction(image_id: int | None, rows: list[list[float]] | None = None) -> Prediction:
    table = np.array(BOXES if rows is None else rows, dtype=np.float64).reshape(-1, 6)
    return of_rows(table, NAMES, (240, 320), image_id=image_id)


def entry(title: str, box: list[float]) -> dict[str, Any]:
    exterior = [box[:2], box[2:]]
    return {
        "id": 1,
        "classTitle": title,
        "geometryType": "rectangle",
        "points": {"exterior": exterior, "interior": []},
    }


def titles(annotation: dict[str, Any]) -> list[str]:
    return [one["classTitle"] for one in annotation["objects"]]


def uploaded(platform: Platform) -> list[tuple[int, dict[str, Any]]]:
    return [(image, annotation) for image, annotation in platform.calls("annotation.upload_json")]


def test_append_keeps_what_is_there(platform: Platform) -> None:
    platform.existing["objects"] = [entry("car", [100, 50, 180, 110])]
    assert upload(platform, [prediction(5)]) == 1
    ((image, annotation),) = uploaded(platform)
    assert image == 5
    assert titles(annotation) == ["car", "person", "car"]
    assert annotation["tags"] == [{"name": "day"}]


def test_replace_does_not_ask_what_is_there(platform: Platform) -> None:
    platform.existing["objects"] = [entry("car", [0, 0, 9, 9])]
    upload(platform, [prediction(5), prediction(6, [])], "replace")
    assert platform.calls("annotation.download_json") == []
    assert [(image, titles(annotation)) for image, annotation in uploaded(platform)] == [
        (5, ["person", "car"]),
        (6, []),
    ]


def test_iou_merge_leaves_out_what_is_there_already(platform: Platform) -> None:
    same, near = [100, 50, 180, 110], [10, 20, 60, 84]  # the second overlaps with the person by 0.915
    platform.existing["objects"] = [entry("car", same), entry("person", near), entry("person", same)]
    upload(platform, [prediction(5)], "iou_merge")
    assert titles(uploaded(platform)[0][1]) == ["car", "person", "person"]
    upload(platform, [prediction(5)], "iou_merge", iou_merge_threshold=0.95)
    assert titles(uploaded(platform)[1][1]) == ["car", "person", "person", "person"]


def test_iou_merge_tells_classes_and_geometries_apart(platform: Platform) -> None:
    polygon = {**entry("car", [100, 50, 180, 110]), "geometryType": "polygon"}
    polygon["points"] = {"exterior": [[100, 50], [180, 50], [180, 110], [100, 110]], "interior": []}
    platform.existing["objects"] = [polygon, entry("car", [10, 20, 60, 90])]
    upload(platform, [prediction(5)], "iou_merge")
    assert titles(uploaded(platform)[0][1]) == ["car", "car", "person", "car"]


def test_create_copies_the_images_into_a_new_project(platform: Platform) -> None:
    assert upload(platform, [prediction(5), prediction(6)], "create", name="mine") == 77
    ((workspace, name, more),) = platform.calls("project.create")
    assert (workspace, name, more["type"]) == (3, "mine", "images")
    assert [call[1] for call in platform.calls("dataset.create")] == ["part 11", "part 12"]
    assert platform.calls("image.upload_ids") == [(900, ["five.jpg"], [5]), (900, ["six.jpg"], [6])]
    assert [image for image, _ in uploaded(platform)] == [105, 106]
    assert platform.calls("annotation.download_json") == []


def test_classes_the_project_lacks_are_added_once(platform: Platform) -> None:
    upload(platform, [prediction(5), prediction(6)], "replace")
    ((project, meta),) = platform.calls("project.update_meta")
    assert project == 1
    assert [(one["title"], one["shape"]) for one in meta["classes"]] == [
        ("car", "rectangle"),
        ("person", "rectangle"),
    ]
    assert meta["tags"] == [{"name": "confidence", "value_type": "any_number"}]
    platform.meta = meta
    platform.log.clear()
    upload(platform, [prediction(5)], "replace")
    assert platform.calls("project.update_meta") == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([prediction(None)], "prediction 0 has no image_id"),
        ([prediction(5), prediction(9)], "2 projects"),
        ([prediction(404)], "no image 404"),
        ([], "no predictions"),
    ],
)
def test_predictions_that_cannot_be_uploaded_are_named(
    platform: Platform, given: list[Prediction], said: str
) -> None:
    with pytest.raises(InvalidInputError, match=said):
        upload(platform, given)
    assert uploaded(platform) == []


def test_unknown_modes_and_thresholds_are_refused(platform: Platform) -> None:
    with pytest.raises(ConfigError, match="create, append, replace, iou_merge"):
        upload(platform, [prediction(5)], "merge")
    with pytest.raises(ConfigError, match="iou_merge_threshold"):
        upload(platform, [prediction(5)], "iou_merge", iou_merge_threshold=0.0)
    with pytest.raises(ConfigError, match="is for images"):
        upload_video(platform, 7, {}, "iou_merge")
    assert platform.log == []


def tracks() -> dict[str, Any]:
    return video_annotation([[[10, 20, 60, 90, 1, 0.9, 0, 0]]], frame_size=(320, 240), class_names=NAMES)


def test_tracks_are_appended_to_a_video(sdk: ModuleType, platform: Platform) -> None:
    assert upload_video(platform, 7, tracks()) == 7
    ((video, loaded),) = platform.calls("video.annotation.append")
    assert (video, loaded.kind, loaded.content) == (7, "VideoAnnotation", tracks())
    assert [one["title"] for one in loaded.meta.content["classes"]] == ["car", "person"]


def test_tracks_replace_those_of_a_video(sdk: ModuleType, platform: Platform) -> None:
    read: list[Any] = []
    platform.video.annotation.upload_paths = lambda videos, paths, meta: read.append(
        (videos, json.loads(Path(paths[0]).read_text(encoding="utf-8")), meta.kind)
    )
    upload_video(platform, 7, tracks(), "replace")
    assert read == [([7], tracks(), "ProjectMeta")]


def test_tracks_of_a_new_project(sdk: ModuleType, platform: Platform) -> None:
    assert upload_video(platform, 7, tracks(), "create") == 107
    ((_, _, more),) = platform.calls("project.create")
    assert more["type"] == "videos"
    assert platform.calls("video.upload_ids") == [(900, ["seven.mp4"], [7])]
    assert platform.calls("video.annotation.append")[0][0] == 107


def test_without_the_package_the_extra_is_named(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "supervisely", None)
    with pytest.raises(MissingExtraError, match=r"boxtrail\[supervisely\]"):
        upload_video(platform, 7, tracks())
    assert platform.log == []
