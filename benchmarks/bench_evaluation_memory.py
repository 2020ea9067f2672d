"""How much memory does an evaluation need? Its peak over the length of the longest sequence, and over their number.

    python benchmarks/bench_evaluation_memory.py
    python benchmarks/bench_evaluation_memory.py --backend python --frames 250,500,1000

Every row is a process of its own that reads MOT files and scores them (HOTA, CLEAR, Identity, counts, timelines). The
peak is its highest resident set above the one it had after it scored a small file, so that code and buffers of the
start do not count. Tracks live for 100 frames, so a longer sequence has more of them, as real ones have. Linear: the
bytes of a box that a sequence has more than the one in the row above do not grow.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from bench_memory import resident_kib
from machine import machine
from tables import markdown_table

NUM_OBJECTS = 30
LIFE = 100  # frames of a track; one of the prediction is as long, and begins elsewhere
SMALL = 20  # frames of the file that is scored first
GROWS = 1.25  # times the bytes of an additional box in the second row


def write_sequence(folder: Path, name: str, num_frames: int, rng: np.random.Generator) -> None:
    """Objects side by side that tremble; the tracks miss some."""
    frame, k = np.divmod(np.arange(num_frames * NUM_OBJECTS), NUM_OBJECTS)
    corner = np.column_stack([60.0 * k, np.full(len(k), 100.0)]) + rng.normal(0.0, 2.0, (len(k), 2))
    rest = np.tile([50.0, 120.0, 1.0, 1.0, 1.0], (len(k), 1))
    (folder / "gt" / name / "gt").mkdir(parents=True)
    (folder / "tracks").mkdir(exist_ok=True)
    truth, tracks = folder / "gt" / name / "gt" / "gt.txt", folder / "tracks" / f"{name}.txt"
    for path, shift, seen in ((truth, 0, 1.0), (tracks, LIFE // 3, 0.92)):
        ids = 1 + k + NUM_OBJECTS * ((frame + shift + 7 * k) // LIFE)
        rows = np.column_stack([frame + 1, ids, corner + rng.normal(0.0, 2.0, corner.shape), rest])
        rows = rows[rng.random(len(rows)) < seen]
        np.savetxt(path, rows, ["%d", "%d", "%.2f", "%.2f", "%.2f", "%.2f", "%d", "%d", "%d"], ",")


def peak_kib(folder: Path, backend: str) -> int:
    """The highest resident set while ``folder`` is scored, above the one before, in KiB; from Linux's /proc."""
    from boxtrail.evaluation import evaluate

    def score(case: Path) -> None:
        evaluate(case / "gt", case / "tracks", backend=backend)

    score(folder.parent / "small")
    before = resident_kib()
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    score(folder)
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) - before


def measured(folder: Path, backend: str) -> float:
    """The same in MiB, in a new process; the median of three."""
    command = [sys.executable, __file__, "--measure", str(folder), "--backend", backend]
    found = [int(subprocess.run(command, capture_output=True, check=True).stdout) for _ in range(3)]
    return float(np.median(found)) / 1024.0


def table(cases: list[tuple[int, int]], backend: str, scratch: Path) -> tuple[str, list[float]]:
    """A row a case of (sequences, frames), and the bytes of each box that a row has more than the one above."""
    rows: list[list[str]] = []
    costs: list[float] = []
    last = (0.0, 0)
    for sequences, frames in cases:
        folder = scratch / f"{sequences}-{frames}"
        for k in range(sequences if not folder.exists() else 0):
            write_sequence(folder, f"made-{k:02d}", frames, np.random.default_rng([4, k]))
        mib, boxes = measured(folder, backend), sequences * frames * NUM_OBJECTS
        costs.append((mib - last[0]) * 2**20 / (boxes - last[1]))
        last = mib, boxes
        rows.append([f"{sequences}", f"{frames:,}", f"{boxes:,}", f"{mib:.1f}", f"{costs[-1]:.0f}"])
        print(f"{sequences} x {frames}: {mib:.1f} MiB", file=sys.stderr)
    header = ["sequences", "frames each", "true boxes", "peak MiB", "bytes an additional box"]
    return markdown_table(header, rows), costs[1:]


def numbers(text: str) -> list[int]:
    """``"1,2"`` as [1, 2]."""
    return [int(part) for part in text.split(",")]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--frames", type=numbers, default=[1000, 2000, 4000, 8000, 16000, 32000])
    parser.add_argument("--sequences", type=numbers, default=[1, 2, 4, 8, 16, 32])
    parser.add_argument("--backend", default="cpp")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is not None:
        print(peak_kib(options.measure, options.backend))
        return
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        write_sequence(scratch / "small", "small", SMALL, np.random.default_rng(4))
        one = [(1, frames) for frames in options.frames]
        many = [(count, options.frames[1]) for count in options.sequences]
        by_length, costs = table(one, options.backend, scratch)
        by_number, _ = table(many, options.backend, scratch)
    growth = max(costs) / costs[0]
    verdict = "linear" if growth <= GROWS else "GROWS FASTER"
    print(f"Peak memory of an evaluation, {options.backend}, {NUM_OBJECTS} objects; {machine()}.\n")
    print(
        f"One sequence, longer and longer: {verdict} (at most {growth:.2f} times the second row's bytes a box).\n"
    )
    print(f"{by_length}\n\nMore and more sequences of {options.frames[1]:,} frames:\n\n{by_number}")


if __name__ == "__main__":
    main()
