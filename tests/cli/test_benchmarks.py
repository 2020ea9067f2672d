"""``boxtrail generate``, ``boxtrail benchmarks`` and ``boxtrail eval --benchmark``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmark_folders import write_sequence

Boxtrail = Callable[..., "tuple[int, str, str]"]


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BOXTRAIL_CACHE", str(tmp_path / "cache"))
    write_sequence(tmp_path / "own" / "a", 20)
    write_sequence(tmp_path / "own" / "b", 12)
    return tmp_path / "own"


def test_generate_says_what_was_computed_and_what_was_there(boxtrail: Boxtrail, own: Path) -> None:
    code, out, err = boxtrail("generate", "-b", own, "--detector", "motion", "--reid", "histogram")
    assert (code, err) == (0, "")
    assert "own all: 2 sequences, 2 computed now, 0 found in the cache" in out
    assert "32 frames:" in out
    assert str(own.parent / "cache" / "own") in out
    code, out, _ = boxtrail("generate", "-b", own, "--detector", "motion", "--reid", "histogram")
    assert "0 computed now, 2 found in the cache" in out
    assert boxtrail("generate", "-b", own, "--quiet") == (0, "", "")


def test_eval_replays_trackers_and_compares_them(boxtrail: Boxtrail, own: Path, tmp_path: Path) -> None:
    code, out, err = boxtrail(
        "eval", "--benchmark", own, "--tracker", "bytetrack,ocsort", "--json", tmp_path / "o.json",
        "--save-txt", tmp_path / "txt", "-o", "track_buffer=20", "--postprocess", "linear",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert "100.00" in out
    assert "ocsort beside bytetrack: HOTA" in out
    assert "frames a second of tracking: bytetrack" in out
    assert "4 files of tracks" in out
    assert set(json.loads((tmp_path / "o.json").read_text())["trackers"]) == {"bytetrack", "ocsort"}
    assert (tmp_path / "txt" / "ocsort" / "b.txt").exists()


def test_val_is_another_name_of_eval(boxtrail: Boxtrail, own: Path) -> None:
    assert "bytetrack" in boxtrail("val", "-b", own, "--split", "val-half")[1]


def test_benchmarks_tells_what_is_there(boxtrail: Boxtrail, tmp_path: Path) -> None:
    write_sequence(tmp_path / "data" / "MOT20" / "train" / "MOT20-01", images=False)
    code, out, _ = boxtrail("benchmarks", "--data-dir", tmp_path / "data")
    assert code == 0
    assert "val-half: 1" in out
    found = {
        entry["name"]: entry
        for entry in json.loads(boxtrail("benchmarks", "--data-dir", tmp_path / "data", "--json")[1])
    }
    assert found["mot20"]["found"] == {"train": 1, "val-half": 1, "train-half": 1}
    assert found["mot20"]["root"] == str(tmp_path / "data" / "MOT20")
    assert found["kitti"]["root"] is None
    assert found["kitti"]["url"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["generate", "-b", "mot71"], "there is no benchmark 'mot71'; did you mean 'mot17'?"),
        (["generate", "-b", "mot17", "--data-dir", "none"], "MOT17: no data directory"),
        (["generate", "-b", "OWN", "--detector", "mtion"], "unknown detector 'mtion'; did you mean 'motion'?"),
        (["generate", "-b", "OWN", "--split", "vallhalf"], "own has no split 'vallhalf'; did you mean 'val-half'?"),
        (["generate", "-b", "OWN", "--executor", "cloud"], "unknown executor 'cloud'"),
        (["generate"], "Missing option '--benchmark'"),
        (["eval", "-b", "OWN", "-t", "sortt"], "there is no tracker 'sortt'. Did you mean 'sort'?"),
        (["eval", "-b", "OWN", "-t", "strongsort"], "name an embedder with --reid"),
        (["eval", "-b", "OWN", "--gt", "x"], "--benchmark brings its truth"),
        (["eval", "-b", "OWN", "--iou", "box"], "a benchmark has its own rules; leave --iou"),
        (["eval", "-t", "sort"], "Give --gt and --pred, or --benchmark and --tracker"),
    ],
)  # fmt: skip
def test_mistakes_are_one_line(boxtrail: Boxtrail, own: Path, arguments: list[str], message: str) -> None:
    code, out, err = boxtrail(*[str(own) if word == "OWN" else word for word in arguments])
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert message in err


def test_a_damaged_file_is_named_and_made_again(boxtrail: Boxtrail, own: Path) -> None:
    boxtrail("generate", "-b", own)
    file = next((own.parent / "cache").rglob("detections-*.npz"))
    file.write_bytes(file.read_bytes()[:-1])
    code, out, _ = boxtrail("generate", "-b", own)
    assert code == 0
    assert "1 computed now, 1 found" in out
