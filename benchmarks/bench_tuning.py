"""Trials a second of `tune` on the MOT17 second halves, optuna and SQLite included.

    python benchmarks/bench_tuning.py
    python benchmarks/bench_tuning.py --trials 200 --rounds 3 --tracker ocsort

Each round is a whole call of `tune`: workers are started, trials proposed, run, pruned and written to an SQLite file.
Trials a second are those of the search alone, from before the first worker starts; the median of the rounds is shown.
Needs the `[tune]` extra, and real data in `BOXTRAIL_DATA`.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np

from boxtrail.benchmarks import CachedSequence
from boxtrail.evaluation.rows import mot_rows
from boxtrail.tuning import TuneResult, tune
from machine import machine
from sequences import data_folder, mot17_second_halves
from tables import markdown_table

MIN_TRIALS_A_SECOND = 10.0  # the target, with two workers


def sequences() -> list[CachedSequence]:
    """The seven second halves, with published camera motion."""
    return [
        CachedSequence(
            one.name,
            one.num_frames,
            one.frame_rate,
            None,
            np.concatenate(one.detections),
            np.cumsum([0, *(len(rows) for rows in one.detections)]),
            warps=one.warps,
            truth=mot_rows(one.truth[:, :9]),
        )
        for one in mot17_second_halves(data_folder())
    ]


def measure(
    found: list[CachedSequence], tracker: str, *, trials: int, workers: int, prune: bool
) -> TuneResult:
    """One search, its trials written to a new file."""
    with tempfile.TemporaryDirectory() as folder:
        return tune(
            tracker,
            found,
            n_trials=trials,
            workers=workers,
            prune=prune,
            storage=Path(folder) / "study.db",
            progress=False,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tracker", default="bytetrack")
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    found = sequences()
    rows = []
    for workers, prune in ((1, False), (1, True), (2, False), (2, True)):
        results = [
            measure(found, chosen.tracker, trials=chosen.trials, workers=workers, prune=prune)
            for _ in range(chosen.rounds)
        ]
        speed = float(np.median([result.timings.trials_per_second for result in results]))
        seconds = float(np.median([result.timings.trials for result in results])) / chosen.trials
        result = results[0]
        rows.append(
            [
                str(workers),
                "yes" if prune else "no",
                f"{speed:.1f}",
                f"{1000.0 * seconds:.0f} ms",
                str(result.summary.num_pruned),
                f"{100.0 * result.summary.default_values[0]:.2f}",
                f"{100.0 * result.best.values[0]:.2f}",
            ]
        )
    print(
        f"{chosen.tracker} on the MOT17 second halves ({len(found)} sequences, {sum(map(len, found))} frames), "
        f"{chosen.trials} trials, objective HOTA, SQLite; median of {chosen.rounds} rounds; "
        f"target with two workers: {MIN_TRIALS_A_SECOND:g} trials/s.\n{machine()}.\n"
    )
    head = ["workers", "pruning", "trials/s", "CPU a trial", "given up", "HOTA, defaults", "HOTA, best"]
    print(markdown_table(head, rows))


if __name__ == "__main__":
    main()
