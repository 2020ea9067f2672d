"""How long HOTA, CLEAR and Identity take, reading of the files included, beside the other libraries that have them.

    python benchmarks/bench_evaluation.py [--rounds 3] [--frames 1000] [--out FILE.json]

Seven sequences of 1,000 frames with 30 objects each, made here. The libraries take turns, and the scores must agree.
motmetrics has no HOTA.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from environments import DEFAULT_FOLDER, environment, one_thread
from machine import machine

WORKER = Path(__file__).resolve().parent / "evaluation_worker.py"
LIBRARIES = ("boxtrail", "trackers", "trackeval", "motmetrics")
NUM_SEQUENCES = 7
AREA = np.array([1920.0, 1080.0])
OWN_ROUNDS = 5  # boxtrail's for each of the others': it is over in no time
TOLERANCE = 5e-4  # of scores; a library may report in percent with three decimals


def write_sequence(
    folder: Path, name: str, num_frames: int, num_objects: int, rng: np.random.Generator
) -> None:
    """Objects that walk and turn at the edges; the tracks are noisy, miss some boxes and lose some ids."""
    size = rng.uniform([30.0, 60.0], [80.0, 200.0], (num_objects, 2))
    corner, velocity = rng.uniform(0.0, AREA - size), rng.normal(0.0, 3.0, (num_objects, 2))
    ids, next_id = np.arange(num_objects), num_objects
    truth, tracks = [], []
    for frame in range(1, num_frames + 1):
        corner = corner + velocity
        velocity = np.where((corner < 0.0) | (corner > AREA - size), -velocity, velocity)
        number, ones = np.full(num_objects, frame), np.ones((num_objects, 3))
        truth.append(np.column_stack([number, np.arange(num_objects) + 1, corner, size, ones]))
        lost = rng.random(num_objects) < 0.002
        ids = np.where(lost, next_id + np.arange(num_objects), ids)
        next_id += num_objects * int(lost.any())
        noisy = np.column_stack([corner, size]) + rng.normal(0.0, 3.0, (num_objects, 4))
        rows = np.column_stack([number, ids + 1, noisy, 0.9 * ones[:, 0], -ones])
        tracks.append(rows[rng.random(num_objects) < 0.92])
    (folder / "gt" / name / "gt").mkdir(parents=True)
    (folder / "tracks").mkdir(exist_ok=True)
    whole = ["%d", "%d", "%.2f", "%.2f", "%.2f", "%.2f"]
    np.savetxt(folder / "gt" / name / "gt" / "gt.txt", np.vstack(truth), [*whole, "%d", "%d", "%d"], ",")
    np.savetxt(folder / "tracks" / f"{name}.txt", np.vstack(tracks), [*whole, "%.2f", "%d", "%d", "%d"], ",")
    (folder / "gt" / name / "seqinfo.ini").write_text(f"[Sequence]\nname={name}\nseqLength={num_frames}\n")


def measure(library: str, folder: Path, rounds: int, envs: Path) -> dict[str, Any]:
    command = [
        str(environment(library, envs)),
        str(WORKER),
        library,
        str(folder / "gt"),
        str(folder / "tracks"),
    ]
    variables = one_thread(library, envs)
    result = subprocess.run(
        [*command, str(rounds)], capture_output=True, text=True, check=False, env=variables
    )
    if result.returncode:
        raise RuntimeError(f"{library} failed:\n{result.stderr}")
    reply: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return reply


def check(scores: dict[str, dict[str, float]]) -> None:
    """Raises RuntimeError unless all libraries found the same."""
    for library, found in scores.items():
        for name, value in found.items():
            difference = abs(value - scores["boxtrail"][name])
            if difference > TOLERANCE:
                raise RuntimeError(f"{library} differs in {name} by {difference:g}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--frames", type=int, default=1000)
    parser.add_argument("--objects", type=int, default=30)
    parser.add_argument("--envs", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rng, times, scores = np.random.default_rng(4), {name: [] for name in LIBRARIES}, {}
    cpu: dict[str, list[float]] = {name: [] for name in LIBRARIES}
    with tempfile.TemporaryDirectory() as scratch:
        for k in range(NUM_SEQUENCES):
            write_sequence(Path(scratch), f"made-{k:02d}", options.frames, options.objects, rng)
        for _ in range(options.rounds):
            for library in LIBRARIES:
                rounds = OWN_ROUNDS if library == "boxtrail" else 1
                reply = measure(library, Path(scratch), rounds, options.envs)
                times[library] += reply["seconds"]
                cpu[library] += reply["cpu"]
                scores[library] = reply["scores"]
    check(scores)
    print(f"{NUM_SEQUENCES} sequences x {options.frames} frames x {options.objects} objects; {machine()}\n")
    print("| library | median s | best s | CPU s | HOTA | MOTA | IDF1 | times boxtrail |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    own = float(np.median(times["boxtrail"]))
    for library in LIBRARIES:
        median = float(np.median(times[library]))
        found = " | ".join(
            f"{100 * scores[library][name]:.2f}" if name in scores[library] else "–"
            for name in ("HOTA", "MOTA", "IDF1")
        )
        print(
            f"| {library} | {median:.3f} | {min(times[library]):.3f} | {np.median(cpu[library]):.3f} | {found} "
            f"| {median / own:.0f} |"
        )
    if options.out:
        saved = {"machine": machine(), "seconds": times, "cpu": cpu, "scores": scores}
        options.out.write_text(json.dumps(saved, indent=1) + "\n")


if __name__ == "__main__":
    main()
