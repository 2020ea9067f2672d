"""Which corners the optical flow starts from."""

from __future__ import annotations

import math

import numpy as np
import pytest

from boxtrail.motion.sparse_flow import SparseFlowConfig, strongest_per_cell


def test_corners_are_spread_over_the_grid_and_weak_ones_left_out() -> None:
    response = np.zeros((40, 60), np.float32)
    response[3, 5], response[4, 6], response[25, 45], response[39, 59] = 1.0, 0.9, 0.5, 0.001
    points = strongest_per_cell(response, SparseFlowConfig(max_corners=24, quality=0.01))  # cells of 10 × 10
    assert points.tolist() == [[5.0, 3.0], [45.0, 25.0]]


@pytest.mark.parametrize("shape", [(270, 480), (37, 61), (5, 300), (1, 1)])
def test_each_cell_gives_its_strongest_pixel_also_where_the_grid_ends_early(shape: tuple[int, int]) -> None:
    config = SparseFlowConfig(max_corners=50, quality=0.0)
    response = np.random.default_rng(4).random(shape, dtype=np.float32)
    cell = math.ceil(math.sqrt(response.size / config.max_corners))
    expected = []
    for top in range(0, shape[0], cell):
        for left in range(0, shape[1], cell):
            block = response[top : top + cell, left : left + cell]
            y, x = np.unravel_index(int(block.argmax()), block.shape)
            expected.append([left + int(x), top + int(y)])
    assert strongest_per_cell(response, config).tolist() == expected


def test_a_picture_without_any_response_has_no_corners() -> None:
    assert strongest_per_cell(np.zeros((30, 30), np.float32), SparseFlowConfig()).shape == (0, 2)
