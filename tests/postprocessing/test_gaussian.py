"""Gaussian-smoothed interpolation against figures, scikit-learn and cases worked by hand."""

from __future__ import annotations

import logging
import math

import numpy as np
import pytest
from numpy.typing import NDArray

from boxtrail.errors import ConfigError
from boxtrail.postprocessing import TrackTable, smooth_gaussian
from boxtrail.postprocessing.gaussian import length_scale, regress
from track_tables import oriented, table, walk

WAVY = 100.0 + np.array([0, 1, 2.2, 2.9, 4.1, 5, 5.8, 7.2, 8, 9.1])
SMOOTH = [
    100.000074, 101.051899, 102.05801, 103.039135, 104.012502,
    104.991742, 105.986807, 107.003917, 108.045539, 109.110376,
]  # fmt: skip


def random_walk(num_rows: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.integers(1, 4, num_rows)).astype(float), 900 + np.cumsum(
        rng.normal(0, 3, (num_rows, 4)), 0
    )


def test_ten_wavy_numbers_become_the_known_smooth_ones() -> None:
    scale = length_scale(10, 10.0)
    assert scale == pytest.approx(46.0517, abs=1e-4)
    assert regress(np.arange(10.0), WAVY[:, None], scale)[:, 0] == pytest.approx(SMOOTH, abs=1e-5)


def test_a_larger_nugget_flattens_the_track() -> None:
    flat = regress(np.arange(10.0), WAVY[:, None], length_scale(10, 10.0), nugget=1e-2)[:, 0]
    assert flat[[0, -1]] == pytest.approx([100.551931, 107.713466], abs=1e-5)


def test_every_coordinate_of_a_table_is_smoothed_like_that() -> None:
    rows = [[f, 1, y, 2 * y, y + 30, 2 * y + 60 + 0.5 * (y - 100)] for f, y in enumerate(WAVY)]
    tracks = smooth_gaussian(table(rows))
    smooth = np.array(SMOOTH)
    assert tracks.xywh[:, 0] == pytest.approx(smooth, abs=1e-5)
    assert tracks.xywh[:, 1] == pytest.approx(2 * smooth, abs=2e-5)
    assert tracks.xywh[:, 2] == pytest.approx(np.full(10, 30.0), abs=1e-3)
    assert tracks.xywh[:, 3] == pytest.approx(60 + 0.5 * (smooth - 100), abs=1e-3)


@pytest.mark.parametrize("num_rows", [1, 2, 3, 10, 60, 300, 970, 1001])
def test_scikit_learn_gives_the_same(num_rows: int) -> None:
    process = pytest.importorskip("sklearn.gaussian_process")
    times, values = random_walk(num_rows, seed=num_rows)
    scale = length_scale(num_rows, 10.0)
    theirs = process.GaussianProcessRegressor(process.kernels.RBF(scale, "fixed")).fit(times[:, None], values)
    # Weights of the order of 1e10 leave either implementation four decimals.
    expected = theirs.predict(times[:, None]).reshape(num_rows, 4)
    assert np.abs(regress(times, values, scale) - expected).max() < 5e-4


@pytest.mark.parametrize(("num_rows", "scale"), [(1, 69.0776), (999, 0.1), (1000, 0.1), (5000, 0.1)])
def test_the_length_scale_is_clipped_for_long_tracks(num_rows: int, scale: float) -> None:
    assert length_scale(num_rows, 10.0) == pytest.approx(scale, abs=1e-4)


def test_tracks_of_a_thousand_rows_and_more_stay_bit_for_bit() -> None:
    times, values = random_walk(3000, seed=1)
    rows = np.column_stack([times, np.ones(3000), values[:, :2], values[:, :2] + 50])
    tracks = table(rows)
    out = smooth_gaussian(tracks, max_gap=1)
    assert np.array_equal(out.frames, tracks.frames)
    assert out.boxes == pytest.approx(tracks.boxes, abs=1e-9)


def test_gaps_are_filled_first_and_a_steady_walk_stays_one() -> None:
    tracks = smooth_gaussian(table(walk(1, [0, 1, 5, 6, 30, 31])))
    assert tracks.frames.tolist() == [*range(7), 30, 31]
    assert tracks.rows.tolist() == [0, 1, -1, -1, -1, 2, 3, 4, 5]
    expected = np.array(walk(1, [*range(7), 30, 31]))[:, 2:]
    assert np.abs(tracks.boxes - expected).max() < 0.05


def test_a_single_row_two_rows_and_an_empty_table_come_out_as_they_went_in() -> None:
    for rows in (walk(1, [7]), walk(1, [7, 8])):
        assert smooth_gaussian(table(rows)).boxes == pytest.approx(np.array(rows)[:, 2:], abs=1e-6)
    assert len(smooth_gaussian(TrackTable.empty())) == 0


def test_the_time_is_counted_in_steps_of_the_table() -> None:
    rows = [[f, 1, y, y, y + 30, y + 60] for f, y in enumerate(WAVY)]
    strided = [[5 * f + 2, *row] for f, *row in rows]
    assert np.array_equal(smooth_gaussian(table(rows)).boxes, smooth_gaussian(table(strided, step=5)).boxes)


def test_an_angle_is_unwrapped_before_it_is_smoothed() -> None:
    angles = 3.0 + 0.05 * np.arange(12)
    codes = [
        (10, 4, a) if f % 2 else (4, 10, math.remainder(a + math.pi / 2, math.tau))
        for f, a in enumerate(angles)
    ]
    tracks = smooth_gaussian(oriented([[f, 1, f, 2 * f, *code] for f, code in enumerate(codes)]))
    unwrapped = tracks.boxes[:, 4]
    assert np.diff(unwrapped) == pytest.approx(np.full(11, 0.05), abs=1e-4)
    assert np.sin(2 * unwrapped) == pytest.approx(np.sin(2 * (angles + math.pi / 2)), abs=1e-3)
    assert tracks.boxes[:, 2:4] == pytest.approx(np.tile([4.0, 10.0], (12, 1)), abs=1e-3)


def test_a_box_never_loses_its_width() -> None:
    widths = [0.01, 0.01, 30.0, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01]
    tracks = smooth_gaussian(table([[f, 1, 0, 0, width, 10] for f, width in enumerate(widths)]))
    assert (tracks.xywh[:, 2] > 0.0).all()


def test_a_gram_matrix_too_close_to_singular_gets_a_larger_nugget_and_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    times = np.arange(2000.0)
    with caplog.at_level(logging.WARNING):
        smooth = regress(times, np.sin(times / 300.0)[:, None], 1e6, nugget=1e-16)
    assert "2000 rows of a track: smoothed with a nugget of" in caplog.text
    assert np.isfinite(smooth).all()


@pytest.mark.parametrize("tau", [0.0, -1.0, math.inf, math.nan])
def test_a_tau_that_is_not_positive_is_refused(tau: float) -> None:
    with pytest.raises(ConfigError, match="tau must be > 0"):
        smooth_gaussian(TrackTable.empty(), tau=tau)


def test_progress_is_told_track_by_track() -> None:
    told: list[tuple[int, int]] = []
    smooth_gaussian(
        table(walk(1, [0, 1]) + walk(5, [0])), watch=lambda done, total: told.append((done, total))
    )
    assert told == [(1, 2), (2, 2)]
