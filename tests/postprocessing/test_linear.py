"""Linear interpolation, worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from boxtrail.errors import ConfigError
from boxtrail.postprocessing import TrackTable, interpolate
from track_tables import lines, oriented, table, walk


def test_a_gap_of_two_frames_is_filled_on_the_straight_line() -> None:
    tracks = table([[0, 1, 0, 0, 10, 20, 0.9, 2], [3, 1, 30, 3, 40, 23, 0.3, 5]])
    assert lines(interpolate(tracks)) == [
        [0, 1, 0, 0, 10, 20, 0.9, 2, 0],
        [1, 1, 10, 1, 20, 21, 0.7, 2, -1],
        [2, 1, 20, 2, 30, 22, 0.5, 5, -1],
        [3, 1, 30, 3, 40, 23, 0.3, 5, 1],
    ]


def test_the_row_in_the_middle_has_the_class_of_the_earlier_end() -> None:
    tracks = interpolate(table([[0, 1, 0, 0, 1, 1, 1, 2], [2, 1, 0, 0, 1, 1, 1, 5]]))
    assert tracks.labels.tolist() == [2, 2, 5]


@pytest.mark.parametrize(("distance", "filled"), [(1, 0), (2, 1), (19, 18), (20, 0), (21, 0)])
def test_a_gap_is_filled_if_its_ends_lie_fewer_than_max_gap_frames_apart(distance: int, filled: int) -> None:
    assert len(interpolate(table(walk(1, [0, distance])), max_gap=20)) == 2 + filled


def test_ids_do_not_mix_and_the_result_is_sorted_whatever_the_order_given() -> None:
    rows = walk(2, [5, 0], x=100) + walk(1, [2, 4], x=0)
    tracks = interpolate(table(rows))
    expected = sorted(walk(2, range(6), x=100) + walk(1, [2, 3, 4]))
    assert [line[:6] for line in lines(tracks)] == expected


def test_short_tracks_stay_as_they_are() -> None:
    tracks = table(walk(1, [0, 2, 4]) + walk(2, [0, 2], x=50))
    assert np.bincount(interpolate(tracks, min_rows=3).ids).tolist() == [0, 5, 2]


def test_frames_a_stride_left_out_are_no_gap() -> None:
    tracks = interpolate(table(walk(1, [2, 6, 14]), step=4))
    assert tracks.frames.tolist() == [2, 6, 10, 14]
    assert tracks.boxes[2].tolist() == [20, 5, 30, 25]
    assert len(interpolate(table(walk(1, [2, 14]), step=4), max_gap=3)) == 2


def test_a_track_of_one_row_and_an_empty_table_come_out_as_they_went_in() -> None:
    assert lines(interpolate(table(walk(1, [3])))) == lines(table(walk(1, [3])))
    assert interpolate(TrackTable.empty()).boxes.shape == (0, 4)
    assert interpolate(TrackTable.empty(is_obb=True, step=2)).boxes.shape == (0, 5)


def test_what_was_given_is_not_changed() -> None:
    tracks = table(walk(1, [4, 0]))
    before = lines(tracks)
    interpolate(tracks)
    assert lines(tracks) == before


def test_an_angle_goes_the_shortest_way_round() -> None:
    degree = math.pi / 180.0
    tracks = interpolate(oriented([[0, 1, 0, 0, 10, 4, 179 * degree], [2, 1, 2, 0, 10, 4, 1 * degree]]))
    assert tracks.boxes[1] == pytest.approx([1, 0, 10, 4, 180 * degree])


def test_swapped_sides_are_the_same_rectangle() -> None:
    tracks = interpolate(oriented([[0, 1, 0, 0, 10, 4, 0.1], [2, 1, 2, 0, 4, 10, 0.3 - math.pi / 2]]))
    assert tracks.boxes[1] == pytest.approx([1, 0, 10, 4, 0.2])
    assert tracks.boxes[2] == pytest.approx([2, 0, 4, 10, 0.3 - math.pi / 2])


@pytest.mark.parametrize("options", [{"max_gap": 0}, {"min_rows": 0}])
def test_options_below_one_are_refused(options: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="must be ≥ 1, not 0"):
        interpolate(TrackTable.empty(), **options)
