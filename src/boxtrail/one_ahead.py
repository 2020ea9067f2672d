"""Items handed out one behind: while one is worked on, the next is already begun."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

Item = TypeVar("Item")


def one_ahead(begin: Callable[[], Item | None]) -> Iterator[Item]:
    """What ``begin`` gives until None, each item when the next one has been begun.

    An error of ``begin`` is raised after the items before it, as it would be without looking ahead; what is no
    ``Exception``, such as Ctrl-C, at once.
    """
    waiting = begin()
    while waiting is not None:
        failure: Exception | None = None
        following: Item | None = None
        try:
            following = begin()
        except Exception as error:  # noqa: BLE001  (it is raised in its turn)
            failure = error
        yield waiting
        if failure is not None:
            raise failure
        waiting = following


__all__ = ["one_ahead"]
