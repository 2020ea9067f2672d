"""Does a tracker run for ever? 200,000 updates of 50 boxes with births and deaths: memory, ids and time.

    python benchmarks/bench_memory.py
    python benchmarks/bench_memory.py --updates 1000000 --trackers bytetrack

The resident set is printed every 10 %. Ids must be unique within a frame, and an id that has been gone for longer than
any tracker remembers must never come back. The last tenth must not take longer than the first by more than noise.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxtrail.trackers import TRACKERS, create_tracker
from machine import machine
from scene import make_scene
from tables import markdown_table

NUM_OBJECTS = 50
NUM_FRAMES = 2000  # played again and again; every turn cuts all tracks and starts new ones
FLAT_KIB = 1024  # growth after the first tenth that still counts as flat
SLOWER = 1.5  # times the first tenth that still count as noise
MEMORY = 1000  # frames; no tracker remembers a lost track for so long
EMBEDDING_WIDTH = 32
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


def check_ids(step: int, ids: list[int], last_seen: dict[int, int]) -> None:
    """Unique in this frame, and none back from the dead.

    Raises:
        AssertionError: names the frame and the id.
    """
    if len(set(ids)) != len(ids):
        raise AssertionError(f"frame {step}: an id twice in {ids}")
    for number in ids:
        if step - last_seen.get(number, step) > MEMORY:
            raise AssertionError(f"frame {step}: id {number} was last seen in frame {last_seen[number]}")
        last_seen[number] = step
    if step % MEMORY == 0:  # who has long been gone is known by a lower id than all that follow
        for number in [number for number, seen in last_seen.items() if step - seen > 10 * MEMORY]:
            del last_seen[number]


def watch(tracker: str, num_updates: int, frames: list[NDArray[np.float64]]) -> list[str]:
    """Run one tracker; its row of the table: the resident set at every tenth, ids given, slowdown, verdict."""
    instance = create_tracker(tracker, backend="cpp")
    looks = appearance(frames) if TRACKERS[tracker].appearance != "unused" else [None] * len(frames)
    resident, seconds, last_seen = [], [], {}
    largest_id, spent = 0, 0.0
    for step in range(num_updates):
        started = time.process_time()
        tracks = instance.update(frames[step % len(frames)], embs=looks[step % len(frames)])
        spent += time.process_time() - started
        ids = tracks.id.tolist()
        check_ids(step, ids, last_seen)
        largest_id = max(largest_id, *ids, 0)
        if (step + 1) % (num_updates // NUM_STEPS) == 0:
            resident.append(resident_kib())
            seconds.append(spent)
            spent = 0.0
    growth, slowdown = resident[-1] - resident[0], seconds[-1] / seconds[0]
    verdict = "flat" if growth <= FLAT_KIB and slowdown <= SLOWER else "GROWS"
    numbers = [f"{kib / 1024:.1f}" for kib in resident]
    return [tracker, *numbers, f"{growth:+d}", f"{largest_id:,}", f"{slowdown:.2f}×", verdict]


def appearance(frames: list[NDArray[np.float64]]) -> list[NDArray[np.float32]]:
    """(N, 32) unit rows that follow the place of a box, so that neighbours in time look alike."""
    rng = np.random.default_rng(2)
    basis = rng.normal(size=(6, EMBEDDING_WIDTH))
    looks = []
    for frame in frames:
        size = frame[:, 2:4] - frame[:, :2]
        angles = np.column_stack([size[:, 0], size[:, 1], frame[:, 0] / 300.0])
        rows = np.hstack([np.sin(angles), np.cos(angles)]) @ basis
        looks.append((rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32))
    return looks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--updates", type=int, default=200_000)
    parser.add_argument("--trackers", type=lambda text: text.split(","), default=list(TRACKERS))
    options = parser.parse_args()
    if options.updates < NUM_STEPS:
        parser.error(f"--updates must be at least {NUM_STEPS}")
    frames = fixed_size(make_scene(NUM_OBJECTS, NUM_FRAMES).frames)
    steps = [f"{100 * (i + 1) // NUM_STEPS} %" for i in range(NUM_STEPS)]
    header = ["tracker, MiB after", *steps, "growth KiB", "largest id", "last ÷ first tenth", "verdict"]
    rows = [watch(tracker, options.updates, frames) for tracker in options.trackers]
    print(
        f"{options.updates:,} updates of {NUM_OBJECTS} boxes; growth is from 10 % to 100 %.\n{machine()}.\n"
    )
    print(markdown_table(header, rows))


if __name__ == "__main__":
    main()
