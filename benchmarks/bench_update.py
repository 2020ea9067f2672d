"""Time of one `update()` through the Python API, ours beside the peers on PyPI, by number of objects.

    python benchmarks/bench_update.py
    python benchmarks/bench_update.py --sizes 10,100,1000 --trackers bytetrack --rounds 7 --json out.json
    python benchmarks/bench_update.py --constant-density --peers ""
    python benchmarks/bench_update.py --embeddings 512 --sizes 100

Each peer runs in a virtual environment of its own, made on first use. All see the same stream, one thread
each, in turn, so that a busy machine slows all alike: believe the ratios more than the times.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from boxtrail.trackers import TRACKERS
from contest import Contender, Timing, Workers, run_rounds, save_stream
from environments import DEFAULT_FOLDER, INSTALLS
from machine import machine
from scene import make_scene
from tables import NOTHING, format_duration, format_ratio, markdown_table
from targets import growth_verdict, ratio, speed_classes, speed_verdicts, times_limit

PEERS = ("trackforge", "trackers", "ultralytics")
SIZES = (10, 50, 100, 200, 500, 1000, 5000, 10000)
DENSITY_SIZES = (1000, 2000, 5000, 10000)
MAX_REFERENCE_SIZE = 200  # the Python reference is timed up to here

Results = dict[str, dict[int, dict[str, Timing]]]  # by tracker, number of objects, contender


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    def names(text: str) -> list[str]:
        return [name for name in text.split(",") if name]

    def numbers(text: str) -> list[int]:
        return [int(name.replace("_", "")) for name in names(text)]

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--sizes", type=numbers, help="numbers of objects, comma-separated")
    parser.add_argument("--trackers", type=names, default=list(TRACKERS))
    parser.add_argument("--peers", type=names, default=list(PEERS), help='"" for ours alone')
    parser.add_argument("--frames", type=int, default=100, help="timed frames a round")
    parser.add_argument(
        "--warmup", type=int, default=40, help="frames before, not timed: lost tracks pile up"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--budget", type=float, default=20, help="seconds a contender, round and size")
    parser.add_argument(
        "--embeddings", type=int, default=0, metavar="D", help="pass appearance, D numbers a box"
    )
    parser.add_argument("--constant-density", action="store_true", help="the image grows with the count")
    parser.add_argument("--core", action="store_true", help="also time below the Python API")
    parser.add_argument("--no-reference", action="store_true", help="leave the Python reference out")
    parser.add_argument("--envs", type=Path, default=DEFAULT_FOLDER, help="folder of the peers' environments")
    parser.add_argument("--json", type=Path, help="write every number here")
    options = parser.parse_args(arguments)
    options.sizes = options.sizes or list(DENSITY_SIZES if options.constant_density else SIZES)
    return options


def contenders(options: argparse.Namespace, size: int) -> list[Contender]:
    found = [Contender("boxtrail", "boxtrail")]
    if options.core:
        found.append(Contender("core", "boxtrail", {"core": True}))
    found += [Contender(peer, peer) for peer in options.peers]
    if size <= MAX_REFERENCE_SIZE and not options.no_reference:
        found.append(Contender("reference", "boxtrail", {"backend": "python"}))
    return found


def measure(options: argparse.Namespace) -> Results:
    results: Results = {tracker: {} for tracker in options.trackers}
    with Workers(options.envs) as workers, tempfile.TemporaryDirectory() as folder:
        for size in options.sizes:
            scene = make_scene(
                size, options.warmup + options.frames, constant_density=options.constant_density
            )
            stream = save_stream(scene, Path(folder) / "stream.npz", embedding_width=options.embeddings)
            for tracker in options.trackers:
                timings = run_rounds(
                    workers,
                    contenders(options, size),
                    tracker,
                    stream,
                    num_rounds=options.rounds,
                    warmup=options.warmup,
                    budget=options.budget,
                )
                results[tracker][size] = timings
                done = ", ".join(
                    f"{k} {format_duration(t.median if t.rounds else None)}" for k, t in timings.items()
                )
                print(f"{tracker}, {size:,} objects: {done}", file=sys.stderr, flush=True)
    return results


def table(options: argparse.Namespace, by_size: dict[int, dict[str, Timing]]) -> str:
    others = [
        name for name in ("core", *options.peers, "reference") if any(name in t for t in by_size.values())
    ]
    header = ["objects", "boxtrail", "p99", "× bound"]
    header += [cell for name in others for cell in (name, "ratio")]
    rows = []
    for size, timings in by_size.items():
        ours = timings["boxtrail"]
        row = [f"{size:,}"]
        row += [format_duration(ours.median), format_duration(ours.p99)] if ours.rounds else [NOTHING] * 2
        row.append(format_ratio(times_limit(size, ours)))
        for name in others:
            timing = timings.get(name, Timing())
            row += [
                format_duration(timing.median if timing.rounds else None),
                format_ratio(ratio(ours, timing)),
            ]
        rows.append(row)
    return markdown_table(header, rows, num_text=0)


def growth_table(by_size: dict[int, dict[str, Timing]]) -> str:
    smallest = min(by_size)
    first = by_size[smallest]["boxtrail"]
    rows = []
    for size, timings in by_size.items():
        ours = timings["boxtrail"]
        if ours.rounds:
            grown = [f"{size / smallest:g}×", format_ratio(ratio(first, ours))]
            rows.append([f"{size:,}", format_duration(ours.median), format_duration(ours.p99), *grown])
    return markdown_table(["objects", "boxtrail", "p99", "objects grown", "time grown"], rows, num_text=0)


def absences(results: Results) -> Iterable[str]:
    sizes: dict[tuple[str, str, str], list[str]] = {}
    for tracker, by_size in results.items():
        for size, timings in by_size.items():
            for label, timing in timings.items():
                if timing.absent:
                    sizes.setdefault((label, tracker, timing.absent), []).append(f"{size:,}")
    for (label, tracker, reason), found in sizes.items():
        yield f"- {label}, {tracker} at {', '.join(found)} objects: {reason}"


def report(options: argparse.Namespace, results: Results) -> str:
    pins = [pin for peer in options.peers for row in INSTALLS[peer] for pin in row if f"{peer}==" in pin]
    density = "the image grows with the count" if options.constant_density else "1920 x 1080"
    looks = f"; {options.embeddings}-dimensional embeddings" if options.embeddings else ""
    lines = [
        f"CPU time of one `update()`, median over {options.frames} frames after {options.warmup} of warm-up, median of "
        f"{options.rounds} rounds; {density}{looks}; one thread; {', '.join(pins) or 'no peers'}.",
        f"{machine()}.",
    ]
    verdicts = []
    for tracker, by_size in results.items():
        grown = options.constant_density and not options.peers
        lines += [f"\n## {tracker}\n", growth_table(by_size) if grown else table(options, by_size)]
        if options.constant_density:
            verdicts += growth_verdict(tracker, by_size)
        else:
            verdicts += speed_verdicts(tracker, by_size)
    classes = list(speed_classes(results))
    if classes:
        lines += ["\n## Speed classes\n", *classes]
    missing = list(absences(results))
    if missing:
        lines += ["\n## Not measured\n", *missing]
    if verdicts:
        header = ["target", "wanted", "measured", "reached"]
        lines += ["\n## Targets\n", markdown_table(header, [v.cells for v in verdicts])]
    return "\n".join(lines)


def main() -> None:
    options = parse()
    results = measure(options)
    print(report(options, results))
    if options.json:
        plain = {
            tracker: {
                size: {label: t.to_dict() for label, t in timings.items()}
                for size, timings in by_size.items()
            }
            for tracker, by_size in results.items()
        }
        options.json.write_text(json.dumps(plain, indent=1) + "\n")
    if not any(t["boxtrail"].rounds for by_size in results.values() for t in by_size.values()):
        sys.exit("boxtrail itself could not be measured, see above")


if __name__ == "__main__":
    main()
