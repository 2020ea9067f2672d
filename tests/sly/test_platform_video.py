"""``track`` and ``ModelAPI(api=, task_id=)`` with a stand-in for the SDK."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from boxtrail.errors import ConfigError, DetectorError, MissingExtraError
from boxtrail.predict import ModelAPI
from boxtrail.supervisely import to_boxmot, track
from supervisely_stand_in import Platform, SdkModel, sdk_prediction


def walk(count: int, ids: bool = False) -> list[Any]:
    """A person that walks, and a car that stands."""
    return [
        sdk_prediction(
            k, [[10 + 3 * k, 20, 50 + 3 * k, 90], [200.5, 100, 280, 150]], [0.9, 0.8], ["person", "car"],
            [4, 9] if ids else None,
        )
        for k in range(count)
    ]  # fmt: skip


def test_to_boxmot_turns_the_boxes_of_the_sdk_round() -> None:
    rows = to_boxmot(walk(1)[0])
    np.testing.assert_array_equal(rows, [[10, 20, 50, 90, 0.9, 0], [200.5, 100, 280, 150, 0.8, 1]])
    assert to_boxmot(sdk_prediction(0, [], [], [])).shape == (0, 6)


def test_a_video_of_the_platform_is_tracked_here(sdk: ModuleType) -> None:
    SdkModel.prepared = walk(6)
    model = SdkModel("api", 45)
    annotation = track(7, model, "bytetrack", conf=0.1)
    assert model.asked == [("predict_detached", {"video_id": 7, "conf": 0.1})]
    assert annotation.kind == "VideoAnnotation"
    assert annotation.meta.kind == "ProjectMeta"
    found = annotation.to_json()
    assert found["size"] == {"height": 240, "width": 320}
    assert [entry["classTitle"] for entry in found["objects"]] == ["person", "car"]
    assert [[f["trackId"] for f in frame["figures"]] for frame in found["frames"]] == [["1", "2"]] * 6


def test_frames_keep_the_numbers_of_the_video(sdk: ModuleType) -> None:
    SdkModel.prepared = [sdk_prediction(k, [[10, 20, 50, 90]], [0.9], ["person"]) for k in (20, 25, 30)]
    annotation = track(7, SdkModel(), "bytetrack", start_frame=20, stride=5).to_json()
    assert [frame["index"] for frame in annotation["frames"]] == [20, 25, 30]
    assert annotation["framesCount"] == 31


def test_a_tracker_sees_frames_where_the_api_is_given(sdk: ModuleType, platform: Platform) -> None:
    class Watcher:
        def __init__(self) -> None:
            self.seen: list[Any] = []

        def update(self, detections: NDArray[np.float64], image: Any) -> NDArray[np.float64]:
            self.seen.append(image)
            count = np.arange(len(detections))
            return np.column_stack([detections[:, :4], count + 1, detections[:, 4:], count])

    SdkModel.prepared = walk(2)
    watcher = Watcher()
    track(7, SdkModel(), watcher, api=platform)
    assert platform.calls("video.frame.download_np") == [(7, 0), (7, 1)]
    assert watcher.seen[0][0, 0].tolist() == [30, 20, 10]
    track(7, SdkModel(), watcher)
    assert watcher.seen[2:] == [None, None]


def test_without_the_package_the_annotation_is_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    SdkModel.prepared = walk(3)
    assert track(7, SdkModel(), "sort")["framesCount"] == 3


def test_tracking_twice_is_refused(sdk: ModuleType) -> None:
    with pytest.raises(ConfigError, match="tracks by itself"):
        track(7, SdkModel(), tracking=True)
    with pytest.raises(ConfigError, match="bytetrack"):
        track(7, SdkModel(), "bytetrak")


def test_a_model_of_the_platform_predicts_through_the_sdk(sdk: ModuleType) -> None:
    SdkModel.prepared = walk(3, ids=True)
    model = ModelAPI(api="api", task_id=45)
    found = model.predict(video_id=7, tracking="ocsort", tracking_config={"delta_t": 2}, conf=0.2)
    assert [one.frame_index for one in found] == [0, 1, 2]
    assert [one.track_ids.tolist() for one in found if one.track_ids is not None] == [[4, 9]] * 3
    np.testing.assert_array_equal(found[1].boxes, [[13, 20, 53, 90], [200.5, 100, 280, 150]])
    assert found[0].classes == ["person", "car"]
    asked: Any = model._model._model.asked[-1][1]  # type: ignore[attr-defined]
    assert asked["tracking"] is True
    assert asked["tracking_config"] == {"tracker": "ocsort", "delta_t": 2}
    assert (asked["video_id"], asked["conf"], asked["input"]) == (7, 0.2, None)


def test_calls_about_the_model_reach_the_sdk(sdk: ModuleType) -> None:
    model = ModelAPI(api="api", task_id=45)
    assert model.get_classes() == ["person", "car"]
    assert model.get_model_meta() == {"classes": []}
    assert model.is_deployed() is True
    model.load("yolo")
    assert model._model._model.asked == [("load", {"model": "yolo"})]  # type: ignore[attr-defined]


def test_errors_of_the_sdk_are_ours(sdk: ModuleType) -> None:
    SdkModel.prepared = [*walk(1), RuntimeError("Inference Error: ValueError: boom")]
    model = ModelAPI(api="api", task_id=45)
    with pytest.raises(DetectorError, match="boom"):
        model.predict(video_id=7)
    with pytest.raises(ConfigError, match="conf must be a number"):
        model.predict(video_id=7, conf="refused")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="api="):
        ModelAPI(task_id=45)


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "supervisely", None)
    with pytest.raises(MissingExtraError, match=r"boxtrail\[supervisely\]"):
        ModelAPI(api="api", task_id=45)
