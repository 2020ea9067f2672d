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
from boxtrail.reid.uploads import uploaded

MAX_POINTS = 1 << 26  # samples taken at once: bounds the memory of the grids


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows ``start`` to ``stop`` of the plan: crops of one frame with equally many samples a pixel."""

    frame: int
    samples: tuple[int, int]
    start: int
    stop: int


# (2, 3, 1, 1): factor and shift that make normalised RGB of bytes.
NORMALISING = np.array(
    [1.0 / (255.0 * np.array(DEVIATION)), -np.array(MEAN) / np.array(DEVIATION)], dtype=np.float32
)[:, :, None, None]


class DeviceCrops:
    """The crops of the regions of some frames, to be cut in parts, from the first row to the last.

    ``order`` (N,) says which region, counted through all frames, each row of the crops shows. Nothing here waits for
    the device.
    """

    def __init__(
        self,
        frames: Sequence[Frame],
        all_regions: Sequence[Regions],
        size: tuple[int, int],  # (height, width) of a crop
        device: Any,
    ) -> None:
        self._size, self._device = size, device
        self._frames = frames
        self._upright = [found.upright for found in all_regions]
        self._uploaded: tuple[int, Any] | None = None  # the number of a frame, and the frame
        self._steps: dict[int, Any] = {}
        self._factor, self._shift = uploaded(NORMALISING, device)
        counts = [len(found) for found in all_regions]
        owner = np.repeat(np.arange(len(counts)), counts)
        samples = np.concatenate(
            [np.empty((0, 2), np.int64), *(found.samples(size) for found in all_regions)]
        )
        keys = np.column_stack([owner, samples])
        self.order: NDArray[np.int64] = np.lexsort(keys.T[::-1])
        self._groups = list(_groups(keys[self.order]))
        tables = [_table(found, frame.shape) for found, frame in zip(all_regions, frames, strict=True)]
        table = np.concatenate([np.empty((0, 10)), *tables])[self.order]
        self._table = uploaded(table.astype(np.float32), device)

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
                out[row - start : end - start].copy_(self._sample(group, row, end))

    def _sample(self, group: _Group, start: int, stop: int) -> Any:
        """(n, 3, H, W) crops of rows ``start`` to ``stop``, of one group."""
        image, (height, width), (across, down) = self._frame(group.frame), self._size, group.samples
        grid = self._grid(self._table[start:stop], group)
        grid = grid.reshape(1, (stop - start) * height * down, width * across, 2)
        sampled = functional.grid_sample(image, grid, padding_mode="border", align_corners=False)
        sampled = sampled.reshape(3, stop - start, height * down, width * across)
        if group.samples != (1, 1):
            sampled = functional.avg_pool2d(sampled, (down, across))
        return sampled.transpose(0, 1)

    def _grid(self, table: Any, group: _Group) -> Any:
        """(n, H · down, W · across, 2) places in the frame, as ``grid_sample`` wants them."""
        (height, width), (across, down) = self._size, group.samples
        u, v = self._places(width * across), self._places(height * down)[:, None]
        a, b, c, d, e, f, left, top, right, bottom = table[:, :, None, None].unbind(1)
        x, y = torch.addcmul(c, a, u), torch.addcmul(f, e, v)  # of a row and of a column: a crop is upright
        if self._upright[group.frame]:
            x, y = x.clamp(left, right), y.clamp(top, bottom)
        else:
            x, y = torch.addcmul(x, b, v), torch.addcmul(y, d, u)
        grid = torch.empty((len(table), height * down, width * across, 2), device=self._device)
        grid[..., 0], grid[..., 1] = x, y
        return grid

    def _places(self, count: int) -> Any:
        """(count,) the middles of so many equal parts of 0 to 1."""
        if count not in self._steps:
            self._steps[count] = (torch.arange(count, device=self._device) + 0.5) / count
        return self._steps[count]

    def _frame(self, number: int) -> Any:
        """(1, 3, H, W) normalised RGB on the device: normalising and interpolating commute. One at a time is kept."""
        if self._uploaded is None or self._uploaded[0] != number:
            self._uploaded = None  # its memory may serve the next
            pixels = uploaded(self._frames[number], self._device)
            image = pixels.permute(2, 0, 1).flip(0).to(torch.float32)
            self._uploaded = (number, torch.addcmul(self._shift, image, self._factor)[None])
        return self._uploaded[1]


def _groups(keys: NDArray[np.int64]) -> Iterator[_Group]:
    """Runs of equal rows ``frame, samples across, samples down``."""
    bounds = np.flatnonzero(np.any(keys[1:] != keys[:-1], axis=1)) + 1
    edges = [0, *bounds.tolist(), len(keys)]
    for start, stop in pairwise(edges):
        if stop > start:
            frame, across, down = keys[start].tolist()
            yield _Group(frame, (across, down), start, stop)


def _table(found: Regions, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """(N, 10): the six numbers of the affine, and the centres of the outermost pixels an upright region may show.

    In units of ``grid_sample``: a frame of ``shape`` (height, width, …) reaches from -1 to 1.
    """
    scale = 2.0 / np.array([shape[1], shape[0]])
    affines = found.affines * scale[:, None]
    affines[:, :, 2] -= 1.0
    limits = np.zeros((len(found), 4))
    if found.upright:
        limits = (found.rectangles() + np.array([0.5, 0.5, -0.5, -0.5])) * np.tile(scale, 2) - 1.0
    return np.concatenate([affines.reshape(len(found), 6), limits], axis=1)
