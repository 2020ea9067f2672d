"""Splitting tracklets that hold more than one identity, by their embeddings: the first half of GTA.

Sun et al. 2024, "GTA: Global Tracklet Association for Multi-Object Tracking in Sports",
https://arxiv.org/abs/2411.08216.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boxtrail.errors import ConfigError, require
from boxtrail.postprocessing.embedding_rows import unit_rows
from boxtrail.postprocessing.smoothing import Watch
from boxtrail.postprocessing.table import TrackTable

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]

NOISE = -1  # the label of DBSCAN for a row in no cluster
MIN_NEIGHBOURS = 10  # rows within the radius that make a row the core of a cluster, itself included
CONSTANT = 1e-9  # standard deviation of a dimension of unit rows


def split_tracklets(
    tracks: TrackTable,
    embeddings: ArrayLike | None,
    *,
    min_rows: int = 100,
    radius: float = 0.7,
    max_clusters: int = 3,
    watch: Watch | None = None,
) -> TrackTable:
    """The table with ids changed where DBSCAN finds several clusters in the embeddings of one tracklet.

    The embeddings of a tracklet are standardised, dimension by dimension, and clustered by cosine distance. Rows
    that belong to no cluster go to the nearest one; the smallest clusters above ``max_clusters`` join, as a whole,
    the nearest of the others. The cluster of the first row keeps the id, the others get new ones above all ids
    there are. The order of the rows stays.

    Args:
        tracks: any table.
        embeddings: (R, D) row-aligned; a row of zeros means none and goes with the nearest row of its tracklet.
        min_rows: shorter tracklets stay whole.
        radius: of DBSCAN, a cosine distance in (0, 2].
        max_clusters: at most so many identities in one tracklet.
        watch: called after each tracklet.

    Raises:
        InvalidInputError: if the embeddings do not fit the table.
        ConfigError: if an option is out of range.
        MissingExtraError: if scikit-learn is not installed.
    """
    if not 0.0 < radius <= 2.0:
        raise ConfigError(f"radius must be in (0, 2], not {radius}")
    if min_rows < 1 or max_clusters < 1:
        raise ConfigError(f"min_rows and max_clusters must be ≥ 1, not {min_rows} and {max_clusters}")
    require("sklearn", "post", "splitting tracklets (gta)")
    from sklearn.cluster import DBSCAN

    unit = unit_rows(tracks, embeddings)
    scan = DBSCAN(eps=radius, min_samples=MIN_NEIGHBOURS, metric="cosine")
    ids = tracks.ids.copy()
    next_id = int(ids.max(initial=0)) + 1
    parts = list(tracks.tracks())
    for done, rows in enumerate(parts, 1):
        if len(rows) >= min_rows:
            labels = _clusters(scan, unit[rows], max_clusters)
            for label in dict.fromkeys(labels.tolist()):
                if label != labels[0]:
                    ids[rows[labels == label]] = next_id
                    next_id += 1
        if watch is not None:
            watch(done, len(parts))
    return replace(tracks, ids=ids)


def _clusters(scan: Any, embeddings: FloatArray, max_clusters: int) -> IntArray:
    """(N,) cluster of each row of one tracklet; all 0 where there is but one."""
    seen = np.flatnonzero(embeddings.any(axis=1))
    if len(seen) < 2:
        return np.zeros(len(embeddings), dtype=np.int64)
    deviation = embeddings[seen].std(axis=0)
    varies = deviation > CONSTANT  # rounding of a constant must not become a dimension of unit variance
    standard = (embeddings[seen] - embeddings[seen].mean(axis=0)) / np.where(varies, deviation, 1.0)
    labels = _few_clusters(standard, scan.fit_predict(standard).astype(np.int64), max_clusters)
    nearest = np.rint(np.interp(np.arange(len(embeddings)), seen, np.arange(len(seen))))
    return labels[nearest.astype(np.int64)]


def _few_clusters(points: FloatArray, labels: IntArray, max_clusters: int) -> IntArray:
    """The labels without noise, the smallest clusters above ``max_clusters`` joined to the nearest others."""
    found, counts = np.unique(labels[labels != NOISE], return_counts=True)
    if len(found) < 2:
        return np.zeros_like(labels)
    kept = found[np.sort(np.argsort(-counts, kind="stable")[:max_clusters])]
    centres = np.array([points[labels == label].mean(axis=0) for label in found])
    is_kept = np.isin(found, kept)
    homes = kept[_cosine_distances(centres, centres[is_kept]).argmin(axis=1)]
    homes[is_kept] = kept
    moved = labels.copy()
    for label, home in zip(found, homes, strict=True):
        moved[labels == label] = home
    noise = labels == NOISE
    moved[noise] = homes[_cosine_distances(points[noise], centres).argmin(axis=1)]
    return moved


def _cosine_distances(left: FloatArray, right: FloatArray) -> FloatArray:
    """(N, M) distances of (N, D) and (M, D) rows."""
    lengths = np.linalg.norm(left, axis=1)[:, None] * np.linalg.norm(right, axis=1)
    products = left @ right.T
    similarities: FloatArray = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0.0)
    return 1.0 - similarities


__all__ = ["split_tracklets"]
