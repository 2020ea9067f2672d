"""From the classes of a detector to those that a benchmark scores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmark_folders import find_squares, write_sequence
from boxtrail.benchmarks import load_benchmark, val
from boxtrail.benchmarks.class_map import to_benchmark_classes
from boxtrail.benchmarks.config import BenchmarkConfig, SplitConfig
from boxtrail.errors import ConfigError

ROWS = np.array([[0.0, 0, 5, 5, 0.9, label] for label in (0, 2, 1, 0)])


def config(classes: dict[int, str], aliases: dict[str, str] | None = None) -> BenchmarkConfig:
    return BenchmarkConfig(
        "b", {"all": SplitConfig()}, "all", classes=classes, detector_classes=aliases or {}
    )


def test_classes_go_by_name_and_the_others_are_dropped() -> None:
    names = {0: "Person", 1: "bicycle", 2: "car"}
    wanted = config({4: "car", 1: "pedestrian"}, {"person": "pedestrian"})
    assert to_benchmark_classes(ROWS, names, wanted)[:, 5].tolist() == [1, 4, 1]
    assert ROWS[:, 5].tolist() == [0, 2, 1, 0]


def test_where_no_name_is_known_everything_is_the_one_class() -> None:
    assert to_benchmark_classes(ROWS, {0: "object"}, config({1: "pedestrian"}))[:, 5].tolist() == [1, 1, 1, 1]


def test_a_benchmark_without_classes_takes_all_as_they_are() -> None:
    np.testing.assert_array_equal(to_benchmark_classes(ROWS, {}, config({})), ROWS)


def test_a_benchmark_of_several_classes_needs_one_of_them() -> None:
    with pytest.raises(ConfigError, match="b scores car, bus, the detector none of them; it has object"):
        to_benchmark_classes(ROWS, {0: "object"}, config({1: "car", 2: "bus"}))


class Crowd:
    """People and what else a detector of many classes finds."""

    names = {0: "person", 2: "car"}  # noqa: RUF012
    cache_key = "crowd"

    def __call__(self, image: Any) -> Any:
        return [*find_squares(image), [60.0, 2, 90, 30, 0.8, 2]]


def test_people_alone_are_scored_where_the_truth_is_of_people(tmp_path: Path) -> None:
    write_sequence(tmp_path / "own" / "a")
    found = val(tmp_path / "own", detector=Crowd(), cache_dir=tmp_path / "cache")
    assert found.summary["bytetrack"]["MOTA"] == pytest.approx(1.0)
    assert list(found.evaluations["bytetrack"].classes) == ["pedestrian"]


def test_named_classes_of_the_truth_are_scored_by_name(tmp_path: Path) -> None:
    folder = write_sequence(tmp_path / "own" / "a", truth=False)
    lines = []
    for frame in range(20):
        for lane, kind in ((0, "Pedestrian"), (1, "Car")):
            x, y = 2 * (frame + 1) + 10 * lane, 6 + 28 * lane
            lines.append(f"{frame} {lane + 1} {kind} 0 0 0 {x} {y} {x + 14} {y + 22} 1 1 1 0 0 0 0")
    (folder / "gt.txt").write_text("\n".join(lines) + "\n")
    benchmark = load_benchmark(tmp_path / "own")
    assert sorted(benchmark.config.classes.values()) == ["Car", "Pedestrian"]

    class Lanes(Crowd):
        def __call__(self, image: Any) -> Any:
            return [[*row[:5], 0 if row[1] < 20 else 2] for row in find_squares(image)]

    found = val(benchmark, detector=Lanes(), cache_dir=tmp_path / "cache")
    scores = found.evaluations["bytetrack"]
    assert set(scores.classes) == {"car", "pedestrian"}
    assert scores.overall["CLR_FP"] == 0
    assert scores.overall["MOTA"] == pytest.approx(1.0)
    assert found.summary["bytetrack"]["IDSW"] == 0


def test_numbered_classes_that_are_not_motchallenges_stay_as_they_are(tmp_path: Path) -> None:
    folder = write_sequence(tmp_path / "own" / "a")
    text = (folder / "gt" / "gt.txt").read_text()
    (folder / "gt" / "gt.txt").write_text(text.replace(",1,1,1\n", ",1,30,1\n"))

    class Numbered(Crowd):
        def __call__(self, image: Any) -> Any:
            return [[*row[:5], 30] for row in find_squares(image)]

    found = val(tmp_path / "own", detector=Numbered(), cache_dir=tmp_path / "cache")
    assert found.summary["bytetrack"]["MOTA"] == pytest.approx(1.0)
    assert list(found.evaluations["bytetrack"].classes) == ["30"]
