"""Does memory stay flat? A million updates of 50 boxes, the resident set printed every 10 %.

python benchmarks/bench_memory.py
python benchmarks/bench_memory.py --updates 100000 --trackers bytetrack
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxtrail.trackers import create_tracker
from machine import machine
from scene import make_scene
from tables import markdown_table

NUM_OBJECTS = 50
NUM_FRAMES = 2000  # played again and again; every turn cuts all tracks and starts new ones
FLAT_KIB = 1024  # growth after the first tenth that still counts as flat
NUM_STEPS = 10


def resident_kib() -> int:
    """The resident set of this process in KiB, from Linux's /proc."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise OSError("/proc/self/status has no VmRSS")


def fixed_size(frames: list[NDArray[np.float64]]) -> list[NDArray[np.float64]]:
    """Every frame cut to its best NUM_OBJECTS rows or padded with false boxes to that many."""
    rng = np.random.default_rng(1)
    sized = []
    for frame in frames:
        missing = max(NUM_OBJECTS - len(frame), 0)
        x, y = rng.uniform(0, [[1900], [1050]], (2, missing))
        filler = np.column_stack([x, y, x + 10, y + 22, np.full(missing, 0.3), np.zeros(missing)])
        sized.append(np.ascontiguousarray(np.vstack([frame[:NUM_OBJECTS], filler])))
    return sized


def watch(tracker: str, num_updates: int, frames: list[NDArray[np.float64]]) -> list[str]:
    """Run one tracker; its row of the table: the resident set at every tenth, ids given, seconds, verdict."""
    instance = create_tracker(tracker, backend="cpp")
    resident = []
    largest_id = 0
    started = time.perf_counter()
    for step in range(num_updates):
        tracks = instance.update(frames[step % len(frames)])
        if len(tracks):
            largest_id = max(largest_id, int(tracks[:, 4].max()))
        if (step + 1) % (num_updates // NUM_STEPS) == 0:
            resident.append(resident_kib())
    growth = resident[-1] - resident[0]
    verdict = "flat" if growth <= FLAT_KIB else "GROWS"
    numbers = [f"{kib / 1024:.1f}" for kib in resident]
    return [
        tracker,
        *numbers,
        f"{growth:+d}",
        f"{largest_id:,}",
        f"{time.perf_counter() - started:.0f}",
        verdict,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--updates", type=int, default=1_000_000)
    parser.add_argument(
        "--trackers", type=lambda text: text.split(","), default=["bytetrack", "ocsort", "sort"]
    )
    options = parser.parse_args()
    if options.updates < NUM_STEPS:
        parser.error(f"--updates must be at least {NUM_STEPS}")
    frames = fixed_size(make_scene(NUM_OBJECTS, NUM_FRAMES).frames)
    rows = [watch(tracker, options.updates, frames) for tracker in options.trackers]
    steps = [f"{100 * (i + 1) // NUM_STEPS} %" for i in range(NUM_STEPS)]
    header = ["tracker, MiB after", *steps, "growth KiB", "largest id", "seconds", "verdict"]
    print(
        f"{options.updates:,} updates of {NUM_OBJECTS} boxes; growth is from 10 % to 100 %.\n{machine()}.\n"
    )
    print(markdown_table(header, rows))


if __name__ == "__main__":
    main()
