"""Crops where the network runs: the frame is uploaded once, its crops are sampled together.

Every pixel of a crop is the mean of so many interpolated samples that no pixel of the frame is skipped
(``Regions.samples``). Crops of one frame that need equally many are one call of ``grid_sample``; how many a crop
needs depends on itself alone, so it looks the same whatever lies beside it in a batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from boxtrail.reid.crops import DEVIATION, MEAN
from boxtrail.reid.embedder import Frame
from boxtrail.reid.regions import Regions

MAX_POINTS = 1 << 26  # samples taken at once: bounds the memory of the grids


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows ``start`` to ``stop`` of the plan: crops of one frame with equally many samples a pixel."""

    frame: int
    samples: tuple[int, int]
    start: int
    stop: int


class DeviceCrops:
    """The crops of the regions of some frames, to be cut in parts.

    ``order`` (N,) says which region, counted through all frames, each row of the crops shows.
    """

    def __init__(
        self,
        frames: Sequence[Frame],
        all_regions: Sequence[Regions],
        size: tuple[int, int],  # (height, width) of a crop
        device: Any,
    ) -> None:
        self._size, self._device = size, device
        self._frames = [
            frame if len(found) else None for frame, found in zip(frames, all_regions, strict=True)
        ]
        self._uploaded: dict[int, Any] = {}
        counts = [len(found) for found in all_regions]
        owner = np.repeat(np.arange(len(counts)), counts)
        samples = np.concatenate(
            [np.empty((0, 2), np.int64), *(found.samples(size) for found in all_regions)]
        )
        keys = np.column_stack([owner, samples])
        self.order: NDArray[np.int64] = np.lexsort(keys.T[::-1])
        self._groups = list(_groups(keys[self.order]))
        table = np.concatenate([np.empty((0, 10)), *map(_table, all_regions)])[self.order]
        self._table = torch.from_numpy(np.ascontiguousarray(table, np.float32)).to(device)

    def __len__(self) -> int:
        """N, the number of crops."""
        return len(self.order)

    def cut(self, start: int, stop: int, out: Any) -> None:
        """Write the normalised RGB crops of rows ``start`` to ``stop`` into ``out`` (stop - start, 3, H, W)."""
        height, width = self._size
        for group in self._groups:
            across, down = group.samples
            step = max(1, MAX_POINTS // (height * width * across * down))
            first, last = max(start, group.start), min(stop, group.stop)
            for row in range(first, last, step):
                end = min(row + step, last)
                crops = _sample(self._frame(group.frame), self._table[row:end], group.samples, self._size)
                out[row - start : end - start].copy_(crops)

    def _frame(self, number: int) -> Any:
        """(1, 3, H, W) normalised RGB on the device: normalising and interpolating commute."""
        if number not in self._uploaded:
            pixels = torch.from_numpy(self._frames[number])
            if self._device.type == "cuda":
                pixels = pixels.pin_memory().to(self._device, non_blocking=True)
            image = pixels.permute(2, 0, 1).flip(0).to(torch.float32) / 255.0
            mean, deviation = (
                torch.tensor(values, device=image.device)[:, None, None] for values in (MEAN, DEVIATION)
            )
            self._uploaded[number] = ((image - mean) / deviation)[None]
        return self._uploaded[number]


def _groups(keys: NDArray[np.int64]) -> Iterator[_Group]:
    """Runs of equal rows ``frame, samples across, samples down``."""
    bounds = np.flatnonzero(np.any(keys[1:] != keys[:-1], axis=1)) + 1
    edges = [0, *bounds.tolist(), len(keys)]
    for start, stop in pairwise(edges):
        if stop > start:
            frame, across, down = keys[start].tolist()
            yield _Group(frame, (across, down), start, stop)


def _table(found: Regions) -> NDArray[np.float64]:
    """(N, 10): the six numbers of the affine, and the centres of the outermost pixels a region may show."""
    affines = found.affines.reshape(len(found), 6)
    if not found.upright:
        return np.concatenate([affines, np.tile([-np.inf, -np.inf, np.inf, np.inf], (len(found), 1))], axis=1)
    return np.concatenate([affines, found.rectangles() + np.array([0.5, 0.5, -0.5, -0.5])], axis=1)


def _sample(image: Any, table: Any, samples: tuple[int, int], size: tuple[int, int]) -> Any:
    """(n, 3, H, W) crops of one (1, 3, frame height, frame width) image."""
    (across, down), (height, width), count = samples, size, len(table)
    u = (torch.arange(width * across, device=image.device) + 0.5) / (width * across)
    v = (torch.arange(height * down, device=image.device)[:, None] + 0.5) / (height * down)
    a, b, c, d, e, f, left, top, right, bottom = (column[:, None, None] for column in table.T)
    x = (a * u + b * v + c).clamp(left, right)
    y = (d * u + e * v + f).clamp(top, bottom)
    grid = torch.stack([x * (2.0 / image.shape[3]) - 1.0, y * (2.0 / image.shape[2]) - 1.0], dim=-1)
    grid = grid.reshape(1, count * height * down, width * across, 2)
    sampled = functional.grid_sample(image, grid, padding_mode="border", align_corners=False)
    sampled = sampled.reshape(3, count, height * down, width * across)
    if samples != (1, 1):
        sampled = functional.avg_pool2d(sampled, (down, across))
    return sampled.transpose(0, 1)
