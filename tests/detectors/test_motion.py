"""Background subtraction on drawn scenes and on real footage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxtrail.detectors import MotionDetector
from boxtrail.detectors.fragments import merge_fragments
from boxtrail.errors import ConfigError

pytest.importorskip("cv2")

HEIGHT, WIDTH = 240, 320
FIGURE = (30, 80)  # width, height


def scene(num_frames: int, *, speed: float = 4.0, start: float = -60.0, gain: Any = None) -> Iterator[Any]:
    """A textured background with sensor noise, and a dark figure that walks in from the left."""
    rng = np.random.default_rng(7)
    background = np.kron(rng.integers(90, 160, (HEIGHT // 8, WIDTH // 8, 3)), np.ones((8, 8, 1)))
    for frame in range(num_frames):
        image = background.copy()
        x1, y1, x2, y2 = figure(frame, speed=speed, start=start)
        image[y1:y2, max(x1, 0) : max(x2, 0)] = (30, 30, 40)
        image = image * (1.0 if gain is None else gain(frame)) + rng.normal(0, 3, image.shape)
        yield np.clip(image, 0, 255).astype(np.uint8)


def figure(frame: int, *, speed: float = 4.0, start: float = -60.0) -> tuple[int, int, int, int]:
    x = round(start + speed * frame)
    return x, 100, x + FIGURE[0], 100 + FIGURE[1]


def iou(first: Any, second: Any) -> float:
    size = np.minimum(first[2:4], second[2:4]) - np.maximum(first[:2], second[:2])
    shared = np.clip(size, 0, None).prod()
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (first, second)]
    return float(shared / (sum(areas) - shared))


def test_a_walking_figure_has_one_tight_box_of_high_score_in_every_frame() -> None:
    found = MotionDetector()(list(scene(80)))
    for frame in range(25, 80):
        assert len(found[frame]) == 1, frame
        assert iou(found[frame][0], np.array(figure(frame), float)) > 0.8
        assert 0.7 < found[frame][0, 4] <= 1.0
        assert found[frame][0, 5] == 0


def test_the_first_frames_teach_and_yield_nothing() -> None:
    found = MotionDetector(warmup=5)(list(scene(10, start=60.0)))
    assert [len(rows) for rows in found[:5]] == [0] * 5
    assert all(rows.shape == (0, 6) for rows in found[:5])


def test_noise_alone_yields_nothing() -> None:
    assert sum(len(rows) for rows in MotionDetector()(list(scene(60, speed=0.0)))) == 0


def test_batches_give_what_single_frames_give() -> None:
    frames = list(scene(40))
    whole = MotionDetector()(frames)
    detector = MotionDetector()
    for frame, rows in zip(frames, whole, strict=True):
        np.testing.assert_array_equal(detector([frame])[0], rows)


def test_reset_forgets_the_background() -> None:
    frames = list(scene(40))
    detector = MotionDetector()
    first = detector(frames)
    detector.reset()
    for before, after in zip(first, detector(frames), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("factor", [0.6, 1.5])
def test_exposure_that_jumps_changes_nothing(factor: float) -> None:
    found = MotionDetector()(list(scene(80, gain=lambda frame: factor if frame >= 50 else 1.0)))
    for frame in range(50, 80):
        assert all(rows[2] - rows[0] < 60 for rows in found[frame]), frame
        assert max(iou(rows, np.array(figure(frame), float)) for rows in found[frame]) > 0.7


def test_a_cut_to_another_scene_yields_no_huge_box_and_is_learned() -> None:
    before = list(scene(40, speed=0.0))
    after = [255 - frame[::-1] for frame in scene(60)]
    found = MotionDetector()(before + after)
    for rows in found:
        areas = (rows[:, 2] - rows[:, 0]) * (rows[:, 3] - rows[:, 1])
        assert (areas < 0.2 * WIDTH * HEIGHT).all()
    assert len(found[-1]) == 1


def test_a_frame_that_is_foreground_for_the_most_part_yields_nothing() -> None:
    before = list(scene(30, speed=0.0))
    striped = before[-1].copy()
    for x in range(0, WIDTH, 40):
        striped[:, x : x + 30] = 255 - striped[:, x : x + 30] // 4
    found = MotionDetector()([*before, striped, striped])
    assert [len(rows) for rows in found[-2:]] == [0, 0]


def test_the_ghost_of_who_left_is_gone_long_before_the_background_has_learned_it() -> None:
    frames = [*scene(20, speed=0.0, start=100.0), *scene(40, speed=8.0, start=100.0), *scene(60, speed=0.0)]
    found = MotionDetector()(frames)
    left = np.array(figure(0, start=100.0), float)
    for rows in found[40:]:
        assert all(iou(row, left) < 0.3 for row in rows)


def test_who_stands_still_stays_for_a_hundred_frames() -> None:
    walking = list(scene(55))
    standing = [walking[-1]] * 100
    found = MotionDetector()(walking + standing)
    assert iou(found[-1][0], np.array(figure(54), float)) > 0.7


def test_a_change_of_the_frames_size_starts_anew() -> None:
    frames = list(scene(40))
    smaller = [frame[::2, ::2] for frame in frames]
    found = MotionDetector()(frames + smaller)
    assert [len(rows) for rows in found[40:45]] == [0] * 5
    assert found[-1][0, 2] <= WIDTH / 2


@pytest.mark.parametrize("scale", [None, 1.0, 0.37])
def test_boxes_are_in_pixels_of_the_frame_at_any_working_scale(scale: float | None) -> None:
    frames = [np.kron(frame, np.ones((3, 3, 1), np.uint8)) for frame in scene(40)]
    (rows,) = MotionDetector(scale=scale)(frames)[-1:]
    assert iou(rows[0], 3.0 * np.array(figure(39), float)) > 0.75


def test_boxes_outside_the_accepted_sizes_are_dropped() -> None:
    share = FIGURE[0] * FIGURE[1] / (WIDTH * HEIGHT)
    frames = list(scene(60))
    assert len(MotionDetector(min_area=1.5 * share)(frames)[-1]) == 0
    assert len(MotionDetector(max_area=0.7 * share)(frames)[-1]) == 0


@pytest.mark.parametrize(
    "options", [{"scale": 0.0}, {"min_area": 2.0}, {"history": 0}, {"warmup": -1}, {"max_area": float("nan")}]
)
def test_options_out_of_range_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        MotionDetector(**options)


def merged(*boxes: list[float]) -> list[list[float]]:
    table = np.array(boxes, float)
    joined, _ = merge_fragments(table, np.ones(len(table)), gap=5.0, max_aspect=4.0)
    return [[float(value) for value in box] for box in joined]


def test_a_head_above_a_body_joins_it_and_a_neighbour_does_not() -> None:
    head, body, neighbour = [12.0, 0.0, 20.0, 10.0], [8.0, 13.0, 24.0, 40.0], [28.0, 10.0, 40.0, 40.0]
    assert merged(head, body, neighbour) == [[8.0, 0.0, 24.0, 40.0], neighbour]


def test_parts_too_far_apart_or_too_tall_together_stay_apart() -> None:
    assert len(merged([0, 0, 10, 10], [0, 16, 10, 26])) == 2
    assert len(merged([0, 0, 10, 20], [0, 22, 10, 42])) == 2


def test_a_fragment_inside_another_vanishes_in_it_and_nothing_stays_nothing() -> None:
    assert merged([0, 0, 100, 100], [30, 30, 40, 40]) == [[0, 0, 100, 100]]
    assert merge_fragments(np.empty((0, 4)), np.empty(0), gap=5.0, max_aspect=4.0)[0].shape == (0, 4)


def test_people_on_real_footage_are_found(data_dir: Path) -> None:
    """Recall and precision at IoU 0.5 against the ground truth of the same frames, PETS09-S2L1."""
    import cv2

    rows = np.loadtxt(data_dir / "MOT15/train/PETS09-S2L1/gt/gt.txt", delimiter=",")[:, :6]
    rows[:, 4:] += rows[:, 2:4]
    video = cv2.VideoCapture(str(data_dir / "clips/vtest.avi"))
    detector = MotionDetector()
    num_hits = num_found = num_true = 0
    for index in range(300):
        _, image = video.read()
        (found,) = detector([image])
        truth = rows[rows[:, 0] == index + 1, 2:]
        overlaps = np.array([[iou(box, row) for row in found] for box in truth]).reshape(len(truth), -1)
        num_hits += int((overlaps > 0.5).any(axis=1).sum())
        num_found, num_true = num_found + len(found), num_true + len(truth)
    video.release()
    assert num_hits / num_true > 0.62
    assert num_hits / num_found > 0.7
