"""What every executor can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Protocol, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Executor(Protocol):
    """Runs one function over many tasks; a context manager that ends its workers.

    Attributes:
        num_workers: tasks that run at the same time, at least 1.
    """

    @property
    def num_workers(self) -> int:
        """Tasks that run at the same time, at least 1."""

    def map(
        self, function: Callable[[T], R], tasks: Sequence[T], *, gpus: float = 0.0
    ) -> Iterator[tuple[int, R]]:
        """Results as they come, each with the index of its task.

        Args:
            function: of one task; at the top of a module, so that it can be pickled. It may run again for the same
                task when a worker dies, so twice must be as good as once.
            tasks: anything that can be pickled; function and results likewise.
            gpus: GPUs a task needs, a fraction where tasks may share one. A cluster gives each task that many to
                see; the processes of one machine see all it has.

        Raises:
            ExecutionError: if workers die at a task again and again, or the task cannot be sent to one.
            Exception: what the function raised first; no other result comes then.
        """

    def close(self) -> None:
        """End the workers; what they were at is lost."""

    def __enter__(self) -> Executor: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


__all__ = ["Executor"]
