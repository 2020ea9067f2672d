"""OpenCV's people detector and non-maximum suppression."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxtrail.detectors import HogDetector
from boxtrail.detectors.nms import suppress
from boxtrail.errors import ConfigError

pytest.importorskip("cv2")


def test_people_in_a_real_frame_are_found_with_scores_below_one(data_dir: Path) -> None:
    import cv2

    video = cv2.VideoCapture(str(data_dir / "clips/intel-one-by-one-person-detection.mp4"))
    video.set(cv2.CAP_PROP_POS_FRAMES, 110)
    _, image = video.read()
    video.release()
    found, again = HogDetector()([image, image])
    np.testing.assert_array_equal(found, again)
    assert found.shape[1] == 6
    assert ((found[:, 4] > 0.5) & (found[:, 4] < 1.0)).all()
    assert (np.diff(found[:, 4]) <= 0).all()
    x1, y1, x2, y2 = found[0, :4]
    assert 360 < (x1 + x2) / 2 < 520
    assert 0 <= y1 < y2 <= image.shape[0]


def test_an_empty_wall_and_an_image_smaller_than_the_window_hold_nobody() -> None:
    wall = np.full((240, 320, 3), 128, np.uint8)
    assert [rows.shape for rows in HogDetector()([wall, wall[:50, :50]])] == [(0, 6), (0, 6)]


@pytest.mark.parametrize("options", [{"scale": 0.0}, {"pyramid_step": 1.0}, {"stride": 0}])
def test_options_out_of_range_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        HogDetector(**options)


def test_the_best_of_overlapping_boxes_stays() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10], [0, 0, 10, 10]], float)
    scores = np.array([0.5, 0.9, 0.4, 0.5])
    assert suppress(boxes, scores, max_iou=0.5).tolist() == [1, 2]


def test_an_overlap_of_exactly_the_limit_is_allowed() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 5]], float)
    assert suppress(boxes, np.array([0.9, 0.8]), max_iou=0.5).tolist() == [0, 1]
    assert suppress(boxes, np.array([0.9, 0.8]), max_iou=0.49).tolist() == [0]


def test_a_suppressed_box_suppresses_nobody() -> None:
    chain = np.array([[0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]], float)
    assert suppress(chain, np.array([0.9, 0.8, 0.7]), max_iou=0.3).tolist() == [0, 2]


def test_equal_scores_keep_the_first_and_boxes_without_area_do_no_harm() -> None:
    boxes = np.array([[5, 5, 5, 5], [0, 0, 10, 10], [0, 0, 10, 10], [5, 5, 5, 5]], float)
    assert suppress(boxes, np.full(4, 0.5), max_iou=0.5).tolist() == [0, 1, 3]
    assert suppress(np.empty((0, 4)), np.empty(0), max_iou=0.5).shape == (0,)


def test_crossing_rectangles_do_not_suppress_one_another_but_turned_twins_do() -> None:
    boxes = np.array([[0, 0, 40, 4, 0.0], [0, 0, 40, 4, np.pi / 2], [0, 0, 4, 40, np.pi / 2]])
    assert suppress(boxes, np.array([0.9, 0.8, 0.7]), max_iou=0.5).tolist() == [0, 1]
