"""Networks of runtimes that take and give NumPy arrays: crops are cut on the CPU."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import EmbedderError
from boxtrail.reid.crops import cut_crops, normalised
from boxtrail.reid.embedder import Frame
from boxtrail.reid.regions import Regions

CPU_BATCH, DEVICE_BATCH = 16, 256  # crops
OUT_OF_MEMORY = ("failed to allocate memory", "out of memory", "bad_alloc")  # in messages, letters small

_logger = logging.getLogger(__name__)


class ArrayNetwork:
    """Runs ``forward``, a callable from (B, 3, H, W) float32 crops to (B, D) embeddings. One call at a time.

    A batch for which memory does not suffice is halved, as are all after it.
    """

    def __init__(
        self,
        forward: Callable[[NDArray[np.float32]], Any],
        *,
        model: Any,  # what ``ReID.model`` shows
        input_size: tuple[int, int],  # (height, width)
        device: str,
        fixed_batch: int | None = None,  # crops the network takes, no more and no fewer; None for any number
    ) -> None:
        self._forward, self.model, self.input_size, self.device = forward, model, input_size, device
        self.tensor_device = "cpu"
        self._fixed = fixed_batch
        self._max_batch = fixed_batch or (CPU_BATCH if device == "cpu" else DEVICE_BATCH)
        self._lock = threading.Lock()
        self.dim = int(self._run(np.zeros((1, 3, *input_size), np.float32)).shape[1])

    def features(self, frames: Sequence[Frame], all_regions: Sequence[Regions]) -> NDArray[np.float32]:
        """(N, D) unit rows."""
        rows = np.empty((sum(map(len, all_regions)), self.dim), np.float32)
        with self._lock:
            start = 0
            while start < len(rows):
                stop = min(start + self._max_batch, len(rows))
                crops = normalised(cut_crops(frames, all_regions, self.input_size, start, stop))
                done = self._tried(np.ascontiguousarray(crops.transpose(0, 3, 1, 2)))
                if done is not None:
                    rows[start:stop], start = done, stop
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.where(norms == 0.0, 1.0, norms), np.float32)

    def warmup(self, num_crops: int) -> None:
        """Run batches of blank crops."""
        with self._lock:
            for size in {min(num_crops, self._max_batch), num_crops % self._max_batch} - {0}:
                self._run(np.zeros((size, 3, *self.input_size), np.float32))

    def _tried(self, batch: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """Embeddings of a batch, or None if there is no memory for so many but perhaps for fewer."""
        try:
            return self._run(batch)
        except EmbedderError as error:
            if self._fixed is not None or len(batch) == 1 or not _out_of_memory(error):
                raise
        self._max_batch = len(batch) // 2
        _logger.warning(
            "no memory for %d crops on %s; batches are %d now", len(batch), self.device, self._max_batch
        )
        return None

    def _run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        count = len(batch)
        if self._fixed is not None and count < self._fixed:
            blank = np.zeros((self._fixed - count, *batch.shape[1:]), np.float32)
            batch = np.concatenate([batch, blank])
        return np.asarray(self._forward(batch), np.float32)[:count]


def _out_of_memory(error: EmbedderError) -> bool:
    """Whether a runtime ran out of memory; none has an exception for it."""
    return any(sign in str(error).casefold() for sign in OUT_OF_MEMORY)
