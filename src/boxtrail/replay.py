"""The results of a run in a temporary file, so that a finished run can be iterated without its memory."""

from __future__ import annotations

import pickle
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from boxtrail.engine import TrackedFrame


@dataclass(frozen=True, slots=True)
class Recorded:
    """One frame without its image."""

    frame_idx: int
    timestamp: float  # seconds from the start of the source
    tracked: TrackedFrame


class Recording:
    """Frames written one after the other and read back in order; the file goes when this object goes."""

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._end = 0

    def add(self, recorded: Recorded) -> None:
        """Keep one more frame."""
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="boxtrail-")  # noqa: SIM115  (lives as long as this object)
            weakref.finalize(self, self._file.close)
        self._file.seek(self._end)
        pickle.dump(recorded, self._file, protocol=pickle.HIGHEST_PROTOCOL)
        self._end = self._file.tell()

    def __iter__(self) -> Iterator[Recorded]:
        """The frames so far, from the first."""
        position = 0
        while self._file is not None and position < self._end:
            self._file.seek(position)
            recorded: Recorded = pickle.load(self._file)
            position = self._file.tell()
            yield recorded


__all__ = ["Recorded", "Recording"]
