"""What post-processing does to accuracy: a tracker on the MOT17 second halves, each method after it, one table.

    python benchmarks/postprocessing.py
    python benchmarks/postprocessing.py --tracker ocsort --min-rows 1,6,26

Needs scikit-learn and the shared data (`BOXTRAIL_DATA`); TrackEval gets an environment of its own. The methods that
need embeddings are left out: the shared data has none.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from accuracy import METRICS, run_tracker
from boxtrail.postprocessing import TrackTable, interpolate, smooth_boosting, smooth_gaussian
from environments import DEFAULT_FOLDER
from scoring import Scores, score, write_rows, write_truth
from sequences import Sequence, dancetrack, data_folder, mot17_second_halves
from tables import markdown_table

Array = NDArray[np.float64]
Change = Callable[[TrackTable], TrackTable]

UNCHANGED = "as tracked"


def changes(min_rows: list[int]) -> dict[str, Change]:
    """What is done to the tracks, by the name of the run."""
    named: dict[str, Change] = {UNCHANGED: lambda tracks: tracks}
    for least in min_rows:
        suffix = "" if least == 1 else f", tracks of {least} rows or more"
        for name, method in (("linear", interpolate), ("gsi", smooth_gaussian), ("gbi", smooth_boosting)):
            named[f"{name}{suffix}"] = partial(method, min_rows=least)
    return named


def table_of_rows(rows: Array) -> TrackTable:
    """A table of rows (R, 6) `frame, id, left, top, width, height`."""
    corners = np.hstack([rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]])
    ids, labels = rows[:, 1].astype(np.int64), np.zeros(len(rows), dtype=np.int64)
    return TrackTable(rows[:, 0] - 1, ids, corners, np.ones(len(rows)), labels, np.arange(len(rows)))


def rows_of_table(tracks: TrackTable) -> Array:
    """The rows (R, 6) of a table, by frame and id."""
    tracks = tracks.take(tracks.order())
    return np.column_stack([tracks.frames + 1, tracks.ids, tracks.xywh])


def write_runs(
    sequences: list[Sequence], tracker: str, named: dict[str, Change], folder: Path
) -> tuple[dict[str, int], dict[str, float]]:
    """One folder of MOT files a run; rows and seconds of each run."""
    counts, seconds = dict.fromkeys(named, 0), dict.fromkeys(named, 0.0)
    for sequence in sequences:
        tracks = table_of_rows(run_tracker(tracker, "cpp", sequence))
        for name, change in named.items():
            begin = time.perf_counter()
            rows = rows_of_table(change(tracks))
            seconds[name] += time.perf_counter() - begin
            counts[name] += len(rows)
            write_rows(rows, folder / folder_name(name) / f"{sequence.name}.txt")
    return counts, seconds


def folder_name(run: str) -> str:
    """The name of a run without blanks and commas, which separate runs for the scorer."""
    return run.replace(",", "").replace(" ", "-")


def cells(name: str, scores: Scores, count: int, seconds: float) -> list[str]:
    shown = [f"{scores[m]:.2f}" if m in METRICS[:5] else f"{scores[m]:.0f}" for m in METRICS]
    return [name, *shown, f"{count:,}", f"{seconds:.1f}"]


def report(options: argparse.Namespace, out: Path) -> str:
    sequences = (dancetrack if options.dancetrack else mot17_second_halves)(options.data)
    named = changes(options.min_rows)
    counts, seconds = write_runs(sequences, options.tracker, named, out / "tracks")
    runs = [folder_name(name) for name in named]
    scores = score(write_truth(sequences, out / "truth"), out / "tracks", runs, options.envs)
    rows = [cells(name, scores[folder_name(name)]["COMBINED"], counts[name], seconds[name]) for name in named]
    frames = sum(sequence.num_frames for sequence in sequences)
    title = "DanceTrack val" if options.dancetrack else "MOT17 second halves"
    return "\n".join(
        [
            f"{title}: {len(sequences)} sequences, {frames:,} frames, {options.tracker} at our defaults, YOLOX-X "
            "detections, scored by TrackEval.",
            "",
            markdown_table(["post-processing", *METRICS, "rows", "seconds"], rows),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--tracker", default="bytetrack")
    parser.add_argument(
        "--min-rows", type=lambda text: [int(part) for part in text.split(",")], default=[1], metavar="N,N"
    )
    parser.add_argument("--dancetrack", action="store_true", help="the 13 DanceTrack sequences instead")
    parser.add_argument("--out", type=Path, help="keep the MOT files here")
    parser.add_argument("--envs", type=Path, default=DEFAULT_FOLDER, help="folder of TrackEval's environment")
    options = parser.parse_args()
    options.data = data_folder()
    if options.out:
        print(report(options, options.out))
        return
    with tempfile.TemporaryDirectory() as folder:
        print(report(options, Path(folder)))


if __name__ == "__main__":
    main()
