"""Networks of torch: crops are cut where the network runs, and go through it in batches that fit into memory."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from boxtrail.errors import EmbedderError
from boxtrail.reid.crops import cut_crops, normalised
from boxtrail.reid.cuda_graphs import GraphedForward
from boxtrail.reid.device_crops import DeviceCrops
from boxtrail.reid.embedder import Frame
from boxtrail.reid.regions import Regions, regions

CPU_BATCH = 16  # crops: what a few layers make of them fits into the caches
DEVICE_BATCH = 1024  # crops: beyond it a GPU gains nothing

_logger = logging.getLogger(__name__)


class TorchNetwork:
    """Runs ``forward``, a callable from (B, 3, H, W) crops to (B, D) embeddings on ``device``.

    On a GPU the crops of a batch are padded to one of a few sizes, for each of which the network is recorded once as a
    CUDA graph (``cuda_graphs``) and replayed. A batch for which memory does not suffice is halved, as are all after it.
    One call at a time: others wait.

    Attributes:
        max_batch: crops in a batch at most.
    """

    def __init__(
        self,
        forward: Callable[[Any], Any],
        *,
        model: Any,  # what ``ReID.model`` shows
        input_size: tuple[int, int],  # (height, width)
        device: Any,  # torch.device
        dtype: Any = torch.float32,  # of the crops
        cuda_graphs: bool = False,
        max_batch: int | None = None,  # crops; None for what suits the device
        fixed_batch: int | None = None,  # crops the network takes, no more and no fewer; None for any number
    ) -> None:
        self._forward, self.model, self.input_size = forward, model, input_size
        self._device, self._dtype, self._fixed = device, dtype, fixed_batch
        self.device = str(device)
        usual = CPU_BATCH if device.type == "cpu" else DEVICE_BATCH
        self.max_batch = fixed_batch or max_batch or usual
        graphed = cuda_graphs and device.type == "cuda" and fixed_batch is None
        self._graphs = GraphedForward(forward, self._empty) if graphed else None
        self._lock = threading.Lock()
        with torch.no_grad():
            self.dim = int(self._forward(self._empty(fixed_batch or 1)).shape[1])

    def features(self, frames: Sequence[Frame], all_regions: Sequence[Regions]) -> Any:
        """(N, D) unit rows on the device, float32."""
        with self._lock, torch.no_grad():
            if self._device.type == "cpu":
                return self._features_from_cpu(frames, all_regions)
            return self._features_on_device(frames, all_regions)

    def warmup(self, num_crops: int) -> None:
        """Run batches of blank crops, every size up to that for so many: graphs are recorded, kernels are chosen."""
        blank = np.zeros((8, 8, 3), np.uint8)
        box = np.array([[0.0, 0.0, 8.0, 8.0]])
        sizes = self._graphs.sizes(num_crops) if self._graphs is not None else [num_crops]
        for size in sizes:
            self.features([blank], [regions(blank, np.repeat(box, size, axis=0))])

    def _features_from_cpu(self, frames: Sequence[Frame], all_regions: Sequence[Regions]) -> Any:
        crops = cut_crops(frames, all_regions, self.input_size)

        def run(start: int, stop: int) -> Any:
            batch = torch.from_numpy(normalised(crops[start:stop])).permute(0, 3, 1, 2).to(self._dtype)
            return self._embedded(self._padded(batch), stop - start)

        return self._in_batches(len(crops), run)

    def _features_on_device(self, frames: Sequence[Frame], all_regions: Sequence[Regions]) -> Any:
        crops = DeviceCrops(frames, all_regions, self.input_size, self._device)

        def run(start: int, stop: int) -> Any:
            count = stop - start
            batch = self._empty(self._fixed or count) if self._graphs is None else self._graphs.buffer(count)
            crops.cut(start, stop, batch[:count])
            return self._embedded(batch, count)

        rows = self._in_batches(len(crops), run)
        ordered = torch.empty_like(rows)
        ordered[torch.from_numpy(crops.order).to(rows.device)] = rows
        return ordered

    def _embedded(self, batch: Any, count: int) -> Any:
        """(count, D) unit rows of the first so many crops of a batch; rows of zeros stay."""
        forward = self._forward if self._graphs is None else self._graphs
        return functional.normalize(forward(batch)[:count].to(torch.float32), dim=1)

    def _in_batches(self, total: int, run: Callable[[int, int], Any]) -> Any:
        """``run(start, stop)`` over all rows; a batch too large for the memory is tried again in halves."""
        done: list[Any] = []
        start = 0
        while start < total:
            stop = start + self._batch(total - start)
            try:
                done.append(run(start, stop))
                start = stop
            except RuntimeError as error:
                if not _out_of_memory(error):
                    raise
                self._halve(stop - start, error)
        return torch.cat(done)

    def _batch(self, remaining: int) -> int:
        """Crops in the next batch: equal parts on a CPU, full ones on a GPU, where sizes are padded."""
        if self._device.type != "cpu" or self._fixed is not None:
            return min(remaining, self.max_batch)
        num_batches = -(-remaining // self.max_batch)
        return -(-remaining // num_batches)

    def _halve(self, count: int, error: RuntimeError) -> None:
        if count == 1 or self._fixed is not None:
            raise EmbedderError(f"no memory for a batch of {count} crop(s) on {self.device}") from error
        self.max_batch = count // 2
        _logger.warning(
            "no memory for %d crops on %s; batches are %d now", count, self.device, self.max_batch
        )
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _padded(self, batch: Any) -> Any:
        if self._fixed is None or len(batch) == self._fixed:
            return batch
        full = self._empty(self._fixed)
        full[: len(batch)] = batch
        return full

    def _empty(self, count: int) -> Any:
        """A blank batch, channels last in memory."""
        batch = torch.zeros((count, *self.input_size, 3), dtype=self._dtype, device=self._device)
        return batch.permute(0, 3, 1, 2)


def _out_of_memory(error: RuntimeError) -> bool:
    """Whether torch ran out of memory: a class of its own on GPUs, a message on CPUs."""
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)
