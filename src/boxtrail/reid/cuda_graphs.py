"""A network recorded as CUDA graphs, one for each of a few batch sizes.

The many small kernels of an appearance network take longer to launch one by one than to run; a graph launches them at
once. A graph has fixed sizes and addresses, so batches are padded, in a buffer that belongs to the graph.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

SIZES = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)  # crops
WARMUP_RUNS = 3  # before recording: libraries choose their kernels and allocate


class GraphedForward:
    """``forward``, replayed.

    Ask for a ``buffer``, write the crops into its first rows, call with it, and use the result before the next call: it
    lies in memory that all graphs share.
    """

    def __init__(
        self,
        forward: Callable[[Any], Any],
        make_batch: Callable[[int], Any],  # a blank batch of so many crops
    ) -> None:
        self._forward, self._make_batch = forward, make_batch
        self._buffers: dict[int, Any] = {}
        self._recorded: dict[int, tuple[Any, Any]] = {}  # the graph and its output
        self._pool: Any = None

    def sizes(self, count: int) -> list[int]:
        """The batch sizes up to the one for ``count`` crops."""
        return [size for size in SIZES if size < count] + [_size(count)]

    def buffer(self, count: int) -> Any:
        """A batch with room for ``count`` crops; the rows behind them may hold any crops."""
        size = _size(count)
        if size not in self._buffers:
            self._buffers[size] = self._make_batch(size)
        return self._buffers[size]

    def __call__(self, buffer: Any) -> Any:
        """(B, D) embeddings of a buffer."""
        size = len(buffer)
        if size not in self._recorded:
            try:
                self._recorded[size] = self._record(buffer)
            except RuntimeError:  # perhaps no memory: the caller then comes with fewer
                del self._buffers[size]
                raise
        graph, output = self._recorded[size]
        graph.replay()
        return output

    def _record(self, buffer: Any) -> tuple[Any, Any]:
        current, beside = torch.cuda.current_stream(buffer.device), torch.cuda.Stream(buffer.device)
        beside.wait_stream(current)
        with torch.cuda.stream(beside):
            for _ in range(WARMUP_RUNS):
                self._forward(buffer)
        current.wait_stream(beside)
        graph = torch.cuda.CUDAGraph()
        # Other threads, such as a detector's, go on allocating meanwhile: that must not end the recording, nor fail.
        with torch.cuda.graph(graph, pool=self._pool, capture_error_mode="thread_local"):
            output = self._forward(buffer)
        self._pool = graph.pool()
        return graph, output


def _size(count: int) -> int:
    """The smallest size for so many crops, or the count itself beyond all of them."""
    return next((size for size in SIZES if size >= count), count)
