"""Arrays in an npz file that is complete or not there, and that tells when it was damaged.

npz rather than Parquet: what is kept are plain arrays, read whole, and numpy alone reads and writes them. The same
arrays always give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError, SourceError
from boxtrail.io.atomic import cannot_write, complete

META = "meta"
SEAL_LENGTH = len("sha256:") + 64  # bytes at the end of a file: the digest of all before them
PARTIAL = ".partial"
STALE_SECONDS = 600.0  # a partial file that was not written to for so long has nobody who writes it

Arrays = dict[str, NDArray[Any]]


class DamagedFileError(InvalidInputError):
    """A file of a cache that is not what was written."""


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]], meta: Mapping[str, Any]) -> None:
    """Write ``arrays`` and the plain values ``meta``; the file appears under its name when it is complete.

    Raises:
        SinkError: if the system refuses.
    """
    text = np.frombuffer(json.dumps(meta, sort_keys=True).encode(), dtype=np.uint8)
    named: dict[str, Any] = {META: text, **arrays}
    buffer = io.BytesIO()
    np.savez(buffer, **named)
    # Programs that read npz files take what follows the archive for nothing.
    buffer.write(_seal(buffer.getbuffer()))
    write_bytes(path, buffer.getbuffer())


def write_bytes(path: Path, data: bytes | memoryview) -> None:
    """Write a file that appears under its name when it is complete, also while another process writes the same one.

    Raises:
        SinkError: if the system refuses.
    """
    # A name of its own: the other process writes the same content, and whoever is last replaces it by itself.
    partial = path.with_name(f"{path.name}.{uuid.uuid4().hex[:12]}{PARTIAL}")
    try:
        _write_into_folder(partial, data)
    except OSError as error:
        with suppress(OSError):  # there may be nothing to remove
            partial.unlink()
        raise cannot_write(path, error) from error
    complete(partial, path)


def read_arrays(path: Path) -> tuple[Arrays, dict[str, Any]]:
    """The arrays and values of a file, checked against the digest at its end.

    Raises:
        FileNotFoundError: if there is no such file.
        SourceError: if it cannot be read.
        DamagedFileError: naming the file, if it is not what was written.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror or error}") from error
    whole = memoryview(data)
    if whole[-SEAL_LENGTH:] != _seal(whole[:-SEAL_LENGTH]):
        raise DamagedFileError(f"{path} is damaged: its content is not what was written")
    with np.load(io.BytesIO(whole[:-SEAL_LENGTH]), allow_pickle=False) as file:
        arrays: Arrays = {name: file[name] for name in file.files}
    return arrays, json.loads(arrays.pop(META).tobytes().decode())


def remove_stale_partials(folder: Path, *, clock: Callable[[], float] = time.time) -> list[Path]:
    """Remove what killed processes left half written, and say what that was.

    A partial file is written in one go, so one that nobody touched for ten minutes is nobody's.
    """
    removed = []
    for partial in sorted(folder.rglob(f"*{PARTIAL}")) if folder.is_dir() else []:
        try:
            if clock() - partial.stat().st_mtime > STALE_SECONDS:
                partial.unlink()
                removed.append(partial)
        except FileNotFoundError:  # its writer, or another cleaner, was faster
            continue
    return removed


def _write_into_folder(partial: Path, data: bytes | memoryview) -> None:
    """Write ``data``; makes the folder, again if another process has just removed it."""
    for attempt in range(3):
        partial.parent.mkdir(parents=True, exist_ok=True)
        try:
            with partial.open("xb") as file:
                file.write(data)
        except FileNotFoundError:
            if attempt == 2:
                raise
        else:
            return


def _seal(data: memoryview) -> bytes:
    return b"sha256:" + hashlib.sha256(data).hexdigest().encode()


__all__ = [
    "Arrays",
    "DamagedFileError",
    "read_arrays",
    "remove_stale_partials",
    "write_arrays",
    "write_bytes",
]
