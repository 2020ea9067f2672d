"""Gradient-boosted interpolation: what it fits, and that it does so again."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from boxtrail.errors import MissingExtraError
from boxtrail.postprocessing import TrackTable, smooth_boosting
from track_tables import table, walk


def noisy(num_rows: int, seed: int = 3) -> TrackTable:
    noise = np.random.default_rng(seed).normal(0, 1.5, (num_rows, 2))
    return table([[f, 1, *(2 * f + noise[f]), *(2 * f + noise[f] + 40)] for f in range(num_rows)])


def test_the_same_table_gives_the_same_boxes() -> None:
    pytest.importorskip("sklearn")
    assert np.array_equal(smooth_boosting(noisy(50)).boxes, smooth_boosting(noisy(50)).boxes)


def test_a_coordinate_is_the_fit_of_the_authors_trees() -> None:
    ensemble = pytest.importorskip("sklearn.ensemble")
    tracks = noisy(50)
    trees = ensemble.GradientBoostingRegressor(n_estimators=115, learning_rate=0.065, min_samples_split=6)
    left = trees.fit(np.arange(50.0)[:, None], tracks.boxes[:, 0]).predict(np.arange(50.0)[:, None])
    assert smooth_boosting(tracks).boxes[:, 0] == pytest.approx(left, abs=1e-9)


def test_gaps_are_filled_and_tracks_too_short_for_a_tree_are_only_filled() -> None:
    pytest.importorskip("sklearn")
    tracks = smooth_boosting(table(walk(1, [0, 4]) + walk(2, [0, 2, 12], x=90)))
    assert np.bincount(tracks.ids).tolist() == [0, 5, 13]
    assert tracks.boxes[tracks.ids == 1] == pytest.approx(np.array(walk(1, range(5)))[:, 2:])
    assert np.abs(tracks.boxes[tracks.ids == 2] - np.array(walk(2, range(13), x=90))[:, 2:]).max() < 2.0


def test_an_empty_table_comes_out_empty() -> None:
    pytest.importorskip("sklearn")
    assert len(smooth_boosting(TrackTable.empty(is_obb=True))) == 0


def test_without_scikit_learn_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingExtraError, match=r"needs sklearn.*pip install 'boxtrail\[post\]'"):
        smooth_boosting(TrackTable.empty())
