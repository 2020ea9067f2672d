"""Networks of runtimes that take and give NumPy arrays: crops are cut on the CPU."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.reid.crops import cut_crops, normalised
from boxtrail.reid.embedder import Frame
from boxtrail.reid.regions import Regions

CPU_BATCH, DEVICE_BATCH = 16, 256  # crops


class ArrayNetwork:
    """Runs ``forward``, a callable from (B, 3, H, W) float32 crops to (B, D) embeddings. One call at a time."""

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
            for start in range(0, len(rows), self._max_batch):
                stop = min(start + self._max_batch, len(rows))
                crops = normalised(cut_crops(frames, all_regions, self.input_size, start, stop))
                rows[start:stop] = self._run(np.ascontiguousarray(crops.transpose(0, 3, 1, 2)))
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        return np.asarray(rows / np.where(norms == 0.0, 1.0, norms), np.float32)

    def warmup(self, num_crops: int) -> None:
        """Run batches of blank crops."""
        with self._lock:
            for size in {min(num_crops, self._max_batch), num_crops % self._max_batch} - {0}:
                self._run(np.zeros((size, 3, *self.input_size), np.float32))

    def _run(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        count = len(batch)
        if self._fixed is not None and count < self._fixed:
            blank = np.zeros((self._fixed - count, *batch.shape[1:]), np.float32)
            batch = np.concatenate([batch, blank])
        return np.asarray(self._forward(batch), np.float32)[:count]
