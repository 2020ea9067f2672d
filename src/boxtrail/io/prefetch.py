"""Decoding ahead: a thread reads frames into a bounded buffer while the caller works on earlier ones."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from boxtrail.io.buffer import BoundedBuffer
from boxtrail.io.frame import Frame


class DecodeAhead:
    """The frames of ``frames``, read by a thread at most ``depth`` frames ahead.

    An exception in the thread is raised to whoever reads, after the frames before it. With ``drop_oldest``
    the thread never waits: frames nobody took in time are lost, as a camera demands.
    """

    def __init__(self, frames: Iterator[Frame], depth: int, *, drop_oldest: bool = False) -> None:
        self._frames = frames
        self._buffer: BoundedBuffer[Frame] = BoundedBuffer(depth, drop_oldest=drop_oldest)
        self._thread = threading.Thread(target=self._run, name="boxtrail-decode", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            for frame in self._frames:
                if not self._buffer.put(frame):
                    break
        except BaseException as error:  # noqa: BLE001  (it is raised again, in the thread that reads)
            self._buffer.finish(error)
        else:
            self._buffer.finish()

    @property
    def num_dropped(self) -> int:
        """Frames lost so far because nobody took them in time."""
        return self._buffer.num_dropped

    def read(self) -> Frame | None:
        """The next frame, or None at the end; waits for it."""
        return self._buffer.get()

    def __iter__(self) -> Iterator[Frame]:
        while (frame := self.read()) is not None:
            yield frame

    def close(self, patience: float = 2.0) -> bool:
        """Stop the thread; False if it has not ended after ``patience`` seconds."""
        self._buffer.stop()
        self._thread.join(patience)
        return not self._thread.is_alive()


__all__ = ["DecodeAhead"]
