"""Ctrl-C in the middle of ``boxtrail track``."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import cv2
import pytest

PATIENCE = 120.0  # seconds


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT cannot be sent to another process there")
def test_ctrl_c_keeps_readable_partial_files_and_exits_with_130(long_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    saves = ["--save", "--save-txt", "--save-annotation"]
    program = "from boxtrail.cli.__main__ import main; main()"
    command = [sys.executable, "-c", program, "track", str(long_clip), *saves, "--out", str(out)]
    command += ["--tracker", "bytetrack:python"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    rows = out / "long.partial.txt"
    deadline = time.monotonic() + PATIENCE
    while not (rows.exists() and rows.stat().st_size > 500):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=PATIENCE)

    assert process.returncode == 130, stderr
    assert not stdout
    assert "Traceback" not in stderr
    told = stderr.strip().splitlines()[-1]
    assert told.startswith("interrupted after ")
    assert "long.partial.mp4" in told
    names = {"long.partial.mp4", "long.partial.txt", "long.partial.json", "long.meta.partial.json"}
    assert {path.name for path in out.iterdir()} <= names | {"long.partial.meta.json"}

    num_tracked = int(told.split()[2])
    assert 0 < num_tracked < 6000
    capture, num_encoded = cv2.VideoCapture(str(out / "long.partial.mp4")), 0
    while capture.read()[0]:
        num_encoded += 1
    capture.release()
    assert abs(num_encoded - num_tracked) <= 1
    assert all(len(line.split(",")) == 10 for line in rows.read_text().splitlines())
    assert json.loads((out / "long.partial.json").read_text())["framesCount"] > 0
