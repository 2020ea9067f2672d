"""Predicting on pictures: what can be handed in, and what comes out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from boxtrail.errors import ConfigError, InvalidInputError, SourceError
from boxtrail.predict import ModelAPI, Prediction
from boxtrail.predict.prediction import of_rows

SQUARE = [30, 20, 46, 44]  # of frame 10


def picture() -> np.ndarray:
    """RGB; the square in it is where frame 10 of the video has it."""
    image = np.full((64, 96, 3), 40, np.uint8)
    image[20:44, 30:46] = (240, 200, 60)
    return image


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "ten.png"
    cv2.imwrite(str(path), picture()[..., ::-1])
    return path


def boxes(predictions: list[Prediction]) -> list[list[list[float]]]:
    return [prediction.boxes.tolist() for prediction in predictions]


def test_an_array_a_path_and_a_picture_give_the_same_boxes(model: ModelAPI, file: Path) -> None:
    class Pillow:
        """What Pillow's images look like from outside."""

        def convert(self, mode: str) -> np.ndarray:
            assert mode == "RGB"
            return picture()

        def getexif(self) -> dict[int, Any]:
            return {}

    found = model.predict([picture(), file, str(file), Pillow()])
    assert boxes(found) == [[[70, 50, 90, 60], SQUARE]] * 4
    assert [prediction.name for prediction in found] == [None, "ten.png", "ten.png", None]


def test_what_is_not_tracked_has_no_ids_and_what_is_always_has_an_array(file: Path) -> None:
    assert ModelAPI(detector=lambda image: []).predict(file)[0].track_ids is None
    nothing = ModelAPI(detector=lambda image: []).predict(file, tracking=True)[0]
    assert nothing.track_ids is not None
    assert nothing.track_ids.shape == (0,)
    assert nothing.boxes.shape == (0, 4)


def test_a_folder_comes_in_natural_order_and_deeper_ones_only_when_asked(
    model: ModelAPI, tmp_path: Path
) -> None:
    for name in ("10.png", "9.png", "deep/1.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        cv2.imwrite(str(tmp_path / name), picture())
    assert [found.name for found in model.predict(tmp_path)] == ["9.png", "10.png"]
    assert [found.name for found in model.predict(tmp_path, recursive=True)] == ["9.png", "10.png", "1.png"]


def test_a_supervisely_project_is_read_through_its_datasets(model: ModelAPI, tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text("{}")
    for name in ("ds/img/a.png", "ds/other/b.png"):
        (tmp_path / name).parent.mkdir(parents=True)
        cv2.imwrite(str(tmp_path / name), picture())
    assert [found.name for found in model.predict(tmp_path)] == ["a.png"]


def test_scores_and_classes_are_kept_as_asked(file: Path) -> None:
    model = ModelAPI(detector=lambda image: [[0, 0, 9, 9, 0.9, 0], [20, 20, 30, 30, 0.4, 1]])
    assert model.predict(file, conf=0.5)[0].scores.tolist() == [0.9]
    assert model.predict(file, classes=[1])[0].class_idxs.tolist() == [1]


def test_a_smaller_image_gives_boxes_in_pixels_of_the_image_that_came(file: Path) -> None:
    seen = []

    def half(image: np.ndarray) -> list[list[float]]:
        seen.append(image.shape)
        return [[15, 10, 23, 22, 0.9, 0]]

    found = ModelAPI(detector=half).predict(file, img_size=48)[0]
    assert seen == [(32, 48, 3)]
    assert found.boxes.tolist() == [SQUARE]


def test_the_annotation_has_one_object_a_box_and_ids_in_their_order(model: ModelAPI, file: Path) -> None:
    found = model.predict(file, tracking="sort", tracking_config={"min_hits": 0})[0]
    assert found.annotation_json is not None
    assert found.annotation_json["size"] == {"height": 64, "width": 96}
    assert found.annotation_json["customBigData"] == found.track_ids.tolist()
    assert [entry["points"]["exterior"] for entry in found.annotation_json["objects"]] == [
        [[70, 50], [90, 60]],
        [[30, 20], [46, 44]],
    ]
    json.dumps(found.to_json())


def test_boxes_outside_the_image_are_left_out_with_their_ids(file: Path) -> None:
    model = ModelAPI(detector=lambda image: [[-30, 0, -5, 9, 0.9, 0], [90, 60, 120, 90, 0.8, 0]])
    found = model.predict(file, tracking="sort", tracking_config={"min_hits": 0})[0]
    assert found.annotation_json is not None
    assert found.boxes.tolist() == [[90, 60, 96, 64]]
    assert len(found.track_ids) == len(found.annotation_json["objects"]) == 1
    assert found.annotation_json["objects"][0]["points"]["exterior"] == [[90, 60], [95, 63]]


def test_a_prediction_survives_json(model: ModelAPI, file: Path) -> None:
    found = model.predict(file, tracking="sort", tracking_config={"min_hits": 0})[0]
    again = Prediction.from_json(found.to_json(), ["class 0", "class 1"], tracked=True)
    assert again.boxes.tolist() == found.boxes.tolist()
    assert again.scores.tolist() == found.scores.tolist()
    assert again.class_idxs.tolist() == found.class_idxs.tolist()
    assert again.track_ids.tolist() == found.track_ids.tolist()


def test_a_picture_is_drawn_and_written_where_asked(model: ModelAPI, file: Path, tmp_path: Path) -> None:
    found = model.predict(file)[0]
    drawn = found.visualize(save_path=tmp_path / "out.png", color=(255, 0, 0), fill_rectangles=False)
    written = cv2.imread(str(tmp_path / "out.png"))[..., ::-1]
    assert np.array_equal(drawn, written)
    assert drawn[20, 38, 0] > drawn[20, 38, 2] + 50  # the upper edge of the square is red
    found.visualize(save_dir=tmp_path / "folder")
    assert (tmp_path / "folder" / "vis_ten.png").is_file()
    with pytest.raises(ConfigError, match="not both"):
        found.visualize(save_path="a.png", save_dir="b")


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ([], SourceError, "the list is empty"),
        ("nowhere.png", SourceError, "no such file or folder"),
        ("https://example.org/a.png", SourceError, "allow_urls=True"),
        (np.zeros((4, 4, 3)), InvalidInputError, "float64"),
        (np.zeros((4, 4, 2), np.uint8), InvalidInputError, "shape"),
        (7, InvalidInputError, "int"),
    ],
)
def test_what_is_no_image_is_told(model: ModelAPI, given: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        model.predict(given)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"conf": 2}, "conf must lie in"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"overlap": 0.5}, "overlap is for sliding windows"),
        ({"tracking": "botsrt"}, "Did you mean 'botsort'"),
        ({"tracking": True, "tracking_config": {"track_hihg_thresh": 1}}, "track_high_thresh"),
        ({"image_id": 3}, "give one input"),
        ({"colour": 3}, "no argument 'colour'"),
        ({"upload": "append"}, "upload_mode"),
        ({"img_size": (1, 2, 3)}, "img_size"),
    ],
)
def test_what_makes_no_sense_is_told_before_anything_is_done(
    model: ModelAPI, file: Path, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        model.predict(file, **arguments)


def test_one_model_at_a_time() -> None:
    with pytest.raises(ConfigError, match="none of them"):
        ModelAPI()
    with pytest.raises(ConfigError, match="detector and url"):
        ModelAPI(detector="hog", url="http://x")
    with pytest.raises(ConfigError, match="begins with http"):
        ModelAPI(url="ftp://x")


def test_the_calls_about_the_model_tell_what_it_is() -> None:
    model = ModelAPI(detector="motion")
    assert model.get_classes() == ["object"]
    assert model.get_model_meta()["tags"] == [{"name": "confidence", "value_type": "any_number"}]
    assert model.get_info()["architecture"] == "MotionDetector"
    assert next(iter(model.get_tracking_settings())) == "botsort"
    assert model.get_tracking_settings()["sort"]["min_hits"] == 3
    assert model.is_deployed()
    assert model.status()["progress"]["message"] == "Ready"
    assert model.list_pretrained_models() == [
        info["model_name"] for info in model.list_pretrained_model_infos()
    ]
    model.shutdown()
    assert not model.is_deployed()
    with pytest.raises(ConfigError, match="shut down"):
        model.predict(picture())
    model.load("motion")
    assert model.is_deployed()
    with pytest.raises(NotImplementedError):
        model.list_experiments()


@pytest.mark.parametrize(
    "name", ["upload_mode", "iou_merge_threshold", "output_project_id", "model_prediction_suffix"]
)
def test_what_is_for_the_platform_is_refused_by_a_model_of_this_process(name: str) -> None:
    with pytest.raises(ConfigError, match=f"{name} is for things on the platform"):
        ModelAPI(detector=lambda image: []).predict(np.zeros((8, 8, 3), np.uint8), **{name: 1})


@pytest.mark.parametrize("size", [[64], [64, 64, 64], "640"])
def test_an_image_size_is_one_number_or_two(size: Any) -> None:
    with pytest.raises(ConfigError, match="img_size is one number"):
        ModelAPI(detector=lambda image: []).predict(np.zeros((8, 8, 3), np.uint8), img_size=size)


def test_ids_are_an_array_also_where_a_server_gave_none() -> None:
    rows = np.array([[10.0, 10.0, 20.0, 20.0, 0.9, 0.0]])
    said = of_rows(rows, {0: "x"}, (64, 96)).to_json()
    assert Prediction.from_json(said, ["x"], tracked=True).track_ids.tolist() == [-1]
    assert Prediction.from_json(said, ["x"]).track_ids is None
