"""From names, objects and functions to detectors, and what they keep."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxtrail.detectors import DETECTORS, Detector, create_detector
from boxtrail.errors import ConfigError, DetectorError
from fresh_imports import loaded_by

IMAGE = np.zeros((100, 100, 3), np.uint8)
ROWS = np.array([[0, 0, 10, 10, 0.9, 0], [10, 10, 20, 20, 0.5, 1], [20, 20, 30, 30, 0.2, 2]])


class Fixed:
    """A detector of three classes that sees the same in every frame."""

    def __init__(self) -> None:
        self.names = {0: "person", 1: "Traffic light", 2: "car"}
        self.num_resets = 0

    def __call__(self, images: Sequence[Any], frame_indices: Sequence[int] | None = None) -> list[Any]:
        del frame_indices
        return [ROWS.copy() for _ in images]

    def reset(self) -> None:
        self.num_resets += 1


def test_a_detector_object_is_used_as_it_is() -> None:
    detector: Detector = Fixed()
    assert create_detector(detector) is detector


@pytest.mark.parametrize("spec", ["motion", "hog", "Motion"])
def test_the_built_in_names_give_detectors(spec: str) -> None:
    pytest.importorskip("cv2")
    detector = create_detector(spec)
    assert isinstance(detector, Detector)
    assert detector.names == {0: "person" if spec == "hog" else "object"}
    assert detector([IMAGE])[0].shape == (0, 6)


@pytest.mark.parametrize(
    ("spec", "nearest"), [("moton", "motion"), ("HOGG", "hog"), ("onnx", "onnx:PATH"), ("file:", "file:PATH")]
)
def test_an_unknown_name_is_answered_with_the_nearest_and_all(spec: str, nearest: str) -> None:
    with pytest.raises(ConfigError, match=f"did you mean '{nearest}'") as caught:
        create_detector(spec)
    assert all(name in str(caught.value) for name in DETECTORS)


def test_a_thing_that_is_no_detector_is_named_by_its_type() -> None:
    with pytest.raises(ConfigError, match="not int"):
        create_detector(7)  # type: ignore[arg-type]


def test_conf_keeps_scores_from_it_upwards() -> None:
    assert create_detector(Fixed(), conf=0.5)([IMAGE])[0][:, 4].tolist() == [0.9, 0.5]


@pytest.mark.parametrize("conf", [-0.1, 1.5, float("nan")])
def test_conf_outside_zero_to_one_is_refused(conf: float) -> None:
    with pytest.raises(ConfigError, match="conf must be in"):
        create_detector(Fixed(), conf=conf)


@pytest.mark.parametrize(
    ("classes", "kept"),
    [([1], [1.0]), (["person", 2], [0.0, 2.0]), (["traffic LIGHT"], [1.0]), (["2"], [2.0]), ([], [])],
)
def test_classes_are_kept_by_id_or_name(classes: list[int | str], kept: list[float]) -> None:
    assert create_detector(Fixed(), classes=classes)([IMAGE, IMAGE])[1][:, 5].tolist() == kept


def test_an_unknown_class_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="no class 'trafic light'; did you mean 'Traffic light'"):
        create_detector(Fixed(), classes=["trafic light"])
    with pytest.raises(ConfigError, match="no class 9; the detector has 0 person, 1 Traffic light, 2 car"):
        create_detector(Fixed(), classes=[9])
    with pytest.raises(ConfigError, match="no class '-1'"):
        create_detector(Fixed(), classes=[-1])
    with pytest.raises(ConfigError, match="does not name its classes; give their ids"):
        create_detector(lambda _: ROWS, classes=["car"])


def test_filtering_keeps_names_and_passes_reset_on() -> None:
    inner = Fixed()
    detector = create_detector(inner, conf=0.5, classes=["car"])
    assert detector.names == inner.names
    assert isinstance(detector, Detector)
    detector.reset()
    assert inner.num_resets == 1
    assert detector([IMAGE])[0].shape == (0, 6)


def test_filtering_oriented_rows_reads_the_last_two_columns() -> None:
    rows = np.array([[50, 50, 20, 10, 0.3, 0.9, 1], [50, 50, 20, 10, 0.9, 0.3, 0]])
    detector = create_detector(lambda _: rows, conf=0.5, classes=[1])
    np.testing.assert_array_equal(detector([IMAGE])[0], rows[:1])


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (None, np.empty((0, 6))),
        ([], np.empty((0, 6))),
        (np.empty((0, 7)), np.empty((0, 7))),
        ([[1, 2, 3, 4, 0.5]], [[1, 2, 3, 4, 0.5, 0]]),
        ([1, 2, 3, 4, 0.5, 6], [[1, 2, 3, 4, 0.5, 6]]),
        (np.array([[1, 2, 3, 4, 0.5, 6]], np.float32), [[1, 2, 3, 4, 0.5, 6]]),
        ([[1, 2, np.nan, 4, 0.5, 6], [1, 2, 3, 4, 0.5, 6]], [[1, 2, 3, 4, 0.5, 6]]),
    ],
)
def test_a_function_may_return_any_kind_of_rows(output: Any, expected: Any) -> None:
    (found,) = create_detector(lambda _: output)([IMAGE])
    assert found.dtype == np.float64
    assert found.shape == np.shape(expected)
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("output", [[[1, 2, 3]], np.zeros((2, 3, 6)), "boxes", {"boxes": 3}, object()])
def test_a_function_that_returns_something_else_is_named(output: Any) -> None:
    def my_detector(image: Any) -> Any:
        return output

    with pytest.raises(DetectorError, match="detector my_detector returned"):
        create_detector(my_detector)([IMAGE])


def test_a_function_sees_each_image_of_the_batch_in_turn() -> None:
    def brightness(image: Any) -> Any:
        return [[0, 0, 1, 1, image.mean() / 255, 0]]

    images = [np.full((4, 4, 3), value, np.uint8) for value in (51, 102)]
    assert [rows[0, 4] for rows in create_detector(brightness)(images)] == pytest.approx([0.2, 0.4])


def test_as_many_indices_as_images_are_wanted(tmp_path: Path) -> None:
    (tmp_path / "det.txt").write_text("1,-1,1,2,3,4,1\n")
    with pytest.raises(ValueError, match="2 images but 1 frame indices"):
        create_detector(f"file:{tmp_path / 'det.txt'}")([IMAGE, IMAGE], [0])


def test_importing_the_detectors_loads_no_heavy_package() -> None:
    heavy = ("cv2", "torch", "onnxruntime", "supervision", "PIL")
    assert loaded_by("import boxtrail.detectors", heavy) == []
