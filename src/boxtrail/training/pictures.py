"""Samples into arrays: read, changed and stacked by threads, a few batches ahead."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from types import TracebackType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.training.augmentation import augment, prepare
from boxtrail.training.options import TrainOptions
from boxtrail.training.reading import read_sample
from boxtrail.training.samples import Sample

AHEAD = 3  # batches

FloatArray = NDArray[np.float32]
Task: TypeAlias = (
    "tuple[Sample, tuple[int, ...] | None]"  # what to read, and what its random numbers grow from
)


class Pictures:
    """Stacks of pictures of one size; a context manager, for its threads.

    Every picture of every epoch has its own random numbers, so that neither the number of threads nor of processes,
    nor where a run was interrupted, changes what is drawn.
    """

    def __init__(self, size: tuple[int, int], options: TrainOptions) -> None:
        self._size, self._options = size, options
        self._threads = ThreadPoolExecutor(options.workers, thread_name_prefix="boxtrail-pictures")

    def __enter__(self) -> Pictures:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    def augmented(
        self, samples: Sequence[Sample], batches: Sequence[NDArray[np.int64]], epoch: int, *, part: slice
    ) -> Iterator[tuple[NDArray[np.int64], FloatArray]]:
        """Positions (B,) and pictures (B, 3, H, W) of each batch; ``part`` of it, where processes share one."""

        def work() -> Iterator[tuple[NDArray[np.int64], list[Task]]]:
            for step, batch in enumerate(batches):
                places = range(len(batch))[part]
                yield batch[part], [(samples[batch[place]], (epoch, step, place)) for place in places]

        yield from self._ahead(work())

    def plain(
        self, samples: Sequence[Sample], batch_size: int
    ) -> Iterator[tuple[NDArray[np.int64], FloatArray]]:
        """Positions (B,) and pictures (B, 3, H, W) of all samples in order, unchanged."""

        def work() -> Iterator[tuple[NDArray[np.int64], list[Task]]]:
            for start in range(0, len(samples), batch_size):
                rows = np.arange(start, min(start + batch_size, len(samples)))
                yield rows, [(sample, None) for sample in samples[start : start + batch_size]]

        yield from self._ahead(work())

    def _ahead(
        self, work: Iterator[tuple[NDArray[np.int64], list[Task]]]
    ) -> Iterator[tuple[NDArray[np.int64], FloatArray]]:
        waiting: deque[tuple[NDArray[np.int64], list[Future[FloatArray]]]] = deque()
        while True:
            for rows, tasks in islice(work, max(0, AHEAD - len(waiting))):
                waiting.append((rows, [self._threads.submit(self._picture, *task) for task in tasks]))
            if not waiting:
                return
            rows, futures = waiting.popleft()
            yield rows, np.stack([future.result() for future in futures])

    def _picture(self, sample: Sample, key: tuple[int, ...] | None) -> FloatArray:
        image = read_sample(sample)
        if key is None:
            return prepare(image, self._size)
        return augment(image, self._size, np.random.default_rng([self._options.seed, *key]), self._options)


__all__ = ["Pictures"]
