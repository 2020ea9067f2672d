"""The door through which detections come in: shapes, values, and what is dropped."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from boxtrail import create_tracker
from boxtrail.detections import Detections, as_array, check, is_clean
from boxtrail.errors import InvalidDetectionsError

ROWS = np.array([[0.0, 0.0, 10.0, 20.0, 0.9, 1.0], [5.0, 5.0, 8.0, 9.0, 0.1, 0.0]])


def test_an_array_that_fits_is_not_copied() -> None:
    assert as_array(ROWS) is ROWS


@pytest.mark.parametrize(
    "given", [ROWS.astype(np.float32), ROWS[:, ::-1][:, ::-1], np.asfortranarray(ROWS), ROWS.tolist()]
)
def test_anything_else_becomes_contiguous_float64(given: Any) -> None:
    array = as_array(given)
    assert array.dtype == np.float64
    assert array.flags.c_contiguous
    assert array == pytest.approx(ROWS)


def test_whole_numbers_are_taken() -> None:
    assert as_array([[0, 0, 10, 20, 1, 0]]).tolist() == [[0.0, 0.0, 10.0, 20.0, 1.0, 0.0]]


@pytest.mark.parametrize(
    "given", [ROWS[:, :4], ROWS[0], np.ones((2, 8)), np.ones((1, 2, 6)), np.float64(3.0)]
)
def test_other_shapes_are_refused_with_the_shape_in_the_message(given: Any) -> None:
    with pytest.raises(InvalidDetectionsError) as caught:
        as_array(given)
    assert str(np.shape(given)).strip("()") in str(caught.value) or np.ndim(given) == 0


@pytest.mark.parametrize("given", [[[1, 2], [3]], [["a"] * 6], object(), "boxes", 7, {"xyxy": ROWS}])
def test_what_is_no_rows_of_numbers_is_refused(given: Any) -> None:
    with pytest.raises(InvalidDetectionsError):
        as_array(given)


def test_a_mapping_says_what_it_lacks() -> None:
    with pytest.raises(InvalidDetectionsError, match=r"got \['bbox', 'score'\]"):
        as_array({"bbox": ROWS[:, :4], "score": ROWS[:, 4]})
    with pytest.raises(InvalidDetectionsError, match="2 boxes but 1 values of 'conf'"):
        as_array({"xyxy": ROWS[:, :4], "conf": [0.5]})
    with pytest.raises(InvalidDetectionsError, match="needs 'xyxy'"):
        as_array({"xyxy": ROWS[:, :4], "xywhr": np.ones((2, 5))})


def test_columns_of_a_mapping_may_be_columns() -> None:
    array = as_array({"xyxy": ROWS[:, :4], "conf": ROWS[:, 4:5], "cls": ROWS[:, 5:6]})
    assert array.tolist() == ROWS.tolist()


def test_clean_detections_are_all_kept() -> None:
    assert is_clean(ROWS)
    kept, rows = check(ROWS, strict=True)
    assert kept.tolist() == ROWS.tolist()
    assert rows.tolist() == [0, 1]


def test_boxes_without_area_are_dropped_and_the_others_keep_their_rows() -> None:
    given = np.vstack([[3.0, 3.0, 3.0, 9.0, 0.5, 0.0], ROWS[:1], [9.0, 9.0, 1.0, 20.0, 0.5, 0.0], ROWS[1:]])
    assert not is_clean(given)
    kept, rows = check(given, strict=False)
    assert kept.tolist() == ROWS.tolist()
    assert rows.tolist() == [1, 3]


@pytest.mark.parametrize("backend", ["cpp", "python"])
def test_two_infinities_are_an_error_and_no_warning(backend: str) -> None:
    given = np.array([[np.inf, 0.0, np.inf, 20.0, 0.9, 1.0]])
    with pytest.raises(InvalidDetectionsError, match="row 0, column 'x1': inf is not finite"):
        create_tracker("sort", backend).update(given)


def test_an_oriented_box_needs_both_sides() -> None:
    given = np.array([[5.0, 5.0, 4.0, 0.0, 0.1, 0.9, 0.0], [5.0, 5.0, 4.0, 3.0, 99.0, 0.9, 0.0]])
    assert check(given, strict=False)[1].tolist() == [1]
    with pytest.raises(InvalidDetectionsError, match="row 0 has no area: height 0") as caught:
        check(given, strict=True)
    assert (caught.value.row, caught.value.column) == (0, "h")


def test_the_columns_of_oriented_boxes_have_their_own_names() -> None:
    given = np.array([[5.0, 5.0, 4.0, 3.0, np.nan, 0.9, 0.0]])
    with pytest.raises(InvalidDetectionsError, match="row 0, column 'angle': nan is not finite"):
        check(given, strict=False)


def test_the_detections_a_reference_sees_can_be_selected() -> None:
    dets = Detections.from_array(ROWS)
    assert len(dets) == 2
    for part in (dets.select([1]), dets.select(dets.scores < 0.5)):
        assert (part.labels.tolist(), part.rows.tolist()) == ([0], [1])
        assert part.boxes.tolist() == [ROWS[1, :4].tolist()]
    assert dets.select([]).boxes.shape == (0, 4)
