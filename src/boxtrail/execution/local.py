"""The executor of this machine: a few processes, one task at a time each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import TypeVar

from boxtrail.execution.batch import Batch
from boxtrail.execution.messages import result
from boxtrail.execution.worker_process import WorkerProcess

T = TypeVar("T")
R = TypeVar("R")


class LocalExecutor:
    """Worker processes that live from the first tasks on until ``close``.

    Args:
        workers: processes, at least 1; no more are started than there are tasks.
        threads: that numerical libraries may use in each.
    """

    def __init__(self, workers: int, *, threads: int = 1) -> None:
        self.num_workers = workers
        self._threads = threads
        self._idle: list[WorkerProcess] = []
        self._batches: list[Batch] = []
        self._lock = threading.Lock()

    def map(
        self, function: Callable[[T], R], tasks: Sequence[T], *, gpus: float = 0.0
    ) -> Iterator[tuple[int, R]]:
        """Results as they come, each with the index of its task; see :class:`boxtrail.execution.Executor`."""
        batch = Batch(function, tasks, self._hire, self._release)
        self._batches.append(batch)
        threads = [
            threading.Thread(target=batch.work, name="boxtrail executor", daemon=True)
            for _ in range(min(self.num_workers, len(tasks)))
        ]
        try:
            for thread in threads:
                thread.start()
            for _ in tasks:
                index, reply = batch.next_reply()
                yield index, result(reply)
        finally:
            # After an exception, Ctrl-C or a consumer that had enough, nobody wants what is still under way.
            batch.stop()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()
            self._batches.remove(batch)

    def close(self) -> None:
        """End the workers, also those at work."""
        for batch in self._batches:
            batch.stop()
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()

    def _hire(self, knows_main: bool) -> WorkerProcess:
        with self._lock:
            for worker in self._idle:
                if worker.knows_main or not knows_main:
                    self._idle.remove(worker)
                    return worker
        return WorkerProcess(self._threads, knows_main=knows_main)

    def _release(self, worker: WorkerProcess) -> None:
        with self._lock:
            self._idle.append(worker)

    def __enter__(self) -> LocalExecutor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


__all__ = ["LocalExecutor"]
