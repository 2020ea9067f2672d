"""Accuracy of every tracker on the MOT17 second halves (or DanceTrack), scored by TrackEval, beside others' figures.

    python benchmarks/accuracy.py
    python benchmarks/accuracy.py --backend python --trackers bytetrack
    python benchmarks/accuracy.py --dancetrack

No images: motion alone, and in a second table the published camera motion. `runs.py` says what runs with which
settings and what it is held to. On MOT17 rows are also compared with the authors' recorded ones. Needs the shared data
(`BOXTRAIL_DATA`); TrackEval gets an environment of its own.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxtrail.trackers import create_tracker
from environments import DEFAULT_FOLDER
from golden import Agreement, compare_rows, read_golden, track_rows
from runs import DANCE, METRICS, MOT17, RUNS, Run
from scoring import Scores, score, write_rows, write_truth
from sequences import Sequence, dancetrack, data_folder, mot17_second_halves
from tables import NOTHING, markdown_table

Array = NDArray[np.float64]

NEAR = 0.3  # HOTA below another implementation with the same settings that still counts as reached
ROUNDING = 0.005  # figures have two decimals


@dataclass
class Result:
    """One run over all sequences."""

    run: Run
    folder: str  # its MOT files lie in
    agreement: Agreement | None = None
    scores: Scores = field(default_factory=dict)


def track(run: Run, benchmark: str, backend: str, sequence: Sequence) -> Array:
    """Rows (R, 6) of one sequence from a fresh tracker; who needs embeddings gets the same one for all."""
    tracker = create_tracker(
        run.tracker,
        backend,
        preset=run.preset(benchmark),
        frame_rate=sequence.frame_rate,
        frame_size=sequence.frame_size,
        **run.options,
    )
    frames = []
    for dets, warp in zip(sequence.detections, sequence.warps, strict=True):
        embs = np.ones((len(dets), 1), np.float32) if tracker.appearance == "needed" else None
        frames.append(np.asarray(tracker.update(dets, embs=embs, warp=warp if run.is_camera else None)))
    return track_rows(frames)


def result(
    options: argparse.Namespace, number: int, benchmark: str, sequences: list[Sequence], out: Path
) -> Result:
    """Track all sequences, write the files, compare with the recorded rows if there are any."""
    run = RUNS[number]
    done = Result(run, f"{number:02d}-{run.tracker}")
    for sequence in sequences:
        rows = track(run, benchmark, options.backend, sequence)
        write_rows(rows, out / "tracks" / done.folder / f"{sequence.name}.txt")
        if run.golden and benchmark == MOT17:
            here = compare_rows(read_golden(options.data, run.golden, sequence.name), rows)
            done.agreement = here if done.agreement is None else done.agreement + here
    return done


def cells(label: str, scores: Scores | dict[str, float]) -> list[str]:
    """The label and the metrics."""
    numbers = [scores[name] for name in METRICS]
    shown = [
        f"{v:.2f}" if name in METRICS[:5] else f"{v:.0f}" for name, v in zip(METRICS, numbers, strict=True)
    ]
    return [label, *shown]


def verdict(done: Result, benchmark: str) -> str:
    """Whether the run reaches what it is held to."""
    anchor = done.run.anchors.get(benchmark)
    if anchor is None:
        return NOTHING
    short = anchor.figures[0] - done.scores["HOTA"]
    allowed = ROUNDING if done.run.is_default and anchor.is_authors else NEAR
    return "yes" if short <= allowed else f"NO: {short:.2f} HOTA below {anchor.who}"


def table(results: list[Result], benchmark: str) -> str:
    """Ours, and under it whom it is held to."""
    rows = []
    for done in results:
        same = NOTHING
        if done.agreement is not None:
            a = done.agreement
            same = f"{a.same_rows - a.id_conflicts:,} of {a.golden_rows:,}"
        rows.append([*cells(done.run.label, done.scores), same, verdict(done, benchmark)])
        anchor = done.run.anchors.get(benchmark)
        if anchor is not None:
            figures = dict(zip(METRICS, anchor.figures, strict=True))
            rows.append([*cells(f"{done.run.tracker}, {anchor.who}", figures), NOTHING, NOTHING])
    return markdown_table(["run", *METRICS, "rows equal", "reached"], rows)


def report(options: argparse.Namespace, out: Path) -> str:
    """Run, score and tell."""
    benchmark = DANCE if options.dancetrack else MOT17
    sequences = (dancetrack if options.dancetrack else mot17_second_halves)(options.data)
    numbers = [k for k, run in enumerate(RUNS) if not options.trackers or run.tracker in options.trackers]
    results = [result(options, number, benchmark, sequences, out) for number in numbers]
    folders = [done.folder for done in results]
    scores = score(write_truth(sequences, out / "truth"), out / "tracks", folders, options.envs)
    for done in results:
        done.scores = scores[done.folder]["COMBINED"]
    frames = sum(sequence.num_frames for sequence in sequences)
    title = "DanceTrack val" if options.dancetrack else "MOT17 second halves"
    lines = [
        f"{title}: {len(sequences)} sequences, {frames:,} frames, YOLOX-X detections, no appearance, "
        f"{options.backend}, scored by TrackEval.",
    ]
    for heading, is_camera in (("## Motion alone", False), ("## With the published camera motion", True)):
        shown = [done for done in results if done.run.is_camera is is_camera]
        if shown:
            lines += ["", heading, "", table(shown, benchmark)]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--backend", choices=["cpp", "python"], default="cpp")
    parser.add_argument("--trackers", type=lambda text: text.split(","), help="some of them only")
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
