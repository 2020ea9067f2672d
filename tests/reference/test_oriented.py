"""Rotated overlap against known areas and an independent method; the four codes of one rectangle."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from boxtrail.boxes import corners
from boxtrail.reference import association, oriented
from strategies import MEASURES, FloatArray, examples, free_boxes

A = (0.0, 0.0, 4.0, 2.0, 0.0)
B = (1.0, 0.5, 3.0, 2.0, math.pi / 6.0)


def codes(box: FloatArray) -> list[FloatArray]:
    """The same rectangle, coded in every way."""
    cx, cy, w, h, angle = box
    straight = [np.array([cx, cy, w, h, angle + turn * math.pi]) for turn in (-2, -1, 0, 1, 2)]
    turned = [np.array([cx, cy, h, w, angle + turn * math.pi / 2.0]) for turn in (-3, -1, 1, 3)]
    return straight + turned


def similarity(measure: str, a: FloatArray, b: FloatArray) -> float:
    options = {"image_diagonal": 400.0, "buffer_ratio": 0.3}
    return float(association.similarity(measure, a[None], b[None], **options)[0, 0])


@pytest.mark.parametrize(
    ("measure", "expected"),
    [("iou", 0.397104), ("giou", 0.628733), ("diou", 0.680291), ("ciou", 0.680259), ("hmiou", 0.245729)],
)
def test_two_rectangles_have_the_known_similarity(measure: str, expected: float) -> None:
    assert similarity(measure, np.array(A), np.array(B)) == pytest.approx(expected, abs=1e-6)
    swapped = np.array([1.0, 0.5, 2.0, 3.0, math.pi / 6.0 + math.pi / 2.0])
    assert similarity(measure, np.array(A), swapped) == pytest.approx(expected, abs=1e-6)


def test_a_square_and_its_diamond_share_a_regular_octagon() -> None:
    octagon = 2.0 * (math.sqrt(2.0) - 1.0)  # area, for squares of side 1
    overlap = oriented.rotated_iou((5.0, 5.0, 1.0, 1.0, 0.0), (5.0, 5.0, 1.0, 1.0, math.pi / 4.0))
    assert overlap == pytest.approx(octagon / (2.0 - octagon), abs=1e-12)


def test_a_cross_of_two_bars_shares_its_middle() -> None:
    bar, across = (0.0, 0.0, 4.0, 1.0, 0.3), (0.0, 0.0, 4.0, 1.0, 0.3 + math.pi / 2.0)
    assert oriented.rotated_iou(bar, across) == pytest.approx(1.0 / 7.0, abs=1e-12)


def test_a_rectangle_inside_another_gives_the_ratio_of_the_areas() -> None:
    assert oriented.rotated_iou((0, 0, 10, 10, 0.2), (0.5, -0.5, 3, 2, 1.1)) == pytest.approx(0.06, abs=1e-12)


def test_rectangles_whose_bounds_meet_may_still_be_apart() -> None:
    bar = (0.0, 0.0, 10.0, 0.1, math.pi / 4.0)
    assert oriented.rotated_iou(bar, (2.5, -2.5, 1.0, 1.0, 0.0)) == 0.0


def independent_iou(a: FloatArray, b: FloatArray) -> float:
    """By another way: the hull of the corners inside the other rectangle and of where two sides cross."""
    spatial = pytest.importorskip("scipy.spatial")
    p, q = corners(a), corners(b)
    points = [point for one, other in ((p, b), (q, a)) for point in one if _inside(point, other)]
    for u, v in pairwise([*p, p[0]]):
        for s, t in pairwise([*q, q[0]]):
            matrix = np.column_stack([v - u, s - t])
            if abs(np.linalg.det(matrix)) > 1e-12:
                along = np.linalg.solve(matrix, s - u)
                if ((along >= 0.0) & (along <= 1.0)).all():
                    points.append(u + along[0] * (v - u))
    if len(points) < 3:
        return 0.0
    area = spatial.ConvexHull(np.array(points), qhull_options="QJ").volume
    return float(area / (a[2] * a[3] + b[2] * b[3] - area))


def _inside(point: FloatArray, box: FloatArray) -> bool:
    cos, sin = math.cos(box[4]), math.sin(box[4])
    dx, dy = point - box[:2]
    return bool(abs(dx * cos + dy * sin) <= box[2] / 2.0 and abs(dy * cos - dx * sin) <= box[3] / 2.0)


@given(st.integers(0, 2**32 - 1))
@examples(150)
def test_rotated_overlap_agrees_with_an_independent_method(seed: int) -> None:
    a, b = free_boxes(np.random.default_rng(seed), 2, oriented=True)
    b[:2] = a[:2] + (b[:2] - a[:2]) / 4.0
    assert oriented.rotated_iou(a.tolist(), b.tolist()) == pytest.approx(independent_iou(a, b), abs=1e-7)


def test_rotated_overlap_agrees_with_opencv() -> None:
    cv2 = pytest.importorskip("cv2")
    rng = np.random.default_rng(11)
    for a, b in zip(free_boxes(rng, 60, oriented=True), free_boxes(rng, 60, oriented=True), strict=True):
        b[:2] = a[:2] + (b[:2] - a[:2]) / 4.0
        sides = [(tuple(r[:2]), tuple(r[2:4]), math.degrees(r[4])) for r in (a, b)]
        polygon = cv2.rotatedRectangleIntersection(*sides)[1]
        area = 0.0 if polygon is None else cv2.contourArea(cv2.convexHull(polygon))
        expected = area / (a[2] * a[3] + b[2] * b[3] - area)
        assert oriented.rotated_iou(a.tolist(), b.tolist()) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("measure", MEASURES)
@given(seed=st.integers(0, 2**32 - 1))
@examples(25)
def test_every_code_of_a_rectangle_gives_the_same_similarity(measure: str, seed: int) -> None:
    a, b = free_boxes(np.random.default_rng(seed), 2, oriented=True)
    b[:2] = a[:2] + (b[:2] - a[:2]) / 4.0
    expected = similarity(measure, a, b)
    for one in codes(a):
        assert similarity(measure, one, b) == pytest.approx(expected, abs=1e-9)
        assert similarity(measure, one, a) == pytest.approx(1.0, abs=1e-9)


@given(st.integers(0, 2**32 - 1))
@examples(100)
def test_an_aligned_box_is_the_same_rectangle_turned_at_most_a_quarter(seed: int) -> None:
    box, reference = free_boxes(np.random.default_rng(seed), 2, oriented=True)
    aligned = np.array(oriented.align(box.tolist(), reference.tolist()))
    assert abs(aligned[4] - reference[4]) <= math.pi / 2.0 + 1e-9
    assert similarity("iou", aligned, box) == pytest.approx(1.0, abs=1e-9)
    for code in codes(box):  # whichever code comes in, the same one goes out
        assert_allclose(oriented.align(code.tolist(), reference.tolist()), aligned, rtol=0, atol=1e-9)


def test_the_sides_tell_the_codes_of_an_oblong_apart_at_an_eighth_turn() -> None:
    reference = (0.0, 0.0, 40.0, 10.0, 0.0)
    aligned = oriented.align((0.0, 0.0, 10.0, 40.0, math.pi / 4.0), reference)
    assert aligned == pytest.approx([0.0, 0.0, 40.0, 10.0, -math.pi / 4.0])


def test_an_angle_far_away_comes_back_to_the_turn_of_the_reference() -> None:
    aligned = oriented.align((1.0, 2.0, 40.0, 10.0, 0.1), (1.0, 2.0, 40.0, 10.0, 0.1 + 7.0 * math.pi))
    assert aligned == pytest.approx([1.0, 2.0, 40.0, 10.0, 0.1 + 7.0 * math.pi])
