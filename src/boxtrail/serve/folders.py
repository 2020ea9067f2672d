"""Where uploads lie: one folder a server, gone when the server is, also where it was killed."""

from __future__ import annotations

import shutil
import tempfile
import threading
from pathlib import Path
from typing import IO, Any

try:
    import fcntl
except ImportError:
    HAS_LOCKS = False  # Windows, where folders of killed servers stay
else:
    HAS_LOCKS = True

PREFIX, LOCK = "boxtrail-serve-", "lock"


class Folders:
    """Folders for requests, below one that is made with the first.

    The server holds a lock in it. Whoever starts later deletes the folders whose lock nobody holds any more.
    """

    def __init__(self) -> None:
        self._root: Path | None = None
        self._lock: IO[Any] | None = None
        self._making = threading.Lock()

    def new(self) -> Path:
        """An empty folder, for one request; the first call takes long where a killed server has left much."""
        with self._making:
            if self._root is None:
                _clean(Path(tempfile.gettempdir()))
                self._root = Path(tempfile.mkdtemp(prefix=PREFIX))
                self._lock = (self._root / LOCK).open("w")
                if HAS_LOCKS:
                    fcntl.flock(self._lock, fcntl.LOCK_EX)
        return Path(tempfile.mkdtemp(dir=self._root))

    def close(self) -> None:
        """Delete all of them."""
        if self._root is not None and self._lock is not None:
            shutil.rmtree(self._root, ignore_errors=True)
            self._lock.close()
            self._root = None


def _clean(parent: Path) -> None:
    """Folders of servers that are no more."""
    if not HAS_LOCKS:
        return
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            with (folder / LOCK).open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue  # in use, just being made, or another user's


__all__ = ["Folders"]
