"""VisDrone's rules, worked out by hand: regions to ignore, the class others, a score of 0."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from boxtrail.evaluation import Evaluation, evaluate
from boxtrail.evaluation.regions import shares_inside

PEDESTRIAN, CAR, OTHERS, REGION = 1, 4, 11, 0


def scored(tmp_path: Path, truth: list[tuple[int, ...]], tracks: list[tuple[int, ...]]) -> Evaluation:
    """Rows of frame 1: id, left, top, width, height, score, class; those of the truth end in truncation, occlusion."""
    for name, rows, end in (("truth.txt", truth, "0,0"), ("tracks.txt", tracks, "-1,-1")):
        lines = [",".join(map(str, (1, *row))) + f",{end}\n" for row in rows]
        (tmp_path / name).write_text("".join(lines))
    return evaluate(tmp_path / "truth.txt", tmp_path / "tracks.txt", format="visdrone")


def counts(found: Evaluation, name: str = "car") -> tuple[float, ...]:
    """True positives, false negatives and false positives."""
    return tuple(found.classes[name][key] for key in ("CLR_TP", "CLR_FN", "CLR_FP"))


def test_a_prediction_by_half_in_a_region_to_ignore_is_forgiven_a_smaller_part_is_not(tmp_path: Path) -> None:
    truth = [(1, 500, 0, 10, 10, 1, CAR), (0, 0, 0, 100, 100, 0, REGION)]
    tracks = [(1, 500, 0, 10, 10, 1, CAR), (2, 95, 0, 10, 10, 1, CAR), (3, 96, 50, 10, 10, 1, CAR)]
    assert counts(scored(tmp_path, truth, tracks)) == (1, 0, 1)


def test_parts_in_two_regions_add_up_but_what_both_cover_counts_once(tmp_path: Path) -> None:
    truth = [
        (1, 500, 0, 10, 10, 1, CAR),
        (23, 0, 0, 103, 100, 0, REGION),  # 3 columns of the box at 100
        (20, 107, 0, 50, 100, 0, REGION),  # 3 others
        (21, 0, 200, 104, 100, 0, REGION),  # 4 columns of the box at 100, 200
        (22, 0, 200, 103, 100, 0, REGION),  # 3 of the same
    ]
    tracks = [(2, 100, 0, 10, 10, 1, CAR), (3, 100, 200, 10, 10, 1, CAR)]
    assert counts(scored(tmp_path, truth, tracks)) == (0, 1, 1)


def test_a_truth_in_a_region_to_ignore_need_not_be_found(tmp_path: Path) -> None:
    truth = [(1, 10, 10, 10, 10, 1, CAR), (2, 500, 0, 10, 10, 1, CAR), (0, 0, 0, 100, 100, 0, REGION)]
    assert counts(scored(tmp_path, truth, [(7, 500, 0, 10, 10, 1, CAR)])) == (1, 0, 0)
    found = scored(tmp_path, truth, [(7, 500, 0, 10, 10, 1, CAR), (8, 10, 10, 10, 10, 1, CAR)])
    assert counts(found) == (1, 0, 0)  # nor does it help to find it


def test_others_are_regions_to_ignore_for_every_class(tmp_path: Path) -> None:
    truth = [(1, 0, 0, 20, 20, 1, OTHERS), (2, 100, 0, 10, 10, 1, CAR)]
    tracks = [(1, 0, 0, 5, 5, 1, CAR), (2, 5, 5, 5, 5, 1, PEDESTRIAN), (3, 100, 0, 10, 10, 1, CAR)]
    found = scored(tmp_path, truth, tracks)
    assert counts(found) == (1, 0, 0)
    assert counts(found, "pedestrian") == (0, 0, 0)


def test_a_region_is_one_of_its_frame_alone() -> None:
    frames, boxes = np.array([1, 2, 2]), np.array([[0.0, 0, 10, 10], [0, 0, 10, 10], [3, 3, 3, 9]])
    shares = shares_inside(frames, boxes, np.array([2]), np.array([[0.0, 0, 5, 10]]))
    assert shares.tolist() == [0.0, 0.5, 0.0]  # the last one has no area
    assert shares_inside(frames, boxes, np.empty(0, dtype=np.int64), np.empty((0, 4))).tolist() == [0.0] * 3


def test_shares_are_those_of_the_pixels() -> None:
    rng = np.random.default_rng(3)
    corners, ends = np.rint(rng.uniform(0.0, 60.0, (100, 2))), rng.integers(1, 20, (100, 2))
    boxes, frames = np.hstack([corners, corners + ends]), rng.integers(1, 5, 100)
    corners, ends = np.rint(rng.uniform(0.0, 60.0, (24, 2))), rng.integers(0, 30, (24, 2))
    regions, region_frames = np.hstack([corners, corners + ends]), rng.integers(1, 5, 24)
    shares = shares_inside(frames, boxes, region_frames, regions)
    for box, frame, share in zip(boxes.astype(int), frames, shares, strict=True):
        image = np.zeros((100, 100))
        for x1, y1, x2, y2 in regions[region_frames == frame].astype(int):
            image[y1:y2, x1:x2] = 1.0
        assert share == pytest.approx(image[box[1] : box[3], box[0] : box[2]].mean())
    assert 20 < np.count_nonzero(shares) < 100


def test_a_score_of_zero_in_the_truth_ignores_the_object_and_its_prediction(tmp_path: Path) -> None:
    truth = [(1, 0, 0, 10, 10, 0, CAR), (2, 100, 0, 10, 10, 1, CAR)]
    tracks = [(1, 1, 0, 10, 10, 1, CAR), (2, 100, 0, 10, 10, 1, CAR)]
    assert counts(scored(tmp_path, truth, tracks)) == (1, 0, 0)
    assert counts(scored(tmp_path, truth, tracks[1:])) == (1, 0, 0)
    walker = [(1, 1, 0, 10, 10, 1, PEDESTRIAN)]
    assert counts(scored(tmp_path, truth, walker), "pedestrian") == (
        0,
        0,
        1,
    )  # the car is ignored, not the place


def test_five_classes_are_scored_and_each_by_itself(tmp_path: Path) -> None:
    truth = [(k, 100 * k, 0, 10, 10, 1, k) for k in range(1, 11)]
    found = scored(tmp_path, truth, truth)
    assert list(found.classes) == ["pedestrian", "car", "van", "truck", "bus"]
    assert found.overall["CLR_TP"] == 5
    assert found.overall["HOTA"] == pytest.approx(1.0)
