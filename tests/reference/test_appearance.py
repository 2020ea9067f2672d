"""Appearance: distances, the running average and its weight, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from boxtrail.reference.appearance import adaptive_alpha, cosine_distance, smooth


def unit(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_equal_perpendicular_and_opposite_embeddings_are_0_1_and_2_apart() -> None:
    rows = np.stack([unit(1, 0), unit(0, 1), unit(-1, 0)])
    assert cosine_distance(rows[:1], rows).tolist() == [[0.0, 1.0, 2.0]]


def test_no_embeddings_give_an_empty_matrix() -> None:
    assert cosine_distance(np.empty((0, 4), np.float32), np.ones((2, 4), np.float32)).shape == (0, 2)


def test_the_average_lies_between_and_has_length_one() -> None:
    mixed = smooth(unit(1, 0), unit(0, 1), 0.9)
    assert mixed.dtype == np.float32
    assert_allclose(mixed, np.array([0.9, 0.1]) / np.hypot(0.9, 0.1), rtol=1e-6)


def test_alpha_one_keeps_the_old_and_alpha_zero_takes_the_new() -> None:
    assert smooth(unit(1, 0), unit(0, 1), 1.0).tolist() == [1.0, 0.0]
    assert smooth(unit(1, 0), unit(0, 1), 0.0).tolist() == [0.0, 1.0]


def test_a_sure_detection_weighs_most_and_one_at_the_threshold_nothing() -> None:
    assert adaptive_alpha(0.95, 1.0, 0.6) == pytest.approx(0.95)
    assert adaptive_alpha(0.95, 0.6, 0.6) == pytest.approx(1.0)
    assert adaptive_alpha(0.95, 0.8, 0.6) == pytest.approx(0.975)
