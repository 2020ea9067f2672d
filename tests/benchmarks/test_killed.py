"""Caches that are made by processes that die, or by several at once."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from benchmark_folders import box_of, content, write_sequence
from boxtrail.benchmarks import generate
from boxtrail.benchmarks.cache_file import PARTIAL
from generate_slowly import slow_squares

LENGTHS = {"a": 70, "b": 40, "c": 50}
KILLS = 20
MOST_FRAMES = 80  # that a process gets done before it is killed; there are twice as many
DELAY = 0.03  # seconds, at most, from a frame to the kill: time to write a chunk or a file, or half of one
SCRIPT = Path(__file__).resolve().parents[1] / "generate_slowly.py"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    for name, length in LENGTHS.items():
        write_sequence(tmp_path / "own" / name, length)
    return tmp_path / "own"


def start(folder: Path, cache: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SCRIPT.parent), *sys.path])}
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(folder), str(cache)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


def kill_at_work(process: subprocess.Popen[str], rng: random.Random) -> bool:
    """Kill after so many frames; False if it was done before."""
    assert process.stdout is not None
    for _ in range(rng.randrange(MOST_FRAMES)):
        if not process.stdout.readline().startswith("frame"):
            break
    time.sleep(rng.uniform(0.0, DELAY))
    process.kill()
    return end(process) != 0


def end(process: subprocess.Popen[str]) -> int:
    process.communicate()
    return process.returncode


def whole(folder: Path) -> dict[str, bytes]:
    """What counts in a cache: all but what a dead process left half written."""
    return {name: data for name, data in content(folder).items() if not name.endswith(PARTIAL)}


@pytest.mark.slow
def test_killed_at_any_moment_it_ends_with_the_same_cache(own: Path, tmp_path: Path) -> None:
    generate(own, slow_squares, detector_key="slow squares", reid="histogram", camera_motion="sof",
             cache_dir=tmp_path / "undisturbed")  # fmt: skip
    expected = whole(tmp_path / "undisturbed")
    assert len(expected) == 3 * len(LENGTHS)
    rng = random.Random(4)
    cache = tmp_path / "cache"
    killed = states = 0
    while killed < KILLS:
        process = start(own, cache)
        killed += kill_at_work(process, rng)
        found = whole(cache) if cache.is_dir() else {}
        finished = {name: data for name, data in found.items() if "chunks-" not in name}
        assert finished.items() <= expected.items()  # what has its name is whole and right
        states += bool(found) and found.keys() != expected.keys()
        if len(finished) == len(expected):  # done before the kill came: once more from the beginning
            shutil.rmtree(cache)
    assert states >= KILLS // 4  # the kills did fall into the work
    process = start(own, cache)
    assert end(process) == 0
    assert whole(cache) == expected


@pytest.mark.slow
def test_two_processes_at_once_do_not_disturb_each_other(own: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    processes = [start(own, cache) for _ in range(2)]
    assert [end(process) for process in processes] == [0, 0]
    found = generate(own, slow_squares, detector_key="slow squares", reid="histogram", camera_motion="sof",
                     cache_dir=cache)  # fmt: skip
    assert found.num_computed == 0
    assert len(content(cache)) == 3 * len(LENGTHS)
    first = found.sequence("a")
    left, top, width, height = box_of(5, 0)
    np.testing.assert_array_equal(first.detections[8], [left, top, left + width, top + height, 0.9, 1])
