"""One image of a video, and what every source of such images offers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Frame:
    """One image and its place in the source."""

    image: NDArray[np.uint8]  # (H, W, 3) BGR, values in [0, 255]
    index: int  # place in the source, from 0; a stride leaves gaps
    timestamp: float  # seconds from the start of the source
    path: Path | None = None  # the image file, for folders of images


class Source(Protocol):
    """Frames in order, as :func:`boxtrail.io.sources.open_source` gives them."""

    name: str  # "vtest", "MOT17-02", "camera0"
    fps: float  # frames a second of the source itself, before any stride

    @property
    def num_frames(self) -> int | None:
        """Frames that iterating will deliver; None if unknown, as for a camera."""

    @property
    def is_live(self) -> bool:
        """Whether frames come at their own pace and are lost when nobody takes them."""

    def __iter__(self) -> Iterator[Frame]:
        """The selected frames, in order."""

    def close(self) -> None:
        """Let go of the file or device; can be called twice."""


class Reader(Protocol):
    """The bare frames of one file, folder or device, one after the other."""

    name: str
    fps: float
    length: int | None  # frames there are; None if unknown
    is_live: bool

    def read(self) -> Frame | None:
        """The next frame, or None at the end."""

    def skip(self) -> bool:
        """Pass over the next frame at the least cost; False at the end."""

    def rewind(self) -> None:
        """Go back to the first frame; a live reader stays where it is."""

    def interrupt(self) -> None:
        """Stop waiting for anything; the one call another thread may make."""

    def close(self) -> None:
        """Let go of the file or device."""


__all__ = ["Frame", "Reader", "Source"]
