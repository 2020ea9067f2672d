"""A second of tests that need numpy, pytest and the wheel: does the compiled core work here?"""

from __future__ import annotations

import numpy as np
import pytest

import boxtrail


@pytest.mark.parametrize("name", ["sort", "bytetrack", "ocsort"])
@pytest.mark.parametrize("angle", [None, 0.3])
def test_two_people_cross_and_keep_their_ids(name: str, angle: float | None) -> None:
    tracker = boxtrail.create_tracker(name, backend="cpp")
    for t in range(30):
        boxes = np.array([[60.0 + 8 * t, 100.0, 30.0, 80.0], [300.0 - 8 * t, 160.0, 30.0, 80.0]])
        upright = np.hstack([boxes[:, :2] - boxes[:, 2:] / 2.0, boxes[:, :2] + boxes[:, 2:] / 2.0])
        rows = np.column_stack([boxes, [angle, angle]]) if angle else upright
        tracks = tracker.update(np.column_stack([rows, [0.9, 0.8], [0, 1]]))
    assert tracks.id.tolist() == [1, 2]
    assert tracks.det_ind.tolist() == [0, 1]
    assert tracks.cls.tolist() == [0, 1]
    assert tracks.xywh[:, 0] == pytest.approx(boxes[:, 0], abs=1.0)


def test_the_reference_comes_with_the_wheel() -> None:
    dets = [[10.0, 10.0, 50.0, 90.0, 0.9, 0.0]]
    both = [
        boxtrail.create_tracker("bytetrack", backend).update(dets).tolist() for backend in ("cpp", "python")
    ]
    assert both[0] == both[1]


def test_bad_input_is_an_error_and_not_a_crash() -> None:
    with pytest.raises(ValueError, match="row 0, column 'x1': nan"):
        boxtrail.create_tracker("sort").update([[float("nan"), 0, 1, 1, 0.5, 0]])
