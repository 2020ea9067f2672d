"""What the benchmarks stand on: their streams, tables, cuts and comparisons."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"
if str(BENCHMARKS) not in sys.path:
    sys.path.insert(0, str(BENCHMARKS))

from camera_pairs import corner_error, make_pairs  # noqa: E402
from contest import Timing  # noqa: E402
from golden import compare_rows, read_golden, track_rows  # noqa: E402
from runs import RUNS  # noqa: E402
from scene import make_scene, overlap_components, rates  # noqa: E402
from sequences import mot17_second_halves, second_half, split_frames  # noqa: E402
from tables import format_duration, format_ratio, markdown_table  # noqa: E402
from targets import growth_verdict, ratio, speed_classes, speed_verdicts  # noqa: E402


def test_a_scene_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    first, again, other = make_scene(20, 15), make_scene(20, 15), make_scene(20, 15, seed=1)
    assert all(np.array_equal(a, b) for a, b in zip(first.frames, again.frames, strict=True))
    assert not np.array_equal(first.frames[0], other.frames[0])


def test_a_scene_misses_one_in_ten_and_invents_one_in_twenty() -> None:
    missed, false, hidden = rates(make_scene(400, 150))
    assert missed == pytest.approx(0.10, abs=0.01)
    assert false == pytest.approx(0.05, abs=0.005)
    assert 0.01 < hidden < 0.05


def test_a_scene_holds_sorted_scores_between_a_tenth_and_95_percent_and_valid_boxes() -> None:
    scene = make_scene(300, 20)
    rows = np.vstack(scene.frames)
    assert rows.shape[1] == 6
    assert rows[:, 4].min() >= 0.1
    assert rows[:, 4].max() <= 0.95
    assert (rows[:, 2:4] > rows[:, :2]).all()
    assert all((np.diff(frame[:, 4]) <= 0).all() for frame in scene.frames)
    owners = np.concatenate(scene.owners)
    assert (rows[owners >= 0, 4] > 0.6).mean() > 0.6
    assert (rows[owners < 0, 4] > 0.6).mean() < 0.3


def test_an_object_moves_by_its_velocity_and_is_seen_near_where_it_is() -> None:
    scene = make_scene(50, 30)
    steps = np.abs(np.diff(np.stack(scene.truth), axis=0)[..., :2]).max(axis=2)
    assert np.median(steps) < 2.0
    true = scene.frames[5][scene.owners[5] >= 0, :4]
    nearest = np.abs(true[:, None] - scene.truth[5][None]).max(axis=2).min(axis=1)
    assert np.median(nearest) < 3.0


def test_a_thousand_objects_make_about_eight_hundred_small_components() -> None:
    scene = make_scene(1000, 21)
    sizes = overlap_components(scene.truth[-1], scene.frames[-1])
    assert 700 <= len(sizes) <= 900
    assert 6 <= sizes[0] <= 24


def test_components_are_joined_by_overlap_and_not_by_touching() -> None:
    objects = np.array([[0, 0, 10, 10], [20, 0, 30, 10], [50, 0, 60, 10]], dtype=float)
    detections = np.array([[8, 0, 22, 10], [60, 0, 70, 10]], dtype=float)
    assert overlap_components(objects, detections).tolist() == [3, 1, 1]


def test_at_constant_density_the_image_grows_with_the_count() -> None:
    small, large = make_scene(1000, 1, constant_density=True), make_scene(4000, 1, constant_density=True)
    assert (small.width, small.height) == (1920, 1080)
    assert (large.width, large.height) == (3840, 2160)
    assert large.frames[0][:, 0].max() > 3000


def test_a_scene_without_objects_or_frames_is_an_error() -> None:
    with pytest.raises(ValueError, match="not 0 and 5"):
        make_scene(0, 5)


def test_a_table_lines_up_and_refuses_a_row_of_another_length() -> None:
    table = markdown_table(["name", "n"], [["a", "1"], ["long name", "1,000"]])
    assert table.splitlines() == [
        "| name      |     n |",
        "| --------- | ----: |",
        "| a         |     1 |",
        "| long name | 1,000 |",
    ]
    with pytest.raises(ValueError, match="3 cells where the header has 2"):
        markdown_table(["a", "b"], [["1", "2", "3"]])


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [(5.214, "5.21 µs"), (99.96, "100 µs"), (999.6, "1.00 ms"), (31_240.0, "31.2 ms"), (2.3e6, "2.30 s")],
)
def test_durations_have_three_digits_and_the_unit_that_fits(microseconds: float, text: str) -> None:
    assert format_duration(microseconds) == text


def test_what_was_not_measured_is_a_dash() -> None:
    assert format_duration(None) == format_ratio(None) == "–"
    assert format_ratio(138.2) == "138×"


def test_a_ratio_is_taken_round_by_round_so_that_a_slow_round_cancels() -> None:
    ours = Timing(rounds=[[10.0, 10.0], [40.0, 40.0], [10.0, 10.0]])
    peer = Timing(rounds=[[50.0, 50.0], [200.0, 200.0], [70.0, 70.0]])
    assert ratio(ours, peer) == 5.0
    assert ratio(ours, Timing()) is None


def test_targets_say_what_was_reached_and_what_was_not() -> None:
    timings = {"boxtrail": Timing(rounds=[[20.0]]), "trackforge": Timing(rounds=[[90.0]])}
    timings["trackers"] = Timing(rounds=[[2000.0]])
    found = {v.what: v.reached for v in speed_verdicts("ocsort", {100: timings})}
    assert found == {
        "ocsort, 100 objects: faster than trackforge": False,
        "ocsort, 100 objects: faster than trackers": True,
    }
    grown = {1000: {"boxtrail": Timing(rounds=[[1.0]])}, 10000: {"boxtrail": Timing(rounds=[[13.5]])}}
    assert [v.reached for v in growth_verdict("bytetrack", grown)] == [False]


def test_the_lower_bound_is_also_judged_with_the_slowdown_of_the_machine_taken_out() -> None:
    timings = {"boxtrail": Timing(rounds=[[64.0]]), "trackers": Timing(rounds=[[9920.0]])}
    timings["trackforge"] = Timing(rounds=[[951.0]])  # three times as long as recorded, trackers only twice
    verdicts = speed_verdicts("bytetrack", {100: timings})[2:]
    assert [(v.measured, v.reached) for v in verdicts] == [("4.00×", False), ("2.00×", True)]


def test_the_second_half_starts_after_the_middle_frame_and_counts_from_one() -> None:
    table = np.array([[frame, 0, 10 * frame, 0, 5, 5, 0.9] for frame in range(1, 11)], dtype=float)
    half = second_half(table, 10)
    assert half[:, 0].tolist() == [1, 2, 3, 4]
    assert half[0, 2] == 70
    assert second_half(table[:9], 9)[:, 0].tolist() == [1, 2, 3, 4]


def test_frames_without_detections_are_empty_arrays() -> None:
    frames = split_frames(np.array([[2, -1, 10.0, 20.0, 5.0, 6.0, 0.5]]), 3)
    assert [f.shape for f in frames] == [(0, 6), (1, 6), (0, 6)]
    assert frames[1].tolist() == [[10, 20, 15, 26, 0.5, 0]]


def _rows(*rows: tuple[float, ...]) -> np.ndarray:
    return np.array(rows, dtype=float)


def test_rows_agree_up_to_a_renaming_of_the_ids() -> None:
    golden = _rows((1, 1, 0, 0, 5, 5), (1, 2, 50, 0, 5, 5), (2, 1, 1, 0, 5, 5), (2, 2, 51, 0, 5, 5))
    ours = golden.copy()
    ours[:, 1] = np.where(golden[:, 1] == 1, 9, 4)
    ours[:, 2] += 0.01
    agreement = compare_rows(golden, ours)
    assert agreement.exact
    assert agreement.max_difference == pytest.approx(0.01)


def test_a_swapped_id_a_moved_box_and_an_extra_row_are_each_noticed() -> None:
    golden = _rows((1, 1, 0, 0, 5, 5), (1, 2, 50, 0, 5, 5), (2, 1, 1, 0, 5, 5), (2, 2, 51, 0, 5, 5))
    swapped, moved = golden.copy(), golden.copy()
    swapped[2:, 1] = [2, 1]
    assert compare_rows(golden, swapped).id_conflicts == 2
    moved[0, 5] += 0.03
    assert compare_rows(golden, moved).same_rows == 3
    extra = compare_rows(golden, np.vstack([golden, (3, 7, 0, 0, 5, 5)]))
    assert extra.same_rows == 4
    assert not extra.exact


def test_two_ids_merged_into_one_are_a_conflict_in_either_direction() -> None:
    golden = _rows((1, 1, 0, 0, 5, 5), (2, 2, 1, 0, 5, 5))
    merged = _rows((1, 8, 0, 0, 5, 5), (2, 8, 1, 0, 5, 5))
    assert compare_rows(golden, merged).id_conflicts == 1
    assert compare_rows(merged, golden).id_conflicts == 1


def test_speed_classes_need_bytetrack_at_100_objects() -> None:
    def timing(us: float) -> dict[str, Timing]:
        return {"boxtrail": Timing(rounds=[[us], [us]])}

    results = {"bytetrack": {10: timing(5.0), 100: timing(20.0)}, "botsort": {100: timing(30.0)}}
    assert list(speed_classes(results)) == [
        "- bytetrack: fastest (1.00× ByteTrack's time at 100 objects)",
        "- botsort: fast (1.50× ByteTrack's time at 100 objects)",
    ]
    assert list(speed_classes({"botsort": {100: timing(30.0)}, "bytetrack": {10: timing(5.0)}})) == []


def test_track_rows_turn_corners_into_left_top_width_height_with_frames_from_one() -> None:
    rows = track_rows([np.empty((0, 8)), np.array([[1.0, 2, 4, 8, 3, 0.9, 0, 0]])])
    assert rows.tolist() == [[2, 3, 1, 2, 3, 6]]


@pytest.mark.parametrize("run", sorted({run.golden for run in RUNS if run.golden}))
def test_recorded_rows_equal_themselves_and_lie_in_the_second_half(data_dir: Path, run: str) -> None:
    sequence = next(s for s in mot17_second_halves(data_dir) if s.name == "MOT17-09")
    golden = read_golden(data_dir, run, sequence.name)
    assert golden[:, 0].max() == sequence.num_frames == 262
    assert compare_rows(golden, golden).exact


def test_the_second_halves_hold_the_detections_the_golden_runs_saw(data_dir: Path) -> None:
    sequences = mot17_second_halves(data_dir)
    scores = np.concatenate([d[:, 4] for s in sequences for d in s.detections])
    assert sum(s.num_frames for s in sequences) == 2652
    assert len(scores) == 91_566
    assert (scores == 0.60).sum() == 191


def test_camera_pairs_are_the_same_for_the_same_seed_and_show_their_warp() -> None:
    cv2 = pytest.importorskip("cv2")
    pairs, again = make_pairs(1, seed=3), make_pairs(1, seed=3)
    assert np.array_equal(pairs.pictures, again.pictures)
    assert pairs.pictures.shape == (1, 2, 1080, 1920, 3)
    (first, second), warp = pairs.pictures[0], pairs.warps[0]
    inside = np.s_[100:-100, 100:-100]
    moved = cv2.warpAffine(first, warp, (1920, 1080))
    gap = {name: np.abs(picture[inside].astype(float) - second[inside]).mean() for name, picture in
           (("moved", moved), ("still", first))}  # fmt: skip
    assert gap["moved"] < 3.0 < 10.0 < gap["still"]


def test_the_corner_error_is_the_distance_at_the_worst_corner() -> None:
    still, shifted = np.eye(2, 3), np.array([[1.0, 0, 3], [0, 1, 4]])
    zoomed = np.array([[1.01, 0, 0], [0, 1, 0]])
    assert corner_error(shifted, still) == pytest.approx(5.0)
    assert corner_error(zoomed, still) == pytest.approx(19.2)
