"""Hashes of files by their content: what a cache's keys are made of.

Hashing all images of a benchmark takes a while, so hashes are remembered with size and time of the file; a file that
has changed since in either is hashed again.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from boxtrail.benchmarks.cache_file import write_bytes
from boxtrail.errors import SourceError

RACY_SECONDS = 2.0  # a file changed so shortly ago may change again within the same tick of its clock
BLOCK = 1 << 20  # bytes read at once
KEY_LENGTH = 24  # hex digits of a key


def key_of(ingredients: Mapping[str, Any]) -> str:
    """One key of plain values: the same values in any order give the same key."""
    text = json.dumps(ingredients, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]


def file_hash(path: str | Path) -> str:
    """SHA-256 of a file, hexadecimal.

    Raises:
        SourceError: if it cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            digest = hashlib.sha256()
            while block := file.read(BLOCK):
                digest.update(block)
            return digest.hexdigest()
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror or error}") from error


class ContentHashes:
    """Hashes of the files of one folder, remembered in ``memo``."""

    def __init__(self, memo: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._memo, self._clock = memo, clock
        self._known = _load(memo)
        self._changed = False

    def of(self, paths: Iterable[Path]) -> str:
        """One hash over the content of ``paths`` in their order; names and places do not matter.

        Raises:
            SourceError: if one cannot be read.
        """
        digest = hashlib.sha256()
        for path in paths:
            digest.update(self._one(path).encode())
        if self._changed:
            self._save()
        return digest.hexdigest()

    def _one(self, path: Path) -> str:
        try:
            status = path.stat()
        except OSError as error:
            raise SourceError(f"cannot read {path}: {error.strerror or error}") from error
        stamp = [status.st_size, status.st_mtime_ns]
        known = self._known.get(str(path.absolute()))
        if known is not None and known[:2] == stamp:
            return str(known[2])
        found = file_hash(path)
        if self._clock() - status.st_mtime > RACY_SECONDS:
            self._known[str(path.absolute())] = [*stamp, found]
            self._changed = True
        return found

    def _save(self) -> None:
        write_bytes(self._memo, json.dumps(self._known).encode())
        self._changed = False


def _load(memo: Path) -> dict[str, list[Any]]:
    """What was remembered; a memo that cannot be read is only lost time."""
    try:
        known = json.loads(memo.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(known, dict):
        return {}
    return {path: entry for path, entry in known.items() if isinstance(entry, list) and len(entry) == 3}


__all__ = ["ContentHashes", "file_hash", "key_of"]
