"""How long `boxtrail eval` takes from the shell, interpreter start included, beside a process that runs TrackEval.

    python benchmarks/bench_eval_command.py [--rounds 7] [--data DIR]

MOT17 train, seven sequences, against the reference tracks in the data folder (`BOXTRAIL_DATA`). The commands take
turns; each is a process of its own and prints its scores, which must agree.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench_evaluation import TOLERANCE, WORKER
from environments import DEFAULT_FOLDER, environment
from machine import machine

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
TRACKS = Path("reference-results/trackeval-pedes/MOT17")
METRICS = ("HOTA", "MOTA", "IDF1")


def prepare(data: Path, folder: Path) -> tuple[Path, Path]:
    """The truth, and the tracks as plain text under the names of its sequences, which TrackEval wants."""
    truth, tracks = folder / "gt", folder / "tracks"
    tracks.mkdir(parents=True)
    for sequence in sorted((data / "MOT17" / "train").iterdir()):
        (truth / sequence.name / "gt").mkdir(parents=True)
        shutil.copyfile(sequence / "seqinfo.ini", truth / sequence.name / "seqinfo.ini")
        shutil.copyfile(sequence / "gt" / "gt.txt", truth / sequence.name / "gt" / "gt.txt")
        packed = data / TRACKS / f"{sequence.name.rpartition('-')[0]}.txt.gz"
        (tracks / f"{sequence.name}.txt").write_bytes(gzip.decompress(packed.read_bytes()))
    return truth, tracks


def commands(truth: Path, tracks: Path, out: Path, envs: Path) -> dict[str, list[str]]:
    own = [sys.executable, "-m", "boxtrail.cli", "eval", "--gt", str(truth), "--pred", str(tracks)]
    paths = [str(truth), str(tracks)]
    return {
        "python, numpy imported": [sys.executable, "-c", "import numpy"],
        "boxtrail eval": own,
        "boxtrail eval --json": [*own, "--json", str(out)],
        "trackeval": [str(environment("trackeval", envs)), str(WORKER), "trackeval", *paths, "1"],
    }


def measure(command: list[str]) -> tuple[float, float, str]:
    """Seconds of the wall clock and of the processors, and what the process printed."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def check(saved: Path, printed: str) -> None:
    """Raises RuntimeError unless both found the same."""
    ours = json.loads(saved.read_text())["trackers"]["tracks"]["overall"]
    theirs = json.loads(printed.splitlines()[-1])["scores"]
    for name in METRICS:
        if abs(ours[name] - theirs[name]) > TOLERANCE:
            raise RuntimeError(f"trackeval differs in {name}: {theirs[name]} and {ours[name]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("BOXTRAIL_DATA", BESIDE)))
    parser.add_argument("--envs", type=Path, default=DEFAULT_FOLDER)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        truth, tracks = prepare(options.data, Path(scratch))
        saved = Path(scratch) / "metrics.json"
        asked = commands(truth, tracks, saved, options.envs)
        wall: dict[str, list[float]] = {name: [] for name in asked}
        cpu: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(options.rounds):
            for name, command in asked.items():
                seconds, busy, printed = measure(command)
                wall[name].append(seconds)
                cpu[name].append(busy)
            check(saved, printed)
    print(f"MOT17 train, 7 sequences, process start included; {options.rounds} rounds; {machine()}\n")
    print("| command | median s | best s | CPU s | times boxtrail eval |")
    print("|---|--:|--:|--:|--:|")
    for name in asked:
        ratio = np.median(np.array(wall[name]) / np.array(wall["boxtrail eval"]))
        print(
            f"| {name} | {np.median(wall[name]):.3f} | {min(wall[name]):.3f} | {np.median(cpu[name]):.3f} "
            f"| {ratio:.2g} |"
        )


if __name__ == "__main__":
    main()
