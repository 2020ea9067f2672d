"""Galleries of embeddings, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from boxtrail.reference.galleries import Gallery, nearest_distances
from boxtrail.reference.snapshot import pack, unpack

EAST, NORTH = np.array([1.0, 0.0], np.float32), np.array([0.0, 1.0], np.float32)
BETWEEN = np.array([0.6, 0.8], np.float32)
MISSING = np.zeros(2, np.float32)


def gallery(*rows: np.ndarray) -> Gallery:
    return Gallery(list(rows))


def test_a_gallery_keeps_the_last_embeddings() -> None:
    kept = gallery()
    for row in (EAST, NORTH, BETWEEN):
        kept.add(row, 2)
    assert np.array(kept.rows).tolist() == np.array([NORTH, BETWEEN]).tolist()


def test_without_a_budget_a_gallery_keeps_everything() -> None:
    kept = gallery()
    for _ in range(500):
        kept.add(EAST, 0)
    assert len(kept.rows) == 500


def test_a_missing_embedding_is_not_remembered() -> None:
    kept = gallery(EAST)
    for row in (None, MISSING):
        kept.add(row, 1)
        kept.add_smoothed(row, 0.9, 1)
    assert np.array(kept.rows).tolist() == [EAST.tolist()]


def test_what_is_remembered_does_not_change_with_the_array_it_came_from() -> None:
    kept, row = gallery(), EAST.copy()
    kept.add(row, 1)
    row[:] = NORTH
    assert kept.rows[0].tolist() == EAST.tolist()


def test_the_average_is_taken_with_the_newest_row() -> None:
    kept = gallery()
    for row in (EAST, NORTH, NORTH):
        kept.add_smoothed(row, 0.9, 2)
    first = np.array([0.9, 0.1]) / np.hypot(0.9, 0.1)
    second = 0.9 * first + 0.1 * NORTH
    assert kept.rows[0] == pytest.approx(first, abs=1e-6)
    assert kept.rows[1] == pytest.approx(second / np.linalg.norm(second), abs=1e-6)


def test_the_distance_is_that_of_the_nearest_row() -> None:
    wanted = np.ones((2, 2), bool)
    distances = nearest_distances(
        [gallery(EAST, NORTH), gallery(BETWEEN)], np.array([NORTH, -EAST], np.float32), wanted
    )
    assert distances == pytest.approx(np.array([[0.0, 1.0], [0.2, 1.6]]), abs=1e-6)


def test_who_shows_no_appearance_is_at_distance_one() -> None:
    wanted = np.ones((2, 1), bool)
    assert nearest_distances([gallery(), gallery(EAST)], MISSING[None], wanted).tolist() == [[1.0], [1.0]]
    assert nearest_distances([gallery(), gallery(EAST)], EAST[None], wanted).tolist() == [[1.0], [0.0]]
    assert nearest_distances([gallery(EAST), gallery()], None, wanted).tolist() == [[1.0], [1.0]]


def test_a_saved_gallery_of_uneven_rows_is_refused() -> None:
    saved = pack(gallery(EAST, NORTH))
    assert unpack(Gallery, saved).rows[1].tolist() == NORTH.tolist()
    saved["rows"][0] = [1.0]
    with pytest.raises(ValueError, match="differ in width"):
        unpack(Gallery, saved)
