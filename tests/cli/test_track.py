"""``boxtrail track``: files, choices, errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

Boxtrail = Callable[..., "tuple[int, str, str]"]


def test_every_save_option_writes_its_file(boxtrail: Boxtrail, clip: Path, tmp_path: Path) -> None:
    saves = ["--save", "--save-txt", "--save-csv", "--save-json", "--save-annotation", "--save-crops"]
    code, out, err = boxtrail("track", clip, *saves, "--out", tmp_path / "o")
    assert code == 0, err
    names = {path.name for path in (tmp_path / "o").iterdir()}
    assert names == {
        "square.mp4", "square.txt", "square.csv", "square.jsonl", "square.json", "square.meta.json", "crops",
    }  # fmt: skip
    assert "30 in" in out
    assert "square.jsonl" in out


def test_without_out_runs_are_numbered_in_runs_track(boxtrail: Boxtrail, clip: Path, tmp_path: Path) -> None:
    for _ in range(2):
        assert boxtrail("track", clip, "--save-txt", "--num-frames", 3)[0] == 0
    assert (tmp_path / "runs" / "track" / "square" / "square.txt").exists()
    assert (tmp_path / "runs" / "track" / "square-2" / "square.txt").exists()


def test_quiet_prints_nothing(boxtrail: Boxtrail, clip: Path) -> None:
    assert boxtrail("track", clip, "--num-frames", 5, "--quiet") == (0, "", "")


def test_frames_are_chosen_by_the_options(boxtrail: Boxtrail, clip: Path, tmp_path: Path) -> None:
    boxtrail(
        "track", clip, "--stride", 4, "--start-frame", 2, "--end-frame", 20, "--save-json", "--out", tmp_path
    )
    lines = (tmp_path / "square.jsonl").read_text().splitlines()
    assert [json.loads(line)["frame_index"] for line in lines] == [2, 6, 10, 14, 18]


def test_duration_is_in_seconds(boxtrail: Boxtrail, clip: Path) -> None:
    assert "10 in" in boxtrail("track", clip, "--duration", 0.4)[1]


@pytest.mark.parametrize("tracker", ["sort", "ocsort:python", "OC-SORT", "bytetrack"])
def test_trackers_are_chosen_by_name(boxtrail: Boxtrail, clip: Path, tracker: str) -> None:
    assert boxtrail("track", clip, "--tracker", tracker, "--num-frames", 3)[0] == 0


def test_explanations_are_written_a_line_a_frame(boxtrail: Boxtrail, clip: Path, tmp_path: Path) -> None:
    file = tmp_path / "why" / "out.jsonl"
    code, out, err = boxtrail("track", clip, "--explain", file, "--start-frame", 5)
    assert code == 0, err
    assert "out.jsonl" in out
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(line["frame_index"], line["frame"]) for line in lines] == [(n + 5, n + 1) for n in range(25)]
    outcomes = {story["outcome"] for line in lines for story in line["tracks"]}
    assert {"born", "matched"} <= outcomes
    assert all(story["outcome"] in ("matched", "started") for line in lines for story in line["detections"])


def test_tracker_options_are_read_as_yaml(boxtrail: Boxtrail, clip: Path) -> None:
    assert (
        boxtrail("track", clip, "-o", "track_buffer=0.5s", "-o", "fuse_score=false", "--num-frames", 3)[0]
        == 0
    )


def test_a_tracker_config_file_is_read(boxtrail: Boxtrail, clip: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("track_buffer: 12\n")
    assert boxtrail("track", clip, "--tracker-config", tmp_path / "mine.yaml", "--num-frames", 3)[0] == 0


@pytest.mark.parametrize("classes", ["object", "0", "0,", "object,0"])
def test_classes_are_names_or_ids(boxtrail: Boxtrail, clip: Path, classes: str) -> None:
    code, out, _ = boxtrail("track", clip, "--classes", classes)
    assert code == 0
    assert "object)" in out


def test_per_class_reaches_the_tracker(boxtrail: Boxtrail, clip: Path) -> None:
    assert boxtrail("track", clip, "--per-class", "--num-frames", 3)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.mp4"], "nowhere.mp4"),
        (["CLIP", "--tracker", "bytetrak"], "did you mean 'bytetrack'"),
        (["CLIP", "--detector", "motoin"], "did you mean 'motion'"),
        (["CLIP", "--detector", "file:nowhere.txt"], "nowhere.txt"),
        (["CLIP", "-o", "track_bufer=3"], "did you mean 'track_buffer'"),
        (["CLIP", "-o", "track_buffer"], "KEY=VALUE"),
        (["CLIP", "-o", "a=[1"], "cannot read the value"),
        (["CLIP", "--tracker-config", "nowhere.yaml"], "nowhere.yaml"),
        (["CLIP", "--backend", "rust"], "unknown backend 'rust'"),
        (["CLIP", "--classes", "objct"], "objct"),
        (["CLIP", "--conf", "1.5"], "conf must be in [0, 1]"),
        (["CLIP", "--stride", "0"], "stride"),
        (["CLIP", "--start-frame", "99"], "30 frames"),
        (["CLIP", "--save-txt", "--out", "taken"], "taken"),
        (["CLIP", "--explain", "w.jsonl", "-o", "record=false"], "record=True"),
        (["CLIP", "--strid", "2"], "--strid"),
        (["CLIP", "--stride", "two"], "valid integer"),
        ([], "source"),
    ],
)
def test_errors_are_one_line_and_exit_code_2(
    boxtrail: Boxtrail, clip: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "taken").write_text("")
    code, out, err = boxtrail(
        "track", *(str(clip) if word == "CLIP" else word for word in arguments), "--quiet"
    )
    assert code == 2
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert message.lower() in err.lower()
    assert not out


def test_a_bug_is_one_line_too(boxtrail: Boxtrail, clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boxtrail.engine.align_rows", lambda *_: 1 // 0)
    code, _, err = boxtrail("track", clip, "--quiet")
    assert (code, err) == (
        2,
        "error: ZeroDivisionError: integer division or modulo by zero (--debug shows where)\n",
    )


def test_debug_shows_the_traceback(boxtrail: Boxtrail, clip: Path) -> None:
    with pytest.raises(ValueError, match="bytetrak"):
        boxtrail("track", clip, "--tracker", "bytetrak", "--debug")


def test_a_file_that_is_no_video_is_an_error_not_an_empty_run(boxtrail: Boxtrail, tmp_path: Path) -> None:
    (tmp_path / "fake.mp4").write_bytes(b"no video")
    code, _, err = boxtrail("track", "fake.mp4", "--save")
    assert code == 2
    assert "fake.mp4" in err
