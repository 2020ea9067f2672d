"""The executor of one worker: this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Here:
    """Runs the tasks in this process, one after the other, in their order."""

    num_workers = 1

    def map(
        self, function: Callable[[T], R], tasks: Sequence[T], *, gpus: float = 0.0
    ) -> Iterator[tuple[int, R]]:
        """Results, each with the index of its task; see :class:`boxtrail.execution.Executor`."""
        for index, task in enumerate(tasks):
            yield index, function(task)

    def close(self) -> None:
        """Nothing to end."""

    def __enter__(self) -> Here:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


__all__ = ["Here"]
