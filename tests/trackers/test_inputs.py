"""Everything a tracker accepts as detections, and what it does with what it cannot track."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from boxtrail import create_tracker
from boxtrail.errors import InvalidDetectionsError
from boxtrail.trackers import Tracker

Make = Callable[..., Tracker]

XYXY = np.array([[100.0, 50.0, 140.0, 150.0], [300.0, 50.0, 340.0, 150.0]])
XYWHR = np.array([[120.0, 100.0, 40.0, 100.0, 0.2], [320.0, 100.0, 40.0, 100.0, -0.3]])
CONF, CLS = np.array([0.9, 0.8]), np.array([0.0, 2.0])
ROWS = np.column_stack([XYXY, CONF, CLS])
ORIENTED_ROWS = np.column_stack([XYWHR, CONF, CLS])


class FakeTensor:
    """A tensor on a GPU: numpy can read it only after ``.cpu()``."""

    def __init__(self, values: np.ndarray, on_cpu: bool = False) -> None:
        self.values, self.on_cpu = values.astype(np.float32), on_cpu

    def cpu(self) -> FakeTensor:
        return FakeTensor(self.values, on_cpu=True)

    def __len__(self) -> int:
        return len(self.values)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        if not self.on_cpu:
            raise TypeError("can't convert a device tensor to numpy")
        return self.values.astype(dtype or np.float32)


def tensors(**columns: np.ndarray) -> SimpleNamespace:
    return SimpleNamespace(**{name: FakeTensor(values) for name, values in columns.items()})


BOXES = tensors(xyxy=XYXY, conf=CONF, cls=CLS)
OBB = tensors(xyxy=XYXY, xywhr=XYWHR, conf=CONF, cls=CLS)

UPRIGHT: dict[str, Any] = {
    "float64 rows": ROWS,
    "float32 rows": ROWS.astype(np.float32),
    "columns in Fortran order": np.asfortranarray(ROWS),
    "every second row of an array": np.repeat(ROWS, 2, axis=0)[::2],
    "nested lists": ROWS.tolist(),
    "tuples": tuple(map(tuple, ROWS.tolist())),
    "a list of arrays": list(ROWS),
    "a mapping": {"xyxy": XYXY, "conf": CONF, "cls": CLS},
    "a mapping of lists": {"xyxy": XYXY.tolist(), "conf": CONF.tolist(), "cls": CLS.tolist()},
    "boxes": BOXES,
    "results": SimpleNamespace(boxes=BOXES, obb=None),
    "an object that numpy can read": FakeTensor(ROWS, on_cpu=True),
    "supervision by its attributes": SimpleNamespace(xyxy=XYXY, confidence=CONF, class_id=CLS.astype(int)),
}
ORIENTED: dict[str, Any] = {
    "rows": ORIENTED_ROWS,
    "lists": ORIENTED_ROWS.tolist(),
    "a mapping": {"xywhr": XYWHR, "conf": CONF, "cls": CLS},
    "a mapping by the other name": {"xywha": XYWHR, "conf": CONF, "cls": CLS},
    "obb": OBB,
    "results": SimpleNamespace(boxes=None, obb=OBB),
}


@pytest.mark.parametrize("kind", UPRIGHT)
def test_upright_detections_come_in_many_forms(eager: Make, kind: str) -> None:
    tracks = eager().update(UPRIGHT[kind])
    assert tracks.shape == (2, 8)
    assert tracks.xyxy == pytest.approx(XYXY, abs=1e-4)
    assert tracks.conf == pytest.approx(CONF, abs=1e-6)
    assert tracks.cls.tolist() == [0, 2]
    assert tracks.det_ind.tolist() == [0, 1]


@pytest.mark.parametrize("kind", ORIENTED)
def test_oriented_detections_come_in_many_forms(eager: Make, kind: str) -> None:
    tracks = eager().update(ORIENTED[kind])
    assert tracks.shape == (2, 9)
    assert tracks.xywha == pytest.approx(XYWHR, abs=1e-4)
    assert tracks.cls.tolist() == [0, 2]


def test_supervision_detections_are_taken_as_they_are(eager: Make) -> None:
    sv = pytest.importorskip("supervision")
    given = sv.Detections(
        xyxy=XYXY.astype(np.float32), confidence=CONF.astype(np.float32), class_id=CLS.astype(int)
    )
    tracks = eager().update(given)
    assert tracks.cls.tolist() == [0, 2]
    assert eager().update(sv.Detections.empty()).shape == (0, 8)


def test_rows_without_a_class_have_class_0(eager: Make) -> None:
    tracks = eager().update(ROWS[:, :5])
    assert tracks.cls.tolist() == [0, 0]
    assert tracks.conf.tolist() == [0.9, 0.8]


def test_a_mapping_may_leave_out_scores_and_classes(eager: Make) -> None:
    tracks = eager().update({"xyxy": XYXY})
    assert tracks.conf.tolist() == [1.0, 1.0]
    assert tracks.cls.tolist() == [0, 0]


NOTHING: dict[str, Any] = {
    "none": None,
    "an empty list": [],
    "six columns": np.empty((0, 6)),
    "five columns": np.empty((0, 5)),
    "seven columns": np.empty((0, 7)),
    "no shape": np.array([]),
    "a mapping": {"xyxy": np.empty((0, 4)), "conf": [], "cls": []},
    "a mapping of empty lists": {"xyxy": [], "conf": []},
    "boxes": tensors(xyxy=np.empty((0, 4)), conf=np.empty(0), cls=np.empty(0)),
}


@pytest.mark.parametrize("kind", NOTHING)
def test_no_detections_come_in_many_forms(make: Make, kind: str) -> None:
    tracker = make()
    assert tracker.update(NOTHING[kind]).shape == (0, 8)
    assert len(tracker.update(ROWS)) in (0, 2)
    assert tracker.update(NOTHING[kind]).shape == (0, 8)


def test_an_oriented_tracker_stays_oriented_in_empty_frames(make: Make) -> None:
    tracker = make()
    tracker.update(ORIENTED_ROWS)
    for nothing in (None, [], np.empty((0, 7)), np.empty((0, 6))):
        assert tracker.update(nothing).shape == (0, 9)


def test_empty_frames_before_the_first_oriented_boxes_count(make: Make, name: str) -> None:
    tracker = make()
    for _ in range(5):
        tracker.update(None)
    assert len(tracker.update(ORIENTED_ROWS)) == (2 if name == "sfsort" else 0)  # SFSORT reports at once
    assert tracker.state_dict()["stream"]["frame"] == 6


def test_upright_boxes_after_oriented_ones_are_refused(make: Make) -> None:
    tracker = make()
    tracker.update(ORIENTED_ROWS)
    with pytest.raises(InvalidDetectionsError, match=r"oriented .* reset\(\)"):
        tracker.update(ROWS)


def test_the_input_is_not_changed(make: Make) -> None:
    given = ROWS.copy()
    given[0, 4], given[1, 3] = 1.00005, given[1, 1]
    before = given.copy()
    make().update(given)
    assert given.tolist() == before.tolist()


def test_a_score_above_one_by_rounding_is_clipped(eager: Make) -> None:
    rows = ROWS.copy()
    rows[1, 4] = 1.00005
    assert eager().update(rows).conf.tolist() == [0.9, 1.0]


def test_a_score_below_zero_by_rounding_is_clipped(backend: str) -> None:
    rows = ROWS.copy()
    rows[1, 4] = -0.00005
    assert create_tracker("sort", backend).update(rows).conf.tolist() == [0.9, 0.0]


@pytest.mark.parametrize(
    ("row", "column", "label", "value"),
    [
        (1, 0, "x1", math.nan),
        (0, 3, "y2", math.inf),
        (1, 4, "conf", math.nan),
        (0, 4, "conf", 1.5),
        (1, 4, "conf", -0.01),
        (0, 5, "cls", -1.0),
        (1, 5, "cls", 0.5),
    ],
)
def test_an_entry_that_cannot_be_tracked_is_named(
    make: Make, row: int, column: int, label: str, value: float
) -> None:
    rows = ROWS.copy()
    rows[row, column] = value
    with pytest.raises(ValueError, match=f"row {row}, column '{label}': {value:g}") as caught:
        make().update(rows)
    assert isinstance(caught.value, InvalidDetectionsError)
    assert (caught.value.row, caught.value.column) == (row, label)
    assert caught.value.value == pytest.approx(value, nan_ok=True)


def test_the_row_that_is_named_counts_boxes_without_area(make: Make) -> None:
    rows = np.vstack([[0.0, 0.0, 0.0, 5.0, 0.9, 0.0], ROWS])
    rows[2, 4] = 7.0
    with pytest.raises(InvalidDetectionsError, match="row 2, column 'conf': 7"):
        make().update(rows)


def test_boxes_without_area_are_dropped_and_det_ind_still_counts_them(
    eager: Make, caplog: pytest.LogCaptureFixture
) -> None:
    tracker = eager()
    flat, inverted = [5.0, 5.0, 5.0, 9.0, 0.9, 0.0], [9.0, 9.0, 5.0, 5.0, 0.9, 0.0]
    with caplog.at_level(logging.WARNING, logger="boxtrail"):
        for _ in range(3):
            tracks = tracker.update([flat, ROWS[0].tolist(), inverted, ROWS[1].tolist()])
    assert tracks.det_ind.tolist() == [1, 3]
    assert tracks.cls.tolist() == [0, 2]
    assert tracker.num_dropped == 6
    assert len(caplog.records) == 1
    assert "dropped 2" in caplog.text
    assert "row 0" in caplog.text


def test_a_frame_of_boxes_without_area_is_an_empty_frame(make: Make) -> None:
    assert make().update([[5.0, 5.0, 5.0, 9.0, 0.9, 0.0]]).shape == (0, 8)


def test_strict_refuses_a_box_without_area(make: Make) -> None:
    tracker = make(strict=True)
    with pytest.raises(InvalidDetectionsError, match="row 1 has no area: height 0"):
        tracker.update([ROWS[0].tolist(), [5.0, 5.0, 9.0, 5.0, 0.9, 0.0]])
    assert tracker.num_dropped == 0
    assert tracker.tracks == []
