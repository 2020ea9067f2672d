"""Sequences for the metrics, written by hand or drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.evaluation import SequenceRows

FloatArray = NDArray[np.float64]
SIZE = 10.0  # pixels, of the boxes in tables


def table(*frames: str) -> SequenceRows:
    """One text a frame, such as ``"a@0 b@20"``: track ``a`` in a box of 10 × 10 pixels at x = 0, ``b`` at 20."""
    names = sorted({entry.partition("@")[0] for frame in frames for entry in frame.split()})
    rows = [
        (number, names.index(name), float(x))
        for number, frame in enumerate(frames, 1)
        for name, _, x in (entry.partition("@") for entry in frame.split())
    ]
    x = np.array([row[2] for row in rows])
    return SequenceRows(
        frames=np.array([row[0] for row in rows], dtype=np.int64),
        ids=np.array([row[1] for row in rows], dtype=np.int64),
        shapes=np.column_stack([x, np.zeros_like(x), x + SIZE, np.full_like(x, SIZE)]).reshape(-1, 4),
        num_frames=len(frames),
    )


def random_shapes(rng: np.random.Generator, kind: str, count: int, tied: bool) -> Any:
    """``count`` shapes that overlap often; with ``tied`` equal similarities are the rule."""
    near = 8.0 * rng.integers(0, 6, (count, 2)) if tied else rng.uniform(0.0, 50.0, (count, 2))
    size = 8.0 * rng.integers(1, 5, (count, 2)) if tied else rng.uniform(5.0, 40.0, (count, 2))
    if kind == "box":
        return np.column_stack([near, near + size])
    if kind == "oriented":
        return np.column_stack([near, size, rng.integers(-8, 9, count) * np.pi / 8.0])
    if kind == "point":
        return near / 20.0
    return [runs_of(pixels) for pixels in random_pixels(rng, count)]


def random_pixels(rng: np.random.Generator, count: int) -> list[NDArray[np.bool_]]:
    """Masks of 12 × 9 pixels: a rectangle, with holes now and then."""
    out = []
    for _ in range(count):
        pixels = np.zeros((12, 9), dtype=bool)
        top, left = rng.integers(0, 8), rng.integers(0, 6)
        pixels[top : top + rng.integers(0, 7), left : left + rng.integers(1, 6)] = True
        out.append(pixels & (rng.random(pixels.shape) < rng.choice([0.7, 1.0])))
    return out


def runs_of(pixels: NDArray[np.bool_]) -> tuple[int, int, list[int]]:
    """The mask as runs, column by column, 0 first."""
    flat = np.concatenate([[False], pixels.T.ravel(), [not pixels.T.ravel()[-1]]])
    changes = np.flatnonzero(flat[1:] != flat[:-1])
    return (*pixels.shape, np.diff([0, *changes]).tolist())


def random_rows(
    rng: np.random.Generator, kind: str, num_frames: int, num_tracks: int, tied: bool
) -> SequenceRows:
    """Up to ``num_tracks`` rows a frame, in random order."""
    counts = rng.integers(0, num_tracks + 1, num_frames)
    ids: Sequence[NDArray[np.int64]] = [rng.permutation(num_tracks)[:count] * 7 for count in counts]
    return SequenceRows(
        frames=np.repeat(np.arange(num_frames), counts),
        ids=np.concatenate([np.empty(0, dtype=np.int64), *ids]),
        shapes=random_shapes(rng, kind, int(counts.sum()), tied),
        labels=rng.choice([1, 1, 1, 2, 7, 8], int(counts.sum())),
        flags=(rng.random(int(counts.sum())) < 0.9).astype(np.float64),
        num_frames=num_frames,
    )
