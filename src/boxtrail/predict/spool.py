"""A queue whose memory is bounded: what nobody takes in time waits in a temporary file."""

from __future__ import annotations

import pickle
import tempfile
import threading
import time
import weakref
from collections import deque
from typing import IO, Generic, TypeVar

Item = TypeVar("Item")


class Spool(Generic[Item]):
    """First in, first out, between two threads; ``put`` never waits.

    The first ``size`` items wait in memory, later ones in a file that goes when this object goes. So somebody who only
    asks how far the work is, and takes the results at the end, neither stops it nor fills the memory.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._items: deque[Item] = deque()
        self._file: IO[bytes] | None = None
        self._read, self._write, self._waiting = 0, 0, 0  # places in the file, and items between them
        self._changed = threading.Condition()
        self._finished = False
        self._error: BaseException | None = None

    def put(self, item: Item) -> None:
        """Add one item."""
        with self._changed:
            # Once one item waits in the file, all later ones must: they are to come after it.
            if self._waiting or len(self._items) >= self._size:
                self._store(item)
            else:
                self._items.append(item)
            self._changed.notify_all()

    def finish(self, error: BaseException | None = None) -> None:
        """No item follows; ``error`` is raised after the items before it, once."""
        with self._changed:
            self._finished, self._error = True, error
            self._changed.notify_all()

    def get(self, timeout: float | None = None) -> Item:
        """The oldest item.

        Args:
            timeout: seconds to wait for one; None for as long as it takes.

        Raises:
            StopIteration: after the last one.
            TimeoutError: if there is none in time.
            The error with which the work ended.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while not (self._items or self._waiting or self._finished):
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0.0:
                    raise TimeoutError("no result yet")
                self._changed.wait(left)
            if self._items:
                return self._items.popleft()
            if self._waiting:
                return self._restore()
            error, self._error = self._error, None
        if error is not None:
            raise error
        raise StopIteration

    def wait(self, timeout: float | None = None) -> bool:
        """Until there is an item, or none will come; False if neither came within ``timeout`` seconds."""
        with self._changed:
            return self._changed.wait_for(
                lambda: bool(self._items or self._waiting or self._finished), timeout
            )

    def __len__(self) -> int:
        with self._changed:
            return len(self._items) + self._waiting

    @property
    def is_finished(self) -> bool:
        """Whether no more will be put in."""
        return self._finished

    def _store(self, item: Item) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="boxtrail-")  # noqa: SIM115  (lives as long as this object)
            weakref.finalize(self, self._file.close)
        self._file.seek(self._write)
        pickle.dump(item, self._file, protocol=pickle.HIGHEST_PROTOCOL)
        self._write = self._file.tell()
        self._waiting += 1

    def _restore(self) -> Item:
        assert self._file is not None
        self._file.seek(self._read)
        item: Item = pickle.load(self._file)
        self._read = self._file.tell()
        self._waiting -= 1
        if not self._waiting:  # the file is read up: start again at its beginning
            self._file.truncate(0)
            self._read = self._write = 0
        return item


__all__ = ["Spool"]
