"""Directions of the corners of a track, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from boxtrail.boxes import FloatArray
from boxtrail.reference.corners import CornerMotion, corners


def box(x: float, y: float = 0.0, h: float = 100.0) -> FloatArray:
    return np.array([x, y, x + 40.0, y + h])


def walker(*ages: int, quirks: bool = False) -> CornerMotion:
    """Moves right by 10 pixels a frame, seen at these ages, the birth at 0 first."""
    motion = CornerMotion.born(box(0.0))
    for age in ages:
        motion.observe(box(10.0 * age), age, quirks=quirks)
    return motion


@pytest.mark.parametrize(
    ("x", "y", "angle"), [(40.0, 0.0, 0.0), (10.0, 50.0, math.pi / 2), (0.0, 0.0, math.pi)]
)
def test_the_angle_is_that_between_the_way_so_far_and_the_way_to_the_detection(
    x: float, y: float, angle: float
) -> None:
    # At age 4 the reference is the box of age 1, at x = 10.
    assert walker(1, 2, 3).angle(box(x, y), 4, quirks=False) == pytest.approx(angle, abs=1e-3)


def test_a_newborn_track_is_heading_nowhere() -> None:
    assert walker().angle(box(10.0), 1, quirks=False) == pytest.approx(math.pi / 2)


def test_a_box_that_grows_turns_its_corners_apart() -> None:
    motion = CornerMotion.born(box(0.0))
    motion.observe(np.array([-10.0, -10.0, 50.0, 110.0]), 1, quirks=False)
    upper_left, upper_right, lower_right, lower_left = motion.directions
    side = 3.0 / math.sqrt(2.0)  # one unit vector from each of three looks back
    assert upper_left == pytest.approx([-side, -side], abs=1e-5)
    assert upper_right == pytest.approx([-side, side], abs=1e-5)
    assert lower_right == pytest.approx([side, side], abs=1e-5)
    assert lower_left == pytest.approx([side, -side], abs=1e-5)


def test_the_reference_is_the_oldest_box_within_reach_and_with_the_quirk_the_newest() -> None:
    motion = walker(2, 3)
    assert motion.reference(4, 3, quirks=False)[0] == 20.0  # age 1 was missed: the box of age 2
    assert motion.reference(4, 3, quirks=True)[0] == 30.0  # the authors take the newest then
    assert motion.reference(5, 3, quirks=True)[0] == 20.0  # exactly three frames back
    assert motion.reference(90, 3, quirks=False)[0] == 30.0


def test_with_the_quirk_the_lower_corners_come_down_from_the_top() -> None:
    *_, right, left = walker(1, quirks=True).directions
    # 10 to the right and 100 down, three times over the same box.
    down = np.array([100.0, 10.0]) / math.sqrt(10100.0) * 3.0
    assert right == pytest.approx(down, abs=1e-5)
    assert left == pytest.approx(down, abs=1e-5)


def test_only_the_last_three_frames_are_remembered() -> None:
    assert [seen.age for seen in walker(1, 2, 3, 4, 5).recent] == [3, 4, 5]
    assert [seen.age for seen in walker(1, 2, 9).recent] == [9]


def test_the_camera_turns_directions_and_keeps_their_length() -> None:
    motion = walker(1, 2, 3)
    motion.warp(np.array([[0.0, -1.0, 100.0], [1.0, 0.0, 0.0]]))  # a quarter turn: right becomes down
    for direction in motion.directions:
        assert direction == pytest.approx([3.0, 0.0], abs=1e-5)


def test_the_corners_of_an_upright_and_of_a_level_oriented_box_are_the_same() -> None:
    upright, level = corners(box(10.0, 20.0)), corners(np.array([30.0, 70.0, 40.0, 100.0, 0.0]))
    assert np.array(upright) == pytest.approx(np.array(level))
