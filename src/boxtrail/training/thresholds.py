"""Distances between pictures of the same and of different identities, and the threshold that parts them best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError
from boxtrail.training.samples import Sample

MAX_PICTURES = 2000  # of each side: their pairs are 32 MB

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Separation:
    """Cosine distances (1 − cosine, in [0, 2]) of pairs, and where to draw the line.

    Attributes:
        same, different: distances of pairs of one identity and of two, (S,) and (T,) float32.
        threshold: the distance up to which a pair is taken for one identity at the least sum of both error rates.
        missed: share of ``same`` above it.
        confused: share of ``different`` up to it.
    """

    same: FloatArray
    different: FloatArray
    threshold: float
    missed: float
    confused: float


def separate(
    query: FloatArray, gallery: FloatArray, query_samples: Sequence[Sample], gallery_samples: Sequence[Sample]
) -> Separation:
    """The separation of all pairs of ``query`` (Q, D) and ``gallery`` (G, D), unit rows in the order of their samples.

    Of more than 2,000 pictures a side, so many are taken at even steps.

    Raises:
        InvalidInputError: if there are no pairs of one identity, or none of two.
    """
    ours, theirs = (
        np.unique(np.linspace(0, len(rows) - 1, min(len(rows), MAX_PICTURES)).round().astype(int))
        for rows in (query, gallery)
    )
    distances = 1.0 - query[ours] @ gallery[theirs].T
    left, right = (
        np.array([samples[position].identity for position in positions])
        for samples, positions in ((query_samples, ours), (gallery_samples, theirs))
    )
    alike = left[:, None] == right[None, :]
    same, different = distances[alike], distances[~alike]
    if not len(same) or not len(different):
        raise InvalidInputError("a threshold needs pairs of one identity and pairs of two")
    threshold, missed, confused = _best(np.sort(same), np.sort(different))
    return Separation(same, different, threshold, missed, confused)


def _best(same: FloatArray, different: FloatArray) -> tuple[float, float, float]:
    """Threshold, share of ``same`` above it and of ``different`` up to it; both are sorted."""
    # The sum of errors is least at a distance of a pair of one identity; the line is drawn halfway to the next pair.
    missed = 1.0 - np.arange(1, len(same) + 1) / len(same)
    confused = np.searchsorted(different, same, side="right") / len(different)
    best = int(np.argmin(missed + confused))
    later = np.concatenate([same[same > same[best]], different[different > same[best]]])
    threshold = float(same[best] if not len(later) else (same[best] + later.min()) / 2.0)
    return max(0.0, threshold), float(np.mean(same > threshold)), float(np.mean(different <= threshold))


__all__ = ["Separation", "separate"]
