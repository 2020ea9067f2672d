"""Videos a pipeline reads: only from where the server allows it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from boxtrail.errors import ConfigError
from boxtrail.io.frame import Frame, Source
from boxtrail.io.prefetch import DecodeAhead
from boxtrail.io.sources import open_source
from boxtrail.io.stream import is_url
from boxtrail.serve.errors import RefusedError

FRAME_RATE = 30.0  # of a file that does not say
DEPTH = 64  # frames decoded ahead
STRATEGIES = ("WAIT", "DROP_OLDEST", "ADAPTIVE_DROP_OLDEST", "DROP_LATEST", "ADAPTIVE_DROP_LATEST")


class PipelineSource:
    """One video of a pipeline, decoded ahead by a thread.

    Raises:
        RefusedError: 400 for a video that may not be opened, or cannot be.
    """

    def __init__(
        self,
        reference: Any,
        source_id: int,
        *,
        roots: tuple[Path, ...],
        allow_urls: bool,
        strategy: str | None,
        max_pixels: int | None = None,
    ) -> None:
        if strategy is not None and strategy not in STRATEGIES:
            raise RefusedError(400, f"source_buffer_filling_strategy is one of {', '.join(STRATEGIES)}")
        self.reference, self.source_id = reference, source_id
        self.source: Any = _open(reference, roots=roots, allow_urls=allow_urls, max_pixels=max_pixels)
        waits = strategy == "WAIT" or (strategy is None and not self.source.is_live)
        self.strategy = strategy or ("WAIT" if waits else "ADAPTIVE_DROP_OLDEST")
        self._running = threading.Event()
        self._running.set()
        self._ahead = DecodeAhead(self._frames(self.source), DEPTH, drop_oldest=not waits)
        self.ended = False

    def _frames(self, source: Source) -> Iterator[Frame]:
        pace = 0.0 if source.is_live else 1.0 / (source.fps or FRAME_RATE)
        for frame in source:
            if self._running.is_set():
                yield frame  # while muted, frames are read and lost, as on Roboflow's server
            else:
                self._running.wait(pace)  # a pause loses as much of a file as of a camera

    def read(self) -> Frame | None:
        """The next frame; None at the end."""
        frame = self._ahead.read()
        self.ended = frame is None
        return frame

    def mute(self, muted: bool) -> None:
        """Lose frames from here on, or no more."""
        if muted:
            self._running.clear()
        else:
            self._running.set()

    @property
    def num_dropped(self) -> int:
        """Frames lost because the pipeline was too slow."""
        return self._ahead.num_dropped

    def close(self) -> None:
        """Let go of the video."""
        self._ahead.close()
        self.source.close()


def _open(reference: Any, *, roots: tuple[Path, ...], allow_urls: bool, max_pixels: int | None) -> Source:
    is_camera = isinstance(reference, int) or (isinstance(reference, str) and reference.isdecimal())
    if not isinstance(reference, (str, int)) or isinstance(reference, bool):
        raise RefusedError(400, f"a video is a path, an address or a camera's number, not {reference!r}")
    if is_camera or is_url(str(reference)):
        if not allow_urls:
            raise RefusedError(400, "this server opens no cameras and addresses; start it with --allow-urls")
    elif not any(_is_below(Path(str(reference)), root) for root in roots):
        raise RefusedError(400, "this server opens no such video; start it with --video-root FOLDER")
    try:
        return open_source(reference, prefetch=0, max_pixels=max_pixels)
    except (OSError, ConfigError) as error:
        raise RefusedError(400, f"the video cannot be opened: {error}") from error


def _is_below(path: Path, root: Path) -> bool:
    """Also where links lead."""
    return path.resolve().is_relative_to(root.resolve())


__all__ = ["PipelineSource"]
