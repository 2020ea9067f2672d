"""A bounded queue between two threads that can be shut from either end."""

from __future__ import annotations

import threading
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class BoundedBuffer(Generic[Item]):
    """At most ``size`` items, first in first out.

    A full buffer makes ``put`` wait, or with ``drop_oldest`` lose the oldest item. ``finish`` ends it from
    the filling side, after what is in it; ``stop`` from the emptying side, at once.
    """

    def __init__(self, size: int, *, drop_oldest: bool = False) -> None:
        self._size = size
        self._drop_oldest = drop_oldest
        self._items: deque[Item] = deque()
        self._changed = threading.Condition()
        self._finished = False
        self._stopped = False
        self._error: BaseException | None = None
        self.num_dropped = 0

    def put(self, item: Item) -> bool:
        """Add one item; False if the buffer was stopped, and the item is not wanted any more."""
        with self._changed:
            if self._drop_oldest and len(self._items) >= self._size:
                self._items.popleft()
                self.num_dropped += 1
            self._changed.wait_for(lambda: self._stopped or len(self._items) < self._size)
            if self._stopped:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def finish(self, error: BaseException | None = None) -> None:
        """No item follows. ``error`` is raised by ``get`` once, after the items before it."""
        with self._changed:
            self._finished, self._error = True, error
            self._changed.notify_all()

    def stop(self) -> None:
        """Throw away what is there, and let a waiting ``put`` or ``get`` go."""
        with self._changed:
            self._stopped = True
            self._items.clear()
            self._changed.notify_all()

    def get(self) -> Item | None:
        """The oldest item; None after the last one. Waits while there is none."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._items) or self._finished or self._stopped)
            if self._items:
                item = self._items.popleft()
                self._changed.notify_all()
                return item
            error, self._error = self._error, None
        if error is not None and not self._stopped:
            raise error
        return None


__all__ = ["BoundedBuffer"]
