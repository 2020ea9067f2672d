"""Networks of torch: crops are cut where the network runs, and go through it in batches that fit into memory."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
from boxtrail.reid.side_by_side import equal_parts, side_by_side
from boxtrail.reid.uploads import uploaded

CPU_BATCH = 16  # crops: what a few layers make of them fits into the caches
DEVICE_BATCH = 1024  # crops: beyond it a GPU gains nothing

OUT_OF_MEMORY = (  # in messages: of torch on Linux and Windows, of the driver, of cuBLAS and cuDNN
    "can't allocate memory",
    "not enough memory",
    "CUDA error: out of memory",
    "_STATUS_ALLOC_FAILED",
)

_logger = logging.getLogger(__name__)


class TorchNetwork:
    """Runs ``forward``, a callable from (B, 3, H, W) crops to (B, D) embeddings on ``device``.

    On a GPU the crops of a batch are padded to one of a few sizes, for each of which the network is recorded once as a
    CUDA graph (``cuda_graphs``) and replayed. A batch for which memory does not suffice is halved, as are all after it.
    On a CPU the cores take batches side by side. One call at a time: others wait.

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
        dim: int | None = None,  # numbers of an embedding; None to try a blank batch
        cuda_graphs: bool = False,
        max_batch: int | None = None,  # crops; None for what suits the device
        fixed_batch: int | None = None,  # crops the network takes, no more and no fewer; None for any number
    ) -> None:
        self._forward, self.model, self.input_size = forward, model, input_size
        self._device, self._dtype, self._fixed = device, dtype, fixed_batch
        self.device = self.tensor_device = str(device)
        usual = CPU_BATCH if device.type == "cpu" else DEVICE_BATCH
        self.max_batch = fixed_batch or max_batch or usual
        graphed = cuda_graphs and device.type == "cuda" and fixed_batch is None
        self._graphs = GraphedForward(forward, self._empty) if graphed else None
        self._lock = threading.Lock()
        self._done = torch.cuda.Event() if device.type == "cuda" else None  # the last call's work on the GPU
        with torch.no_grad(), self._in_turn():
            self.dim: int = dim or int(self._forward(self._empty(fixed_batch or 1)).shape[1])

    def features(self, frames: Sequence[Frame], all_regions: Sequence[Regions]) -> Any:
        """(N, D) unit rows on the device, float32."""
        with self._lock, torch.no_grad(), self._in_turn():
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
        def run(start: int, stop: int) -> Any:
            crops = normalised(cut_crops(frames, all_regions, self.input_size, start, stop))
            batch = torch.from_numpy(crops).permute(0, 3, 1, 2).to(self._dtype)
            return self._embedded(self._padded(batch), stop - start)

        return self._in_batches(sum(map(len, all_regions)), run)

    def _features_on_device(self, frames: Sequence[Frame], all_regions: Sequence[Regions]) -> Any:
        crops = DeviceCrops(frames, all_regions, self.input_size, self._device)

        def run(start: int, stop: int) -> Any:
            count = stop - start
            batch = self._empty(self._fixed or count) if self._graphs is None else self._graphs.buffer(count)
            crops.cut(start, stop, batch[:count])
            return self._embedded(batch, count)

        return self._in_batches(len(crops), run)[uploaded(np.argsort(crops.order), self._device)]

    def _embedded(self, batch: Any, count: int) -> Any:
        """(count, D) unit rows of the first so many crops of a batch; rows of zeros stay."""
        forward = self._forward if self._graphs is None else self._graphs
        return functional.normalize(forward(batch)[:count].flatten(1).to(torch.float32), dim=1)

    def _in_batches(self, total: int, run: Callable[[int, int], Any]) -> Any:
        """``run(start, stop)`` over all rows, in batches of at most ``max_batch``."""
        if self._device.type == "cpu" and self._fixed is None:
            parts = equal_parts(total, self.max_batch)
            return torch.cat(side_by_side(lambda start, stop: self._rows(run, start, stop), parts))
        done: list[Any] = []
        start = 0
        while start < total:
            stop = min(total, start + self.max_batch)
            done.append(self._rows(run, start, stop))
            start = stop
        return torch.cat(done)

    def _rows(self, run: Callable[[int, int], Any], start: int, stop: int) -> Any:
        """``run(start, stop)``; a batch too large for the memory is tried again in halves."""
        rows = self._tried(run, start, stop)
        if rows is None:  # not in the except clause: the exception would keep the tensors alive
            self._halve(stop - start)
            middle = (start + stop) // 2
            rows = torch.cat([self._rows(run, start, middle), self._rows(run, middle, stop)])
        return rows

    def _tried(self, run: Callable[[int, int], Any], start: int, stop: int) -> Any:
        """The rows, or None if there is no memory for so many but perhaps for fewer."""
        try:
            return run(start, stop)
        except RuntimeError as error:
            if not _out_of_memory(error):
                raise
            if stop - start == 1 or self._fixed is not None:
                raise EmbedderError(
                    f"no memory for a batch of {self._fixed or 1} crop(s) on {self.device}"
                ) from error
            return None

    def _halve(self, count: int) -> None:
        self.max_batch = min(self.max_batch, count // 2)
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

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """Make our GPU the current one, where streams and graphs are made, and begin there after the call before.

        That call may have come from another stream, and the buffers of graphs serve both. The cores do not wait.
        """
        if self._done is None:
            yield
            return
        with torch.cuda.device(self._device):
            stream = torch.cuda.current_stream()
            stream.wait_event(self._done)
            try:
                yield
            finally:
                self._done.record(stream)

    def _empty(self, count: int) -> Any:
        """A blank batch, channels last in memory."""
        batch = torch.zeros((count, *self.input_size, 3), dtype=self._dtype, device=self._device)
        return batch.permute(0, 3, 1, 2)


def _out_of_memory(error: RuntimeError) -> bool:
    """Whether torch, or a library it calls, ran out of memory; only torch on GPUs has an exception for it.

    While a graph is recorded, the end of the recording fails too and hides the first error.
    """
    return any(
        isinstance(reason, torch.OutOfMemoryError) or any(sign in str(reason) for sign in OUT_OF_MEMORY)
        for reason in (error, error.__context__)
    )
