"""Accuracy at our defaults on the MOT17 second halves (or DanceTrack), scored by TrackEval, in one table.

    python benchmarks/accuracy.py
    python benchmarks/accuracy.py --backend python --trackers bytetrack
    python benchmarks/accuracy.py --dancetrack

On MOT17 the authors' recorded rows are scored too, which checks the scoring itself, and ours are compared
with them row for row. Needs the shared data (`BOXTRAIL_DATA`); TrackEval gets an environment of its own.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxtrail.trackers import create_tracker
from environments import DEFAULT_FOLDER
from golden import GOLDEN_RUNS, Agreement, compare_rows, read_golden, track_rows
from scoring import Scores, score, write_rows, write_truth
from sequences import Sequence, dancetrack, data_folder, mot17_second_halves
from tables import NOTHING, markdown_table

Array = NDArray[np.float64]

METRICS = ("HOTA", "DetA", "AssA", "MOTA", "IDF1", "IDSW", "FP", "FN")
TIE = 0.60  # the high threshold of ByteTrack and OC-SORT; MOT17's stored scores have two decimals
SHIFT = 0.004  # lifts the ties above the threshold; those at 0.10 and 0.70 move too

# The authors' code on the same detections, as recorded with the shared data.
AUTHORS: dict[str, dict[str, tuple[float, ...]]] = {
    "MOT17": {
        "bytetrack": (67.45, 66.47, 69.01, 77.82, 79.41, 171, 2515, 9265),
        "hybridsort": (67.10, 65.60, 69.20, 75.61, 78.66, 244, 3426, 9474),
        "ocsort": (66.45, 64.31, 69.08, 74.63, 77.86, 205, 1278, 12189),
    },
    "DanceTrack": {
        "bytetrack": (41.41, 68.76, 25.05, 86.76, 46.32, 1335, 5595, 10672),
        "hybridsort": (54.18, 76.62, 38.51, 87.50, 54.45, 1168, 4849, 10596),
        "ocsort": (47.14, 75.02, 29.72, 85.33, 46.38, 1285, 1688, 16521),
    },
}
TARGETS: dict[str, dict[str, float]] = {
    "bytetrack": {"HOTA": 67.4, "MOTA": 77.8, "IDF1": 79.4},
    "ocsort": {"HOTA": 66.4, "MOTA": 74.6, "IDF1": 77.8},
}


@dataclass
class Row:
    """One row of the table."""

    label: str
    run: str  # the folder its MOT files lie in; empty for figures that are not scored here
    scores: Scores
    agreement: Agreement | None = None

    def cells(self) -> list[str]:
        """For the table."""
        numbers = [self.scores.get(name) for name in METRICS]
        shown = [
            NOTHING if value is None else f"{value:.2f}" if name in METRICS[:5] else f"{value:.0f}"
            for name, value in zip(METRICS, numbers, strict=True)
        ]
        if self.agreement is None:
            return [self.label, *shown, NOTHING, NOTHING, NOTHING]
        a = self.agreement
        return [self.label, *shown, f"{a.our_rows:,}", f"{a.same_rows:,}", f"{a.id_conflicts:,}"]


def run_tracker(tracker: str, backend: str, sequence: Sequence) -> Array:
    """Rows (R, 6) of one sequence from a fresh tracker at its defaults."""
    instance = create_tracker(tracker, backend=backend)
    return track_rows([np.asarray(instance.update(detections)) for detections in sequence.detections])


def changed(sequence: Sequence, change: Callable[[Array], Array]) -> Sequence:
    """The sequence with `change` applied to the detections of every frame."""
    return replace(sequence, detections=[change(detections) for detections in sequence.detections])


def lift_scores(detections: Array) -> Array:
    lifted = detections.copy()
    lifted[:, 4] += SHIFT
    return lifted


def drop_ties(detections: Array) -> Array:
    kept: Array = detections[detections[:, 4] != TIE]
    return kept


def our_row(options: argparse.Namespace, tracker: str, sequences: list[Sequence], out: Path) -> Row:
    """Run one tracker over all sequences, write its files, compare it with the recorded rows if any."""
    run = f"{tracker}-{options.backend}"
    agreement = None
    for sequence in sequences:
        rows = run_tracker(tracker, options.backend, sequence)
        write_rows(rows, out / "tracks" / run / f"{sequence.name}.txt")
        if not options.dancetrack and tracker in GOLDEN_RUNS:
            recorded = read_golden(options.data, GOLDEN_RUNS[tracker], sequence.name)
            here = compare_rows(recorded, rows)
            agreement = here if agreement is None else agreement + here
    return Row(f"{tracker}, boxtrail {options.backend}", run, {}, agreement)


def ablation_row(options: argparse.Namespace, tracker: str, sequences: list[Sequence], out: Path) -> Row:
    """The same with every score lifted, which moves the ties to the high side."""
    run = f"{tracker}-{options.backend}-lifted"
    for sequence in sequences:
        rows = run_tracker(tracker, options.backend, changed(sequence, lift_scores))
        write_rows(rows, out / "tracks" / run / f"{sequence.name}.txt")
    return Row(f"{tracker}, all scores +{SHIFT}", run, {})


def recorded_row(options: argparse.Namespace, tracker: str, sequences: list[Sequence], out: Path) -> Row:
    """The authors' recorded rows, scored the same way."""
    run = GOLDEN_RUNS[tracker]
    for sequence in sequences:
        write_rows(
            read_golden(options.data, run, sequence.name), out / "tracks" / run / f"{sequence.name}.txt"
        )
    return Row(f"{tracker}, the authors' rows scored here", run, {})


def all_rows(options: argparse.Namespace, sequences: list[Sequence], out: Path) -> list[Row]:
    authors = AUTHORS["DanceTrack" if options.dancetrack else "MOT17"]
    rows = []
    for tracker in options.trackers:
        rows.append(our_row(options, tracker, sequences, out))
        if tracker in authors:
            figures = dict(zip(METRICS, authors[tracker], strict=True))
            rows.append(Row(f"{tracker}, the authors' figures", "", figures))
        if not options.dancetrack and tracker in GOLDEN_RUNS:
            rows.append(recorded_row(options, tracker, sequences, out))
            rows.append(Row(f"{tracker}, target", "", TARGETS[tracker]))
            rows.append(ablation_row(options, tracker, sequences, out))
    runs = [row.run for row in rows if row.run]
    scores = score(write_truth(sequences, out / "truth"), out / "tracks", runs, options.envs)
    for row in rows:
        row.scores = scores[row.run]["COMBINED"] if row.run else row.scores
    return rows


def verdicts(rows: list[Row], backend: str) -> list[str]:
    """One line a target: is the scoring right, are the figures reached, are the rows the authors'."""
    by_label = {row.label: row for row in rows}
    lines = []
    for tracker, targets in TARGETS.items():
        ours = by_label.get(f"{tracker}, boxtrail {backend}")
        recorded = by_label.get(f"{tracker}, the authors' rows scored here")
        if ours is None or recorded is None or ours.agreement is None:
            continue
        off = max(
            abs(recorded.scores[m] - v) for m, v in zip(METRICS, AUTHORS["MOT17"][tracker], strict=True)
        )
        missed = [name for name, least in targets.items() if round(ours.scores[name], 2) < least]
        a = ours.agreement
        lines += [
            f"- {tracker}: the authors' rows score within {off:.3f} of the recorded figures",
            f"- {tracker}: targets {'reached' if not missed else 'MISSED: ' + ', '.join(missed)}",
            f"- {tracker}: {'EXACT' if a.exact else 'NOT exact'}, {a.same_rows:,} of {a.golden_rows:,} "
            f"recorded rows, {a.id_conflicts} id conflicts, boxes within {a.max_difference:.1e} px",
        ]
    return lines


def tie_note(options: argparse.Namespace, sequences: list[Sequence]) -> list[str]:
    """How many scores lie exactly on the threshold, and whether the trackers see them at all."""
    ties = sum(int((d[:, 4] == TIE).sum()) for s in sequences for d in s.detections)
    lines = [f"{ties} detections have a score of exactly {TIE:.2f}, the high threshold."]
    for tracker in options.trackers:
        if tracker not in GOLDEN_RUNS:
            continue
        same = all(
            np.array_equal(
                run_tracker(tracker, options.backend, s),
                run_tracker(tracker, options.backend, changed(s, drop_ties)),
            )
            for s in sequences
        )
        effect = "changes no row: they fall in neither band" if same else "CHANGES rows: they are used"
        lines.append(f"- {tracker}: leaving them out {effect}")
    lines.append(
        "The authors compare strictly on both sides (score > 0.6 is high, 0.1 < score < 0.6 is low), so a "
        "score of 0.60 is neither."
    )
    return lines


def report(options: argparse.Namespace, out: Path) -> str:
    sequences = (dancetrack if options.dancetrack else mot17_second_halves)(options.data)
    rows = all_rows(options, sequences, out)
    frames = sum(s.num_frames for s in sequences)
    title = "DanceTrack val" if options.dancetrack else "MOT17 second halves"
    header = ["run", *METRICS, "rows", "same as authors", "id conflicts"]
    width = len(header) if any(row.agreement for row in rows) else 1 + len(METRICS)
    size = f"{len(sequences)} sequences, {frames:,} frames"
    lines = [
        f"{title}: {size}, YOLOX-X detections, our defaults, scored by TrackEval.",
        "",
        markdown_table(header[:width], [row.cells()[:width] for row in rows]),
    ]
    if not options.dancetrack:
        lines += ["", *verdicts(rows, options.backend), "", *tie_note(options, sequences)]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--backend", choices=["cpp", "python"], default="cpp")
    parser.add_argument(
        "--trackers",
        type=lambda text: text.split(","),
        default=["bytetrack", "deepocsort", "hybridsort", "ocsort", "sort"],
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
