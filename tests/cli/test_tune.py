"""``boxtrail tune``: from a folder of sequences to a preset and a report."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("optuna")

from boxtrail.trackers import create_tracker
from tuning_scenes import scenes

Boxtrail = Callable[..., "tuple[int, str, str]"]
SEARCH = ("--tracker", "sort", "-n", "4", "--workers", "1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three sequences as MOTChallenge lays them out."""
    for one in scenes():
        place = tmp_path / "walks" / one.name
        for name in ("gt", "det"):
            (place / name).mkdir(parents=True)
        info = f"[Sequence]\nname={one.name}\nframeRate=30\nseqLength={one.num_frames}\nimWidth=640\nimHeight=480\n"
        (place / "seqinfo.ini").write_text(info)
        truth, found = np.asarray(one.truth.shapes), one.detections
        ones = np.ones(len(truth))
        rows = np.column_stack(
            [one.truth.frames, one.truth.ids, truth[:, :2], truth[:, 2:] - truth[:, :2], ones, ones, ones]
        )
        np.savetxt(place / "gt" / "gt.txt", rows, fmt="%g", delimiter=",")
        frames = np.repeat(np.arange(1, one.num_frames + 1), np.diff(one.offsets))
        blank = np.full(len(found), -1.0)
        sizes = found[:, 2:4] - found[:, :2]
        rows = np.column_stack([frames, blank, found[:, :2], sizes, found[:, 4], blank, blank, blank])
        np.savetxt(place / "det" / "det.txt", rows, fmt="%.6g", delimiter=",")
    return tmp_path / "walks"


def test_a_search_writes_a_preset_a_report_and_says_what_changed(
    boxtrail: Boxtrail, folder: Path, tmp_path: Path
) -> None:
    code, out, err = boxtrail(
        "tune", "--benchmark", folder, "--cache-dir", tmp_path / "cache", *SEARCH, "--out", "found"
    )
    assert (code, err) == (0, "")
    for text in (
        "walk-0, walk-1, walk-2",
        "HOTA",
        "best options",
        "warning",
        "tuned on, so they flatter",
        "best.yaml",
    ):
        assert text in out
    best = json.loads(Path("found/result.json").read_text())["best_options"]
    tracker = create_tracker("sort", preset="found/best.yaml")
    assert {name: tracker.options[name] for name in best} == best
    assert "HOTA of every sequence" in Path("found/report.html").read_text()


def test_the_same_command_adds_trials_and_held_out_sequences_take_the_warning_away(
    boxtrail: Boxtrail, folder: Path, tmp_path: Path
) -> None:
    command = (
        "tune",
        "--benchmark",
        folder,
        "--cache-dir",
        tmp_path / "cache",
        *SEARCH,
        "--held-out",
        "3",
        "--no-report",
    )
    code, out, _ = boxtrail(*command)
    assert code == 0
    assert "sequences held out: walk-2" in out
    assert "warning" not in out
    code, out, _ = boxtrail(*command, "-n", "9")
    assert code == 0
    assert "9, " in out
    assert Path("runs/tune/sort-walks/best.yaml").is_file()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("--objective", "HOTTA"), "error: unknown metric 'HOTTA'; did you mean 'HOTA'?"),
        (("--tracker", "sorrt"), "error: there is no tracker 'sorrt'. Did you mean 'sort'?"),
        (("--range", "iou_threshold=0.5"), "error: the range of iou_threshold"),
        (
            ("--range", "iou_threshold=a:b"),
            "error: a range is KEY=LOW:HIGH or KEY=a,b,c, not 'iou_threshold=a:b'",
        ),
        (("--range", "iou_threshold=0.5:3"), "error: iou_threshold must be in [0, 1], not 3"),
        (("--only", "max_ages"), "error: Sort has no option 'max_ages'; did you mean 'max_age'?"),
        (("--option", "max_age"), "error: an option is KEY=VALUE, not 'max_age'"),
        (("--held-out", "walk-7"), "error: held_out: there is no sequence 'walk-7'"),
    ],
)
def test_mistakes_are_one_line_and_leave_nothing_behind(
    boxtrail: Boxtrail, folder: Path, tmp_path: Path, given: tuple[str, ...], message: str
) -> None:
    code, out, err = boxtrail(
        "tune", "--benchmark", folder, "--cache-dir", tmp_path / "cache", *SEARCH, *given
    )
    assert (code, out) == (2, "")
    assert err.startswith(message)
    assert err.count("\n") == 1
    assert not Path("runs").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT cannot be sent to another process there")
def test_ctrl_c_keeps_finished_trials_and_says_how_to_go_on(folder: Path, tmp_path: Path) -> None:
    program = "from boxtrail.cli.__main__ import main; main()"
    command = [
        sys.executable,
        "-c",
        program,
        "tune",
        "--benchmark",
        str(folder),
        "--cache-dir",
        str(tmp_path / "cache"),
    ]
    command += ["-n", "100000", "--workers", "2", "--out", str(tmp_path / "out")]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    study, deadline = tmp_path / "out" / "study.db", time.monotonic() + 120.0
    try:
        while len(list(study.parent.glob("study-work-*/work.pickle"))) == 0:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120.0)
    finally:
        process.kill()  # where it would not end
        process.wait()
    assert process.returncode == 130, err
    assert not out
    assert err.strip() == f"interrupted; finished trials are in {study}; the same command goes on"
    assert {path.name for path in study.parent.iterdir()} == {"study.db", "study.db.lock"}
