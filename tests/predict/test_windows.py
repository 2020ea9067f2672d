"""Sliding windows."""

from __future__ import annotations

import numpy as np
import pytest

from boxtrail.errors import ConfigError
from boxtrail.predict import ModelAPI
from boxtrail.predict.windows import Windows, merge


def test_the_last_window_is_shifted_inside() -> None:
    cells = Windows(150, 100, 30, 20).cut((240, 320))
    assert sorted({x1 for x1, *_ in cells}) == [0, 120, 170]
    assert sorted({y1 for _, y1, *_ in cells}) == [0, 80, 140]
    assert all(x2 <= 320 and y2 <= 240 for _, _, x2, y2 in cells)
    assert len(cells) == 9


def test_windows_cover_every_pixel() -> None:
    for size in ((100, 100), (101, 333), (64, 65), (640, 641)):
        covered = np.zeros(size, dtype=bool)
        for x1, y1, x2, y2 in Windows(64, 64, 13, 13).cut(size):
            covered[y1:y2, x1:x2] = True
        assert covered.all()


def test_a_window_larger_than_the_image_is_the_image() -> None:
    assert Windows(640, 640, 0, 0).cut((48, 64)) == [(0, 0, 64, 48)]


def test_a_thing_seen_in_two_windows_is_one_thing() -> None:
    cells = [(0, 0, 100, 100), (50, 0, 150, 100)]
    whole = np.array([[60, 10, 90, 50, 0.9, 0]], dtype=float)
    again = np.array([[11, 10, 40, 51, 0.8, 0]], dtype=float)
    assert merge([whole, again], cells).tolist() == [[60, 10, 90, 50, 0.9, 0]]


def test_a_whole_thing_is_kept_before_a_large_part_of_it_that_scored_as_well() -> None:
    cells = [(0, 0, 100, 100), (50, 0, 150, 100)]
    part = np.array([[60, 10, 100, 50, 0.9, 0]], dtype=float)  # ends where its window does
    whole = np.array([[10, 10, 56, 50, 0.9, 0]], dtype=float)
    for score in (0.9, 0.6):
        whole[0, 4] = score
        assert merge([part, whole], cells).tolist() == [[60, 10, 106, 50, score, 0]]


def test_the_part_that_a_window_cut_off_is_no_thing_of_its_own() -> None:
    cells = [(0, 0, 100, 100), (80, 0, 180, 100)]
    part = np.array([[82, 10, 100, 50, 0.95, 0]], dtype=float)  # ends where its window does
    whole = np.array([[2, 10, 60, 50, 0.7, 0]], dtype=float)
    assert merge([part, whole], cells).tolist() == [[82, 10, 140, 50, 0.7, 0]]


def test_a_small_thing_before_a_large_one_stays() -> None:
    cells = [(0, 0, 100, 100), (80, 0, 180, 100)]
    both = np.array([[10, 10, 70, 90, 0.9, 0], [20, 20, 30, 30, 0.8, 0]], dtype=float)
    assert len(merge([both, np.empty((0, 6))], cells)) == 2


def test_other_classes_leave_one_another_alone() -> None:
    cells = [(0, 0, 100, 100)]
    both = np.array([[10, 10, 70, 90, 0.9, 0], [10, 10, 70, 90, 0.8, 1]], dtype=float)
    assert len(merge([both], cells)) == 2


def test_predicting_in_windows_finds_what_each_window_shows() -> None:
    image = np.zeros((100, 300, 3), np.uint8)
    image[40:60, 20:40] = image[40:60, 250:270] = 255

    def bright(window: np.ndarray) -> list[list[float]]:
        rows, columns = np.nonzero(window[..., 0] > 128)
        if not len(rows):
            return []
        return [[columns.min(), rows.min(), columns.max() + 1, rows.max() + 1, 0.9, 0]]

    model = ModelAPI(detector=bright)
    assert model.predict(image)[0].boxes.tolist() == [[20, 40, 270, 60]]
    found = model.predict(image, sliding_window=True, window_size=100, overlap=0.3)[0]
    assert sorted(found.boxes.tolist()) == [[20, 40, 40, 60], [250, 40, 270, 60]]


@pytest.mark.parametrize(("size", "overlap"), [(0, 0), (10, 10), ((1, 2, 3), 0), ("x", 0)])
def test_windows_that_make_no_sense_are_told(size: object, overlap: float) -> None:
    with pytest.raises(ConfigError):
        Windows.of(size, overlap)  # type: ignore[arg-type]


def test_windows_that_are_too_many_are_refused_before_they_are_listed() -> None:
    with pytest.raises(ConfigError, match="at most 10000"):
        Windows(2, 2, 1, 1).cut((5_000, 10**9))
    assert len(Windows(2, 2, 1, 1).cut((101, 101))) == 10_000
