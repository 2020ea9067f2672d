"""What the YAML files of benchmarks may say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from boxtrail.benchmarks import benchmark_names
from boxtrail.benchmarks.catalogue import load_config, named_config, read_config
from boxtrail.benchmarks.config import parse_config
from boxtrail.errors import ConfigError, SourceError

SMALL: dict[str, Any] = {
    "name": "small",
    "splits": {"all": {}},
    "default_split": "all",
    "truth": "{sequence}/gt.txt",
}


@pytest.mark.parametrize("name", benchmark_names())
def test_every_benchmark_that_comes_along_is_valid(name: str) -> None:
    config = named_config(name)
    assert config.default_split in config.splits
    assert config.truth
    assert config.frames
    assert config.url.startswith("https://")


def test_the_benchmarks_of_the_field_are_there() -> None:
    assert set(benchmark_names()) >= {
        "mot15", "mot16", "mot17", "mot20", "dancetrack", "sportsmot", "kitti", "visdrone",
    }  # fmt: skip
    assert named_config("MOT-17").name == "MOT17"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"trutth": "x"}, "unknown entry 'trutth'; did you mean 'truth'"),
        ({"name": 3}, "name must be text, not 3"),
        ({"splits": {}}, "splits must be a mapping"),
        ({"splits": {"all": {"fodler": "x"}}}, "split all: unknown entry 'fodler'; did you mean 'folder'"),
        ({"splits": {"all": {"frames": "second"}}}, "frames: unknown 'second'; did you mean 'second-half'"),
        ({"splits": {"all": {"sequences": [1, 2]}}}, "sequences must be text or a list of texts.*in quotes"),
        ({"splits": {"all": {"has_truth": "no"}}}, "has_truth must be true or false"),
        ({"default_split": "al"}, "default_split: unknown 'al'; did you mean 'all'"),
        ({"truth": "gt.txt"}, r"must be a path below the root with one \{sequence\}"),
        ({"truth": "{seq}/gt.txt"}, r"may hold \{folder\} and \{sequence\} only"),
        ({"truth": "/abs/{sequence}"}, "must be a path below the root"),
        ({"preprocess": "mott"}, "preprocess: unknown 'mott'; did you mean 'mot'"),
        ({"classes": ["person"]}, r"must map class ids to names, as \{1: pedestrian\}"),
        ({"detector_classes": {"person": "walker"}}, "detector_classes must map names to names in classes"),
        ({"half_extra": -1}, "half_extra must be a whole number from 0"),
        ({"truth_format": "mott"}, "truth_format: unknown 'mott'; did you mean 'mot'"),
        ({"frame_rate": 0}, "frame_rate must be above 0"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=f"own.yaml.*{message}"):
        parse_config({**SMALL, **changes}, "own.yaml")


@pytest.mark.parametrize("name", ["name", "splits", "default_split"])
def test_what_is_missing_is_named(name: str) -> None:
    with pytest.raises(ConfigError, match=f"the entry '{name}' is missing"):
        parse_config({key: value for key, value in SMALL.items() if key != name}, "own.yaml")


def test_a_file_that_is_no_benchmark_is_named(tmp_path: Path) -> None:
    for text, message in (("- 1", "expected a mapping, not list"), ("a: [", "no valid YAML")):
        (tmp_path / "own.yaml").write_text(text)
        with pytest.raises(ConfigError, match=f"own.yaml: {message}"):
            read_config(tmp_path / "own.yaml")
    with pytest.raises(ConfigError, match=r"cannot read benchmark .*none.yaml"):
        read_config(tmp_path / "none.yaml")


def test_an_unknown_benchmark_suggests_the_nearest() -> None:
    with pytest.raises(ConfigError, match="no benchmark 'mot71'; did you mean 'mot17'"):
        load_config("mot71", None)


def test_missing_data_says_where_it_was_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match=r"MOT17: no data directory .*none; name it with --data-dir"):
        load_config("mot17", tmp_path / "none")
    monkeypatch.setenv("BOXTRAIL_BENCHMARKS", str(tmp_path))
    with pytest.raises(SourceError, match=rf"no folder MOT17 with a split of it in {tmp_path}"):
        load_config("mot17", None)
