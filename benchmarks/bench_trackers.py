"""Time of one `update()` of each of our trackers beside our ByteTrack, on the same stream.

    python benchmarks/bench_trackers.py
    python benchmarks/bench_trackers.py --sizes 100 --embeddings 512

All run in one process in turn, round by round, so a busy machine slows all alike: believe the ratios.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from boxtrail.trackers import TRACKERS
from contest import Contender, Timing, Workers, run_rounds, save_stream
from environments import DEFAULT_FOLDER
from machine import machine
from scene import make_scene
from tables import NOTHING, format_duration, format_ratio, markdown_table
from targets import MAX_TIMES_BYTETRACK, ratio

BASE = "bytetrack"


def measure(options: argparse.Namespace) -> dict[int, dict[str, Timing]]:
    """Timings by number of objects and tracker."""
    names = [name for name in TRACKERS if options.embeddings or TRACKERS[name].appearance != "needed"]
    results = {}
    with Workers(DEFAULT_FOLDER) as workers, tempfile.TemporaryDirectory() as folder:
        for size in options.sizes:
            scene = make_scene(size, options.warmup + options.frames)
            stream = save_stream(scene, Path(folder) / "stream.npz", embedding_width=options.embeddings)
            results[size] = run_rounds(
                workers,
                [Contender(name, "boxtrail", {"tracker": name}) for name in names],
                BASE,
                stream,
                num_rounds=options.rounds,
                warmup=options.warmup,
                budget=60.0,
            )
            print(f"{size:,} objects done", file=sys.stderr, flush=True)
    return results


def report(options: argparse.Namespace, results: dict[int, dict[str, Timing]]) -> str:
    """One row a tracker; without embeddings, whether it keeps to its share of ByteTrack's time."""
    header = ["tracker"]
    for size in results:
        header += [f"{size:,} objects", f"× {BASE}", "rows"]
    rows = []
    for name in next(iter(results.values())):
        row = [name]
        for timings in results.values():
            own = timings[name]
            times = ratio(timings[BASE], own)
            row += [
                format_duration(own.median) if own.rounds else NOTHING,
                format_ratio(times),
                f"{own.rows:.1f}",
            ]
            if not options.embeddings and times is not None and times > MAX_TIMES_BYTETRACK:
                row[-2] += " (over)"
        rows.append(row)
    looks = f"{options.embeddings}-dimensional embeddings" if options.embeddings else "no embeddings"
    lines = [
        f"CPU time of one `update()`, median over {options.frames} frames after {options.warmup} of warm-up, median of "
        f"{options.rounds} rounds; 1920 x 1080; {looks}; one thread. {machine()}.",
        "",
        markdown_table(header, rows),
    ]
    if not options.embeddings:
        lines += ["", f"Target: at most {MAX_TIMES_BYTETRACK:g} × {BASE}."]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument(
        "--sizes", type=lambda text: [int(n) for n in text.split(",")], default=[10, 100, 1000]
    )
    parser.add_argument(
        "--embeddings", type=int, default=0, metavar="D", help="pass appearance, D numbers a box"
    )
    parser.add_argument("--frames", type=int, default=100)
    parser.add_argument("--warmup", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(report(options, measure(options)))


if __name__ == "__main__":
    main()
