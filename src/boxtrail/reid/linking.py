"""Tracklets that show the same person or thing: across long gaps, and across cameras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import ConfigError, InvalidInputError

FloatArray: TypeAlias = NDArray[np.float64]
Mask: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Tracklet:
    """One track of one camera.

    Attributes:
        camera: which camera saw it.
        start, end: seconds, on a clock that all cameras share.
        embeddings: (K, D) unit rows; rows of zeros do not count. Without any it is linked with nothing.
    """

    camera: str
    start: float
    end: float
    embeddings: NDArray[np.float32]


def link_tracklets(
    tracklets: Sequence[Tracklet],
    *,
    min_similarity: float = 0.5,
    max_gap: float | None = None,
    travel: Mapping[tuple[str, str], tuple[float, float]] | None = None,
) -> NDArray[np.int64]:
    """One global id for each tracklet, (N,) from 1 in the order of their starts.

    Groups are merged from the most similar pair down (average linkage of cosines) while the similarity lasts. Two
    tracklets of one camera that overlap in time are two people, and so are the groups they are in. Tracklets that are
    linked directly must be reachable from each other in time; a group holds together if each merge has one such pair.

    Args:
        tracklets: in any order.
        min_similarity: least mean cosine of two groups that are merged, in [−1, 1].
        max_gap: longest time in seconds from the end of one to the start of the other, None: any.
        travel: shortest and longest time in seconds from one camera to another, by the pair of cameras in the order of
            the walk; given for one direction it holds for that one only. Pairs that are not named, and a camera with
            itself, have only ``max_gap``; views that overlap have times below zero.

    Raises:
        ConfigError: for a similarity or time that makes no sense.
        InvalidInputError: for a tracklet that ends before it starts, or embeddings of different widths.
    """
    _check(tracklets, min_similarity, max_gap, travel)
    if not tracklets:
        return np.empty(0, np.int64)
    similarity = _mean_cosines(tracklets)
    conflict = _conflicts(tracklets)
    reachable = _reachable(tracklets, max_gap, travel or {})
    groups = _merge(similarity, conflict, reachable, min_similarity)
    ids = np.zeros(len(tracklets), np.int64)
    order = sorted(range(len(tracklets)), key=lambda i: (tracklets[i].start, i))
    by_group: dict[int, int] = {}
    for i in order:
        ids[i] = by_group.setdefault(int(groups[i]), len(by_group) + 1)
    return ids


def _check(
    tracklets: Sequence[Tracklet],
    min_similarity: float,
    max_gap: float | None,
    travel: Mapping[tuple[str, str], tuple[float, float]] | None,
) -> None:
    if not -1.0 <= min_similarity <= 1.0:
        raise ConfigError(f"min_similarity must be in [-1, 1], not {min_similarity:g}")
    if max_gap is not None and not max_gap >= 0.0:
        raise ConfigError(f"max_gap must be ≥ 0 seconds, not {max_gap:g}")
    for (start, end), (least, most) in (travel or {}).items():
        if not least <= most:
            raise ConfigError(
                f"travel from {start} to {end} takes {least:g} to {most:g} seconds, which is never"
            )
    widths = {tracklet.embeddings.shape[1:] for tracklet in tracklets if len(tracklet.embeddings)}
    if len(widths) > 1 or any(len(width) != 1 for width in widths):
        raise InvalidInputError(
            f"the embeddings of all tracklets must be (K, D) with one D, not {sorted(widths)}"
        )
    for i, tracklet in enumerate(tracklets):
        if not tracklet.start <= tracklet.end:
            raise InvalidInputError(f"tracklet {i} ends at {tracklet.end:g} s, before it starts")


def _mean_cosines(tracklets: Sequence[Tracklet]) -> FloatArray:
    """(N, N) cosines of the mean embeddings; −∞ for a tracklet without any."""
    width = max((each.embeddings.shape[1] for each in tracklets if len(each.embeddings)), default=1)
    means = np.zeros((len(tracklets), width))
    for i, tracklet in enumerate(tracklets):
        if len(tracklet.embeddings):
            total = np.asarray(tracklet.embeddings, dtype=np.float64).sum(axis=0)
            means[i] = total / max(float(np.linalg.norm(total)), 1e-12)
    cosines: FloatArray = means @ means.T
    missing = ~means.any(axis=1)
    cosines[missing, :] = cosines[:, missing] = -np.inf
    return cosines


def _times(tracklets: Sequence[Tracklet]) -> tuple[FloatArray, FloatArray]:
    return np.array([each.start for each in tracklets]), np.array([each.end for each in tracklets])


def _conflicts(tracklets: Sequence[Tracklet]) -> Mask:
    """(N, N) pairs of one camera that overlap in time: nobody is in two places of one view."""
    cameras = np.array([each.camera for each in tracklets])
    start, end = _times(tracklets)
    together = (start[:, None] <= end[None, :]) & (start[None, :] <= end[:, None])
    conflict: Mask = (cameras[:, None] == cameras[None, :]) & together
    np.fill_diagonal(conflict, False)
    return conflict


def _reachable(
    tracklets: Sequence[Tracklet],
    max_gap: float | None,
    travel: Mapping[tuple[str, str], tuple[float, float]],
) -> Mask:
    """(N, N) pairs that the times allow to be one, in either order."""
    start, end = _times(tracklets)
    gap = start[None, :] - end[:, None]  # from the row to the column; below zero where they overlap
    limit = np.inf if max_gap is None else max_gap
    later = start[None, :] >= start[:, None]
    allowed = later & (gap <= limit)
    cameras = [each.camera for each in tracklets]
    for (first, second), (least, most) in travel.items():
        rows = np.array([camera == first for camera in cameras])
        columns = np.array([camera == second for camera in cameras])
        named = rows[:, None] & columns[None, :]
        allowed = np.where(named, later & (gap >= least) & (gap <= most), allowed)
    either: Mask = allowed | allowed.T
    return either


def _merge(
    similarity: FloatArray, conflict: Mask, reachable: Mask, min_similarity: float
) -> NDArray[np.int64]:
    """(N,) a group for each row: average linkage of pairs that are reachable and in no conflict."""
    count = len(similarity)
    groups, sizes = np.arange(count), np.ones(count)
    similarity, conflict, reachable = similarity.copy(), conflict.copy(), reachable.copy()
    scores = np.where(conflict | ~reachable, -np.inf, similarity)
    np.fill_diagonal(scores, -np.inf)
    best = scores.max(axis=1)
    while True:
        i = int(best.argmax())
        if not (best[i] >= min_similarity and np.isfinite(best[i])):
            return groups
        j = int(scores[i].argmax())
        i, j = min(i, j), max(i, j)
        mean = (sizes[i] * similarity[i] + sizes[j] * similarity[j]) / (sizes[i] + sizes[j])
        similarity[i], similarity[:, i] = mean, mean
        for mask in (conflict, reachable):
            mask[i] |= mask[j]
            mask[:, i] = mask[i]
        sizes[i] += sizes[j]
        groups[groups == j] = i
        scores[i] = np.where(conflict[i] | ~reachable[i], -np.inf, similarity[i])
        scores[i, i] = -np.inf
        scores[i, best == -np.inf] = -np.inf
        scores[j], scores[:, j], scores[:, i] = -np.inf, -np.inf, scores[i]
        scores[i, j] = -np.inf
        best = scores.max(axis=1)


def tracklets_of(frames: Any, camera: str, *, offset: float = 0.0) -> dict[int, Tracklet]:
    """The tracklets of a finished run by track id: ``frames`` are its results, with timestamps and embeddings.

    Args:
        frames: an iterable of :class:`boxtrail.frame_result.FrameResult`, or of anything with ``timestamp``,
            ``tracks.id`` and ``embeddings``.
        camera: its name.
        offset: seconds that are added to bring its clock to that of the others.
    """
    times: dict[int, list[float]] = {}
    rows: dict[int, list[NDArray[np.float32]]] = {}
    for frame in frames:
        for track_id, row in zip(frame.tracks.id.tolist(), frame.embeddings, strict=True):
            times.setdefault(track_id, []).append(frame.timestamp + offset)
            if row.any():
                rows.setdefault(track_id, []).append(row)
    return {
        track_id: Tracklet(
            camera, seen[0], seen[-1], np.array(rows.get(track_id, np.empty((0, 0))), np.float32)
        )
        for track_id, seen in times.items()
    }


__all__ = ["Tracklet", "link_tracklets", "tracklets_of"]
