"""Non-maximum suppression and births at a distance, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from boxtrail.reference.spacing import spaced

# Each is 10 pixels right of the one before, 40 wide: neighbours have an IoU of 30 / 50, every second one 20 / 60.
BOXES = np.array([[10.0 * k, 0.0, 10.0 * k + 40.0, 100.0] for k in range(4)])
NONE = np.empty((0, 4))


def test_the_best_is_kept_and_hides_its_neighbours() -> None:
    assert spaced(BOXES, np.array([0.8, 0.9, 0.7, 0.6]), NONE, 0.5) == [1, 3]


def test_a_box_that_is_hidden_hides_nobody() -> None:
    assert spaced(BOXES, np.array([0.9, 0.8, 0.7, 0.6]), NONE, 0.5) == [0, 2]


def test_among_equal_scores_the_lower_index_goes_first() -> None:
    assert spaced(BOXES[:2], np.array([0.5, 0.5]), NONE, 0.5) == [0]


@pytest.mark.parametrize(("max_iou", "kept"), [(0.6, [0, 1, 2, 3]), (0.59, [0, 2]), (0.0, [0])])
def test_an_overlap_of_exactly_the_limit_is_allowed(max_iou: float, kept: list[int]) -> None:
    assert spaced(BOXES, np.array([0.9, 0.8, 0.7, 0.6]), NONE, max_iou) == kept


def test_a_taken_box_stays_whatever_the_scores() -> None:
    assert spaced(BOXES, np.ones(4), BOXES[:1], 0.5) == [2]


def test_nothing_is_kept_of_nothing() -> None:
    assert spaced(NONE, np.empty(0), BOXES, 0.5) == []
