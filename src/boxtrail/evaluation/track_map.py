"""Average precision of whole tracks, over one or several sequences.

A. Dave et al., "TAO: A Large-Scale Benchmark for Tracking Any Object", ECCV 2020: as for boxes in COCO, but the overlap
of two tracks is the volume they share over the volume of either, summed over the frames.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxtrail.io.formats.rows import FloatArray

VOLUMES: FloatArray = 0.5 + 0.05 * np.arange(10, dtype=np.float64)
RECALLS: FloatArray = np.linspace(0.0, 1.0, 101)
# All tracks; by mean area in pixels² up to 32², up to 96² and above; by length up to 3 frames, up to 10 and above.
GROUPS = ("all", "area_s", "area_m", "area_l", "time_s", "time_m", "time_l")
MISTAKE, MATCH, NEITHER = 0, 1, 2
NO_TRUTH = -1.0  # what TrackEval reports where no true track counts


@dataclass(frozen=True, slots=True, eq=False)
class TrackMap:
    """What became of each predicted track; sequences add by putting theirs behind.

    Attributes:
        scores: (N,) mean score of each track.
        outcomes: (N, 7, 10) of each track, group and volume threshold: 0 a mistake, 1 a match, 2 neither.
        num_truth: (7,) true tracks that count.
    """

    scores: FloatArray
    outcomes: NDArray[np.uint8]
    num_truth: NDArray[np.int64]

    def __add__(self, other: TrackMap | int) -> TrackMap:
        if isinstance(other, int):  # sum() begins with 0
            return self
        return TrackMap(
            np.concatenate([self.scores, other.scores]),
            np.concatenate([self.outcomes, other.outcomes]),
            self.num_truth + other.num_truth,
        )

    __radd__ = __add__

    def curves(self) -> dict[str, FloatArray]:
        """Average precision and recall (10,) over :data:`VOLUMES`, by TrackEval's names; −1 without true tracks."""
        order = np.argsort(-self.scores, kind="stable")
        out = {}
        for index, group in enumerate(GROUPS):
            found = [
                _precision_recall(self.outcomes[order, index, volume], int(self.num_truth[index]))
                for volume in range(len(VOLUMES))
            ]
            out[f"AP_{group}"] = np.array([precision for precision, _ in found])
            out[f"AR_{group}"] = np.array([recall for _, recall in found])
        return out


def _precision_recall(outcomes: NDArray[np.uint8], num_truth: int) -> tuple[float, float]:
    """Average precision over 101 recalls, and the recall reached, of tracks in descending order of their scores."""
    if num_truth == 0:
        return NO_TRUTH, NO_TRUTH
    if len(outcomes) == 0:
        return 0.0, 0.0
    matches = np.cumsum(outcomes == MATCH).astype(np.float64)
    mistakes = np.cumsum(outcomes == MISTAKE).astype(np.float64)
    recall = matches / num_truth
    precision = matches / (matches + mistakes + np.finfo(np.float64).eps)
    # The precision at a recall is the best at that recall or a higher one; 0 beyond the last.
    best = np.append(np.maximum.accumulate(precision[::-1])[::-1], 0.0)
    return float(np.mean(best[np.searchsorted(recall, RECALLS)])), float(recall[-1])


__all__ = ["GROUPS", "VOLUMES", "TrackMap"]
