"""Where the time of a run went."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Literal

Stage = Literal["read", "detect", "motion", "embed", "embed_work", "track", "write", "postprocess", "caller"]


@dataclass(slots=True)
class Timings:
    """Seconds the main thread of a run spent in each stage; together they make up ``wall``.

    Decoding, drawing, encoding and mostly embedding run in threads beside it. They cost wall time only where the run
    waits for them, and those waits are ``read``, ``write`` and ``embed``. ``embed_work`` is no stage of its own.
    """

    frames: int = 0
    wall: float = 0.0  # from the first frame asked for to the last file finished
    read: float = 0.0  # waiting for the next decoded frame
    detect: float = 0.0
    motion: float = 0.0  # estimating how the camera moved
    embed: float = 0.0  # embedding, or waiting for the thread that does
    embed_work: float = 0.0  # in the embedder; what exceeds ``embed`` ran beside the other stages
    track: float = 0.0  # inside the tracker's update
    write: float = (
        0.0  # handing frames to the files and waiting for the encoder, finishing the files included
    )
    postprocess: float = 0.0  # of the finished tracks, and writing them
    caller: float = 0.0  # in the body of the caller's loop, for a run that is iterated

    @property
    def fps(self) -> float:
        """Frames a second of wall time; 0 before the first frame."""
        return self.frames / self.wall if self.wall > 0.0 else 0.0

    @property
    def track_share(self) -> float:
        """Share of the wall time spent in the tracker, in [0, 1]."""
        return self.track / self.wall if self.wall > 0.0 else 0.0

    @contextmanager
    def measure(self, stage: Stage) -> Iterator[None]:
        """Add the time of the ``with`` block to ``stage``."""
        start = time.perf_counter()
        try:
            yield
        finally:
            setattr(self, stage, getattr(self, stage) + time.perf_counter() - start)

    def to_dict(self) -> dict[str, float]:
        """All seconds, the frame count, ``fps`` and ``track_share``."""
        return {**asdict(self), "fps": self.fps, "track_share": self.track_share}

    def __str__(self) -> str:
        stages = ("read", "detect", "motion", "embed", "track", "write", "postprocess", "caller")
        spent = ", ".join(
            f"{stage} {getattr(self, stage):.2f}" for stage in stages if getattr(self, stage) > 0.0
        )
        if self.embed_work > self.embed:
            spent += f" (and embedding {self.embed_work - self.embed:.2f} beside them)"
        return f"{self.frames} frames in {self.wall:.2f} s, {self.fps:.1f} fps; seconds: {spent or 'none'}"


__all__ = ["Stage", "Timings"]
