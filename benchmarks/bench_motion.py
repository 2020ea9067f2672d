"""Camera motion on textured 1080p pairs with known warps: CPU time of one estimate, and how far off it is.

    python benchmarks/bench_motion.py
    python benchmarks/bench_motion.py --peers "" --pairs 40 --rounds 5

Each contender runs in a process of its own with one thread, one after the other, round by round. Time is CPU time,
the median pair of a round, then the median of the rounds. The error is the largest distance between where the
estimated and the true warp put the four corners of the picture. Needs the `[video]` extra.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from camera_pairs import MAX_SHIFT, MAX_TURN, MAX_ZOOM, NOISE, CameraPairs, corner_error, make_pairs
from environments import DEFAULT_FOLDER, EnvironmentFailedError, environment, one_thread
from machine import machine
from tables import format_duration, markdown_table

WORKER = Path(__file__).resolve().parent / "motion_worker.py"
METHODS = ("sof", "ecc", "orb", "sift")
PEERS = ("trackers",)  # the peers whose estimator can be installed in a minute
MAX_MILLISECONDS, MAX_ERROR = 6.0, 0.2  # the target of `sof`

# Measured elsewhere on such a pair, CPU milliseconds and median corner error in pixels.
RECORDED = {
    "boxmot 25.0.0": {"sof": (13.6, 0.20), "ecc": (7.2, 1.03), "orb": (9.0, 1.80), "sift": (9.4, 4.77)},
    "trackers 2.6.1": {"sof": (23.0, 0.04), "ecc": (65.0, 0.43), "orb": (269.0, 0.08), "sift": (948.0, 0.02)},
}


@dataclass
class Measured:
    """What one contender gave, over all rounds."""

    rounds: list[list[float]] = field(default_factory=list)  # CPU microseconds of each pair
    errors: list[float] = field(default_factory=list)  # pixels, of each pair
    absent: str = ""

    @property
    def median(self) -> float:
        """CPU microseconds: the median pair of a round, then the median of the rounds."""
        return float(np.median(np.median(self.rounds, axis=1)))


def ask(library: str, method: str, pictures: Path, envs: Path) -> dict[str, Any]:
    """One round of one contender, or why there is none."""
    try:
        python = environment(library, envs)
    except EnvironmentFailedError as error:
        return {"absent": str(error)}
    done = subprocess.run(
        [str(python), str(WORKER), library, method, str(pictures)],
        capture_output=True, text=True, check=False, env=one_thread(library, envs),
    )  # fmt: skip
    if done.returncode:
        return {"absent": (done.stderr.strip().splitlines() or ["no message"])[-1]}
    reply: dict[str, Any] = json.loads(done.stdout)
    return reply


def measure(
    pairs: CameraPairs, contenders: list[tuple[str, str]], num_rounds: int, envs: Path
) -> dict[tuple[str, str], Measured]:
    """Every contender (library, method) in turn, `num_rounds` times."""
    measured = {contender: Measured() for contender in contenders}
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures.npy"
        np.save(pictures, pairs.pictures)
        for number in range(num_rounds):
            for (library, method), result in measured.items():
                if result.absent:
                    continue
                print(f"round {number + 1}: {library} {method} ...", file=sys.stderr, flush=True)
                reply = ask(library, method, pictures, envs)
                if "absent" in reply:
                    result.absent = reply["absent"]
                    continue
                result.rounds.append(reply["us"])
                result.errors = [
                    corner_error(np.array(found), true)
                    for found, true in zip(reply["warps"], pairs.warps, strict=True)
                ]
    return measured


def rows(measured: dict[tuple[str, str], Measured]) -> list[list[str]]:
    """The table, a contender a row, and the recorded figures of the peers below."""
    table = []
    for (library, method), result in measured.items():
        if not result.rounds:
            table.append([f"{library} {method}", "–", "–", "–"])
        elif method == "grey":
            table.append(["grey conversion alone", format_duration(result.median), "–", "–"])
        else:
            errors = [f"{np.median(result.errors):.3f}", f"{max(result.errors):.3f}"]
            table.append([f"{library} {method}", format_duration(result.median), *errors])
    for library, figures in RECORDED.items():
        for method, (milliseconds, error) in figures.items():
            table.append(
                [f"{library} {method}, recorded", format_duration(1e3 * milliseconds), f"{error:.2f}", "–"]
            )
    return table


def verdict(measured: dict[tuple[str, str], Measured]) -> str:
    """Whether `sof` reached its target."""
    sof = measured["boxtrail", "sof"]
    milliseconds, error = sof.median / 1e3, float(np.median(sof.errors))
    reached = milliseconds <= MAX_MILLISECONDS and error <= MAX_ERROR
    return (
        f"- sof: {milliseconds:.1f} ms at {error:.3f} px "
        f"({'reached' if reached else 'MISSED'}: ≤ {MAX_MILLISECONDS:g} ms at ≤ {MAX_ERROR:g} px)"
    )


def report(measured: dict[tuple[str, str], Measured], num_pairs: int, num_rounds: int) -> str:
    header = ["camera motion", "CPU time", "corner error, median px", "max px"]
    absent = [
        f"- {library} {method}: {result.absent}"
        for (library, method), result in measured.items()
        if result.absent
    ]
    return "\n".join(
        [
            f"{num_pairs} pairs of 1920 × 1080, shifts up to {MAX_SHIFT:g} px, turns up to {MAX_TURN:g}°, zooms up "
            f"to {100 * MAX_ZOOM:g} %, noise of {NOISE:g} grey levels; one thread, median of {num_rounds} rounds.",
            f"{machine()}.",
            "",
            markdown_table(header, rows(measured)),
            "",
            verdict(measured),
            *absent,
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--pairs", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument(
        "--peers", default=",".join(PEERS), help='libraries measured beside ours; "" for none'
    )
    parser.add_argument("--envs", type=Path, default=DEFAULT_FOLDER, help="folder of the peers' environments")
    options = parser.parse_args()
    libraries = ["boxtrail", *filter(None, options.peers.split(","))]
    contenders = [
        (library, method) for library in libraries for method in filter(None, options.methods.split(","))
    ]
    measured = measure(
        make_pairs(options.pairs), [("boxtrail", "grey"), *contenders], options.rounds, options.envs
    )
    print(report(measured, options.pairs, options.rounds))


if __name__ == "__main__":
    main()
