"""Track mAP by its definition (Dave et al., 2020): greedy matching of whole tracks, the best score first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxtrail.evaluation.track_map import GROUPS, MATCH, MISTAKE, NEITHER, VOLUMES, TrackMap
from boxtrail.io.formats.rows import FloatArray

ALL_AREAS, ALL_LENGTHS = (0.0, 1e10), (0.0, 1e5)
RANGES = (
    (ALL_AREAS, ALL_LENGTHS),
    ((0.0, 32.0**2), ALL_LENGTHS),
    ((32.0**2, 96.0**2), ALL_LENGTHS),
    ((96.0**2, 1e10), ALL_LENGTHS),
    (ALL_AREAS, (0.0, 3.0)),
    (ALL_AREAS, (3.0, 10.0)),
    (ALL_AREAS, (10.0, 1e5)),
)


def track_map(
    overlaps: FloatArray,
    truth: tuple[FloatArray, FloatArray],
    prediction: tuple[FloatArray, FloatArray],
    scores: FloatArray,
) -> TrackMap:
    """Match tracks in every group and at every threshold.

    Args:
        overlaps: (N, M) shared volume over the volume of either, of true and predicted tracks.
        truth, prediction: mean areas and lengths, (N,) and (M,) each.
        scores: (M,) of the predicted tracks.
    """
    order = np.argsort(-scores, kind="stable")
    outcomes = np.zeros((len(scores), len(GROUPS), len(VOLUMES)), dtype=np.uint8)
    num_truth = np.zeros(len(GROUPS), dtype=np.int64)
    for g in range(len(GROUPS)):
        counts, inside = _inside(g, *truth), _inside(g, *prediction)
        num_truth[g] = np.count_nonzero(counts)
        for v, volume in enumerate(VOLUMES):
            taken = np.zeros(len(counts), dtype=bool)
            for place, track in enumerate(order):
                match = _best(overlaps[:, track], min(volume, 1.0 - 1e-10), taken, counts)
                if match < 0:
                    outcomes[place, g, v] = MISTAKE if inside[track] else NEITHER
                else:
                    taken[match] = True
                    outcomes[place, g, v] = MATCH if counts[match] else NEITHER
    return TrackMap(scores[order], outcomes, num_truth)


def _inside(group: int, areas: FloatArray, lengths: FloatArray) -> NDArray[np.bool_]:
    (low, high), (shortest, longest) = RANGES[group]
    return (areas >= low) & (areas <= high) & (lengths >= shortest) & (lengths <= longest)


def _best(overlaps: FloatArray, needed: float, taken: NDArray[np.bool_], counts: NDArray[np.bool_]) -> int:
    """The free true track that overlaps most, one that counts before any that does not; −1 if none suffices."""
    for wanted in (True, False):
        free = np.flatnonzero(~taken & (counts == wanted) & (overlaps >= needed) & (overlaps > 0.0))
        if len(free):
            return int(
                free[np.flatnonzero(overlaps[free] == overlaps[free].max())[-1]]
            )  # the last among equals
    return -1


__all__ = ["track_map"]
