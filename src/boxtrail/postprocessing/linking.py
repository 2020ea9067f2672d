"""Linking tracklets of one identity by their embeddings: global tracklet association (GTA), offline.

Sun et al. 2024, "GTA: Global Tracklet Association for Multi-Object Tracking in Sports",
https://arxiv.org/abs/2411.08216. Tracklets that hold several identities are split first; then the pair with the least
mean cosine distance of all its embeddings is merged, again and again, while that distance is below a limit.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boxtrail.errors import ConfigError
from boxtrail.postprocessing.embedding_rows import unit_rows
from boxtrail.postprocessing.smoothing import Watch
from boxtrail.postprocessing.splitting import split_tracklets
from boxtrail.postprocessing.table import TrackTable

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
Pair: TypeAlias = tuple[float, int, int]  # distance, and the two tracklets; ordered, so that ties are decided


def link_tracklets(
    tracks: TrackTable,
    embeddings: ArrayLike | None,
    *,
    max_distance: float = 0.4,
    spatial_factor: float = 1.0,
    split: bool = True,
    watch: Watch | None = None,
) -> TrackTable:
    """The table with one id for tracklets of one identity; only ids change, and the order of the rows stays.

    A pair is merged if the mean cosine distance of its embeddings is below ``max_distance``, no frame has both, the
    most frequent class of both is the same, and at every passage from one to the other the centre moves, along each
    axis, by at most ``spatial_factor`` times the range of all centres of the table. The merged tracklet has the id
    of the earlier one. Tracklets without any embedding are left alone.

    Args:
        tracks: any table, as tracked: rows that an interpolation made have no embedding.
        embeddings: (R, D) row-aligned, of any length; a row of zeros means none.
        max_distance: in (0, 2].
        spatial_factor: ≥ 0. At 1 every place where anything was tracked can be reached, and appearance decides.
        split: split tracklets with several identities before; needs scikit-learn.
        watch: called after each tracklet looked at by the splitting.

    Raises:
        InvalidInputError: if the embeddings do not fit the table.
        ConfigError: if an option is out of range.
        MissingExtraError: if scikit-learn is not installed and ``split`` is set.
    """
    if not 0.0 < max_distance <= 2.0:
        raise ConfigError(f"max_distance must be in (0, 2], not {max_distance}")
    if not spatial_factor >= 0.0:
        raise ConfigError(f"spatial_factor must be ≥ 0, not {spatial_factor}")
    unit = unit_rows(tracks, embeddings)
    if split:
        tracks = split_tracklets(tracks, unit, watch=watch)
    if not len(tracks):
        return tracks
    centres = tracks.boxes[:, :2] if tracks.is_obb else (tracks.boxes[:, :2] + tracks.boxes[:, 2:]) / 2.0
    reach = spatial_factor * np.ptp(centres, axis=0)
    tracklets = [_tracklet(tracks, rows, centres[rows], unit[rows]) for rows in tracks.tracks()]
    ids = tracks.ids.copy()
    for tracklet in _merged(tracklets, reach, max_distance):
        ids[tracklet.rows] = tracklet.track_id
    return replace(tracks, ids=ids)


@dataclass(frozen=True, slots=True, eq=False)
class Tracklet:
    """Rows of one identity in order of frames."""

    track_id: int
    label: int  # most frequent class of the earliest piece
    rows: IntArray  # (n,) in the table
    frames: IntArray  # (n,)
    centres: FloatArray  # (n, 2) pixels
    pieces: IntArray  # (n,) id of the tracklet each row had before any merge
    appearance: FloatArray  # (D,) mean of the unit embeddings; not of unit length itself
    num_seen: int  # rows with an embedding


def _tracklet(tracks: TrackTable, rows: IntArray, centres: FloatArray, unit: FloatArray) -> Tracklet:
    labels, counts = np.unique(tracks.labels[rows], return_counts=True)
    num_seen = int(unit.any(axis=1).sum())
    return Tracklet(
        track_id=int(tracks.ids[rows[0]]),
        label=int(labels[counts.argmax()]),
        rows=rows,
        frames=tracks.frames[rows],
        centres=centres,
        pieces=tracks.ids[rows],
        appearance=unit.sum(axis=0) / max(num_seen, 1),
        num_seen=num_seen,
    )


def _merged(tracklets: list[Tracklet], reach: FloatArray, max_distance: float) -> list[Tracklet]:
    """The tracklets after all merges, nearest pair first."""
    alive = {k: tracklet for k, tracklet in enumerate(tracklets) if tracklet.num_seen}
    rest = [tracklet for tracklet in tracklets if not tracklet.num_seen]
    heap: list[Pair] = []
    numbers = list(alive)
    for position, number in enumerate(numbers):
        heap += _pairs(number, alive, numbers[:position], max_distance)
    heapq.heapify(heap)
    next_number = len(tracklets)
    while heap:
        _, first, second = heapq.heappop(heap)
        if first not in alive or second not in alive:
            continue  # one of the two is part of a larger tracklet by now
        both = _join(alive[first], alive[second], reach)
        if both is None:
            continue
        del alive[first], alive[second]
        for pair in _pairs(next_number, {**alive, next_number: both}, list(alive), max_distance):
            heapq.heappush(heap, pair)
        alive[next_number] = both
        next_number += 1
    return [*rest, *alive.values()]


def _pairs(number: int, tracklets: dict[int, Tracklet], others: list[int], max_distance: float) -> list[Pair]:
    """The pairs of one tracklet with others of its class that look alike.

    The mean of 1 − a·b over all pairs of embeddings is 1 − ā·b̄: no pair of rows has to be looked at.
    """
    own = tracklets[number]
    if not others:
        return []
    distances = 1.0 - np.array([tracklets[other].appearance for other in others]) @ own.appearance
    return [
        (float(distances[k]), others[k], number)
        for k in np.flatnonzero(distances < max_distance)
        if tracklets[others[k]].label == own.label
    ]


def _join(first: Tracklet, second: Tracklet, reach: FloatArray) -> Tracklet | None:
    """The two in one, or None where they share a frame or a passage between them is too far."""
    frames = np.concatenate([first.frames, second.frames])
    order = np.argsort(frames, kind="stable")
    if not np.diff(frames[order]).all():
        return None
    centres = np.concatenate([first.centres, second.centres])[order]
    pieces = np.concatenate([first.pieces, second.pieces])[order]
    passages = np.flatnonzero(np.diff(pieces))
    if (np.abs(centres[passages + 1] - centres[passages]) > reach).any():
        return None
    earlier = first if first.frames[0] < second.frames[0] else second
    num_seen = first.num_seen + second.num_seen
    return Tracklet(
        track_id=earlier.track_id,
        label=earlier.label,
        rows=np.concatenate([first.rows, second.rows])[order],
        frames=frames[order],
        centres=centres,
        pieces=pieces,
        appearance=(first.num_seen * first.appearance + second.num_seen * second.appearance) / num_seen,
        num_seen=num_seen,
    )


__all__ = ["link_tracklets"]
