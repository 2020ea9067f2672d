"""How well embeddings find an identity again: mean average precision and CMC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError
from boxtrail.training.samples import UNKNOWN, Sample

MAX_RANK = 50
BLOCK = 1 << 24  # similarities held at a time: 64 MB of float32

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ReidScores:
    """Scores of a set of queries, all in [0, 1].

    Attributes:
        mean_ap: mean average precision (mAP).
        cmc: share of the queries with a picture of the same identity among the first k, for k from 1 on.
        num_queries: queries that have such a picture in the gallery; the others cannot be scored.
        num_gallery: pictures in the gallery.
    """

    mean_ap: float
    cmc: tuple[float, ...]
    num_queries: int
    num_gallery: int

    def rank(self, k: int) -> float:
        """CMC at ``k``, from 1 on; past the end of the gallery it stays as it is."""
        return self.cmc[min(k, len(self.cmc)) - 1]

    @property
    def rank1(self) -> float:
        """CMC at 1."""
        return self.rank(1)

    def to_dict(self) -> dict[str, float]:
        """``mAP``, ``rank1``, ``rank5``, ``rank10`` and the two counts."""
        ranks = {f"rank{k}": self.rank(k) for k in (1, 5, 10)}
        return {"mAP": self.mean_ap, **ranks, "queries": self.num_queries, "gallery": self.num_gallery}

    def __str__(self) -> str:
        ranks = ", ".join(f"rank-{k} {100 * self.rank(k):.1f}" for k in (1, 5, 10))
        return f"mAP {100 * self.mean_ap:.1f}, {ranks} ({self.num_queries} queries in {self.num_gallery})"


def score(
    query: FloatArray, gallery: FloatArray, query_samples: Sequence[Sample], gallery_samples: Sequence[Sample]
) -> ReidScores:
    """Scores of ``query`` (Q, D) and ``gallery`` (G, D) embeddings, unit rows in the order of their samples.

    The gallery is ranked by cosine for each query, equal ones in the order of the gallery. A picture of the query's
    identity by the query's camera is passed over, as in the protocol of Market-1501 and the others; a camera nobody
    named is no other's. Average precision is the mean of the precision at every right picture, without interpolation.

    Raises:
        InvalidInputError: if embeddings and samples do not fit, or no query has its identity in the gallery.
    """
    _check(query, query_samples, "query")
    _check(gallery, gallery_samples, "gallery")
    names = sorted({sample.identity for sample in (*query_samples, *gallery_samples)})
    identities = {name: number for number, name in enumerate(names)}
    cameras = {UNKNOWN: -1}
    for sample in (*query_samples, *gallery_samples):
        cameras.setdefault(sample.camera, len(cameras))
    own, other = (
        np.array([(identities[sample.identity], cameras[sample.camera]) for sample in samples]).reshape(-1, 2)
        for samples in (query_samples, gallery_samples)
    )
    rows = max(1, BLOCK // max(1, len(gallery)))
    precisions, first = [], []
    for start in range(0, len(query), rows):
        block = slice(start, start + rows)
        order = np.argsort(-(query[block] @ gallery.T), axis=1, kind="stable")
        found = _ranked(order, own[block], other)
        precisions.append(found[0])
        first.append(found[1])
    average, rank = np.concatenate([[], *precisions]), np.concatenate([[], *first])
    scored = np.isfinite(average)
    if not scored.any():
        raise InvalidInputError("no query has a picture of its identity, by another camera, in the gallery")
    last = min(MAX_RANK, len(gallery))
    cmc = (rank[scored, None] <= np.arange(1, last + 1)).mean(axis=0)
    return ReidScores(float(average[scored].mean()), tuple(cmc.tolist()), int(scored.sum()), len(gallery))


def _ranked(
    order: NDArray[np.intp], own: NDArray[np.int64], other: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Average precision and rank of the first right picture of each query, NaN where there is none.

    ``order`` (Q, G) is the gallery from the most similar on; ``own`` (Q, 2) and ``other`` (G, 2) identity and camera.
    """
    same = other[order, 0] == own[:, :1]
    camera = other[order, 1]
    passed_over = same & (camera == own[:, 1:]) & (camera >= 0)
    right = same & ~passed_over
    ranks = np.cumsum(~passed_over, axis=1)
    hits = np.cumsum(right, axis=1)
    precision = np.where(right, hits / np.maximum(ranks, 1), 0.0).sum(axis=1)
    count = hits[:, -1]
    first = np.where(right, ranks, ranks[:, -1:] + 1).min(axis=1)
    nothing = count == 0
    average = np.where(nothing, np.nan, precision / np.maximum(count, 1))
    return average, np.where(nothing, np.nan, first)


def _check(embeddings: FloatArray, samples: Sequence[Sample], name: str) -> None:
    if embeddings.ndim != 2 or len(embeddings) != len(samples):
        raise InvalidInputError(
            f"{name} embeddings must have shape ({len(samples)}, D), not {embeddings.shape}"
        )
    if not len(samples):
        raise InvalidInputError(f"the {name} is empty")


__all__ = ["MAX_RANK", "ReidScores", "score"]
