"""Scores that lie exactly on a threshold: how many there are in MOT17, and what the trackers make of them.

    python benchmarks/ties.py

The stored scores have two decimals. The authors of ByteTrack and OC-SORT compare strictly on both sides (score > 0.6 is
high, 0.1 < score < 0.6 is low), so a score of 0.60 is neither, here as there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from accuracy import track
from runs import MOT17, Run
from sequences import Sequence, data_folder, mot17_second_halves

Array = NDArray[np.float64]

TIE = 0.60
TRACKERS = ("bytetrack", "botsort", "ocsort")


def changed(sequence: Sequence, change: Callable[[Array], Array]) -> Sequence:
    """The sequence with `change` applied to the detections of every frame."""
    return replace(sequence, detections=[change(detections) for detections in sequence.detections])


def drop_ties(detections: Array) -> Array:
    """The detections that are not on the threshold."""
    kept: Array = detections[detections[:, 4] != TIE]
    return kept


def main() -> None:
    sequences = mot17_second_halves(data_folder())
    ties = sum(int((d[:, 4] == TIE).sum()) for s in sequences for d in s.detections)
    print(f"{ties} detections have a score of exactly {TIE:.2f}, the high threshold.")
    for tracker in TRACKERS:
        run = Run(tracker)
        same = all(
            np.array_equal(track(run, MOT17, "cpp", s), track(run, MOT17, "cpp", changed(s, drop_ties)))
            for s in sequences
        )
        effect = "changes no row: they fall in neither band" if same else "CHANGES rows: they are used"
        print(f"- {tracker}: leaving them out {effect}")


if __name__ == "__main__":
    main()
