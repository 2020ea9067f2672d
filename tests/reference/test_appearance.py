"""Appearance: distances, the running average and its weight, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from boxtrail.reference.appearance import adaptive_alpha, cosine_similarity, likeness, smooth


def unit(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_equal_perpendicular_and_opposite_embeddings_have_similarity_1_0_and_minus_1() -> None:
    rows = np.stack([unit(1, 0), unit(0, 1), unit(-1, 0)])
    assert cosine_similarity(rows[:1], rows).tolist() == [[1.0, 0.0, -1.0]]


def test_a_track_without_an_embedding_is_like_nothing() -> None:
    assert likeness([None, unit(0, 1)], unit(0, 1)[None]).tolist() == [[0.0], [1.0]]


def test_an_average_starts_with_the_first_embedding_and_stays_without_a_new_one() -> None:
    assert smooth(None, None, 0.9) is None
    assert smooth(None, unit(0, 1), 0.9).tolist() == [0.0, 1.0]  # type: ignore[union-attr]
    assert smooth(unit(1, 0), None, 0.9).tolist() == [1.0, 0.0]  # type: ignore[union-attr]


def test_no_embeddings_give_an_empty_matrix() -> None:
    assert cosine_similarity(np.empty((0, 4), np.float32), np.ones((2, 4), np.float32)).shape == (0, 2)
    assert likeness([], np.ones((2, 4), np.float32)).shape == (0, 2)


def test_the_average_lies_between_and_has_length_one() -> None:
    mixed = smooth(unit(1, 0), unit(0, 1), 0.9)
    assert mixed is not None
    assert mixed.dtype == np.float32
    assert_allclose(mixed, np.array([0.9, 0.1]) / np.hypot(0.9, 0.1), rtol=1e-6)


def test_alpha_one_keeps_the_old_and_alpha_zero_takes_the_new() -> None:
    assert smooth(unit(1, 0), unit(0, 1), 1.0).tolist() == [1.0, 0.0]  # type: ignore[union-attr]
    assert smooth(unit(1, 0), unit(0, 1), 0.0).tolist() == [0.0, 1.0]  # type: ignore[union-attr]


def test_a_sure_detection_weighs_most_and_one_at_the_threshold_nothing() -> None:
    assert adaptive_alpha(0.95, 1.0, 0.6) == pytest.approx(0.95)
    assert adaptive_alpha(0.95, 0.6, 0.6) == pytest.approx(1.0)
    assert adaptive_alpha(0.95, 0.8, 0.6) == pytest.approx(0.975)
