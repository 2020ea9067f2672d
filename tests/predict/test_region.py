"""The part of an image that is looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxtrail.errors import ConfigError
from boxtrail.predict import ModelAPI
from boxtrail.predict.region import moved
from boxtrail.predict.remote import state_of
from boxtrail.predict.settings import settings_of
from boxtrail.serve.supervisely.state import arguments

REGION = (10, 20, 70, 60)


def bright(image: np.ndarray) -> list[list[float]]:
    rows, columns = np.nonzero(image[..., 0] > 128)
    if not len(rows):
        return []
    return [[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1, 0.9, 0]]


@pytest.fixture
def image() -> np.ndarray:
    pixels = np.zeros((80, 100, 3), np.uint8)
    pixels[30:40, 20:40] = pixels[0:5, 90:95] = 255
    return pixels


@pytest.mark.parametrize("more", [{}, {"img_size": 120}, {"window_size": 30, "overlap": 25}])
def test_boxes_of_the_region_are_in_pixels_of_the_image(image: np.ndarray, more: dict[str, Any]) -> None:
    model = ModelAPI(detector=bright)
    assert model.predict(image)[0].boxes.tolist() == [[20, 0, 95, 40]]
    np.testing.assert_allclose(
        model.predict(image, region=REGION, **more)[0].boxes, [[20, 30, 40, 40]], atol=1.0
    )
    assert len(model.predict(image, region=(0, 10, 15, 20))[0].boxes) == 0


def test_an_oriented_box_is_moved_by_its_centre() -> None:
    rows = np.array([[5.0, 6.0, 30.0, 20.0, 0.3, 0.9, 1.0]])
    assert moved(rows, REGION).tolist() == [[15.0, 26.0, 30.0, 20.0, 0.3, 0.9, 1.0]]


@pytest.mark.parametrize(
    "region",
    [(0, 0, 10), (5, 0, 5, 10), (0, 9, 10, 3), (-1, 0, 5, 5), (0, 0, 5.5, 5), "abcd", [], [REGION, (1, 2)]],
)
def test_a_region_that_makes_no_sense_is_told(region: Any) -> None:
    with pytest.raises(ConfigError, match="region must be"):
        settings_of(region=region)


def test_every_image_may_have_a_region_of_its_own(image: np.ndarray) -> None:
    model, corner, nothing = ModelAPI(detector=bright), (80, 0, 100, 10), (0, 50, 100, 80)
    found = model.predict([image] * 3, region=[REGION, corner, nothing], batch_size=2)
    assert [prediction.boxes.tolist() for prediction in found] == [[[20, 30, 40, 40]], [[90, 0, 95, 5]], []]


def test_regions_are_as_many_as_images_and_none_of_them_is_a_video(image: np.ndarray, video: Path) -> None:
    model = ModelAPI(detector=bright)
    with pytest.raises(ConfigError, match="2 regions for 3 images: give one for each, or one for all"):
        model.predict([image] * 3, region=[REGION] * 2)
    with pytest.raises(ConfigError, match="a video has one region"):
        model.predict([str(video), image], region=[REGION])


def test_a_region_outside_the_image_is_told_with_both_sizes(image: np.ndarray) -> None:
    with pytest.raises(ConfigError, match=r"\(0, 0, 101, 80\) does not lie in the image of 100 × 80"):
        ModelAPI(detector=bright).predict(image, region=(0, 0, 101, 80))


def test_a_server_is_told_the_region_as_supervisely_does() -> None:
    state = state_of(settings_of(region=REGION))
    exterior = state["settings"]["rectangle"]["points"]["exterior"]
    assert exterior == [[10, 20], [69, 59]]  # the last pixels belong to it
    assert arguments(state, video=False)["region"] == REGION
    several = state_of(settings_of(region=[REGION, (0, 0, 5, 5)]))
    assert "rectangle" not in several["settings"]
    assert arguments(several, video=False)["region"] == [REGION, (0, 0, 5, 5)]
    assert "region" not in arguments(several, video=True)


@pytest.mark.parametrize("rectangle", [{}, 5, {"points": {"exterior": [[1, 2]]}}, {"points": None}])
def test_a_rectangle_that_is_none_is_told(rectangle: Any) -> None:
    with pytest.raises(ConfigError, match="rectangle must be"):
        arguments({"settings": {"rectangle": rectangle}}, video=False)
    with pytest.raises(ConfigError, match="rectangle must be"):
        arguments({"settings": {"rectangles": [rectangle]}}, video=False)


def test_rectangles_that_are_no_list_are_told() -> None:
    with pytest.raises(ConfigError, match="rectangles must be a list"):
        arguments({"settings": {"rectangles": {}}}, video=False)
