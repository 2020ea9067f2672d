"""The tasks of one ``map`` and the threads that hand them to worker processes."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from boxtrail.errors import ExecutionError
from boxtrail.execution.messages import is_of_main_module, request
from boxtrail.execution.worker_process import WorkerDiedError, WorkerProcess

MAX_ATTEMPTS = 3  # at one task, before its workers' deaths are its own fault
_GLANCE_SECONDS = 0.5  # Windows notices Ctrl-C only between waits


class _StoppedError(Exception):
    """Nobody waits for the results any more."""


class Batch:
    """Tasks to do and replies that came; each thread has one worker process, so that a death hits one task.

    Args:
        function: of one task.
        tasks: in the order to begin with.
        hire: gives a worker process, told whether it has to know the main module.
        release: takes one back that is fit for more work.
    """

    def __init__(
        self,
        function: Callable[[Any], Any],
        tasks: Sequence[Any],
        hire: Callable[[bool], WorkerProcess],
        release: Callable[[WorkerProcess], None],
    ) -> None:
        self._function, self._tasks = function, tasks
        self._hire, self._release = hire, release
        self._waiting = deque(range(len(tasks)))
        self._replies: queue.SimpleQueue[tuple[int, bytes | BaseException]] = queue.SimpleQueue()
        self._busy: set[WorkerProcess] = set()
        self._is_stopped = False
        self._lock = threading.Lock()

    def next_reply(self) -> tuple[int, bytes]:
        """Wait for the reply to the next task that ends.

        Raises:
            ExecutionError: if workers died at a task too often, none can be started, or the batch was stopped.
        """
        while True:
            try:
                index, reply = self._replies.get(timeout=_GLANCE_SECONDS)
            except queue.Empty:
                continue
            if isinstance(reply, BaseException):
                raise reply
            return index, reply

    def stop(self) -> None:
        """Begin no more tasks and kill the workers that are at one; the threads come to their end."""
        with self._lock:
            self._is_stopped = True
            self._waiting.clear()
            for worker in self._busy:
                worker.kill()
        self._replies.put((-1, ExecutionError("the executor was closed before all tasks were done")))

    def work(self) -> None:
        """The life of one thread: tasks until there are none."""
        while True:
            try:
                index = self._waiting.popleft()
            except IndexError:
                return
            try:
                self._replies.put((index, self._reply(index)))
            except _StoppedError:
                return
            except BaseException as error:  # noqa: BLE001  next_reply raises it in the thread that waits
                self._replies.put((index, error))
                return

    def _reply(self, index: int) -> bytes:
        """Of the first worker that survives the task."""
        message = request(self._function, self._tasks[index])
        for attempt in range(1, MAX_ATTEMPTS + 1):
            worker = self._begin(knows_main=is_of_main_module(message))
            try:
                reply = worker.call(message)
            except WorkerDiedError as error:
                self._end(worker, is_fit=False)
                if attempt == MAX_ATTEMPTS:
                    raise ExecutionError(
                        f"task {index + 1} of {len(self._tasks)}: its worker process died {attempt} times, "
                        f"the last one {error}"
                    ) from None
            except ExecutionError:
                self._end(worker, is_fit=False)
                raise
            else:
                self._end(worker, is_fit=True)
                return reply
        raise AssertionError("the last attempt returns or raises")

    def _begin(self, *, knows_main: bool) -> WorkerProcess:
        worker = self._hire(knows_main)
        with self._lock:
            if not self._is_stopped:
                self._busy.add(worker)
                return worker
        self._release(worker)
        raise _StoppedError

    def _end(self, worker: WorkerProcess, *, is_fit: bool) -> None:
        with self._lock:
            self._busy.discard(worker)
            is_killed = self._is_stopped
        if is_fit and not is_killed:
            self._release(worker)
            return
        worker.close()
        if is_killed:
            raise _StoppedError


__all__ = ["MAX_ATTEMPTS", "Batch"]
