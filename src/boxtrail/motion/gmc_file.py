"""``file:PATH``: camera motion somebody estimated before, in the text format of the GMC files published for MOT.

Each line is ``frame a b tx c d ty``, separated by tabs or spaces: the warp ``[a b tx; c d ty]`` from the frame before
to this one, in pixels of the frame. Frames count from 0, or from 1 in a file without a frame 0; the first frame's
warp is the identity.
"""

from __future__ import annotations

import gzip
import logging
import math
import time
import zlib
from pathlib import Path

import numpy as np

from boxtrail.errors import InvalidInputError, SourceError
from boxtrail.motion.affine import check_plausible
from boxtrail.motion.estimator import (
    FailureCount,
    FloatArray,
    Image,
    NoMotionFoundError,
    Warp,
    identity,
)
from boxtrail.motion.frames import check_image

logger = logging.getLogger(__name__)

_COLUMNS = 7
_MAX_FRAMES = 10_000_000  # frame numbers beyond this are no frame numbers; four days at 30 a second


def read_gmc(path: str | Path) -> FloatArray:
    """The warps (F, 2, 3) of a GMC file, also gzipped; the identity for frames that it leaves out.

    Raises:
        SourceError: if the file cannot be read.
        InvalidInputError: naming file and line, if one is malformed.
    """
    warps = _read(Path(path))
    found = np.tile(identity(), (max(warps, default=-1) + 1, 1, 1))
    for frame, warp in warps.items():
        found[frame] = warp
    return found


class GmcFile:
    """A :class:`boxtrail.motion.MotionEstimator` whose k-th call gives the warp of the file's k-th frame.

    Needs no image. A frame that the file does not have is a failure, and the identity.

    Args:
        path: a GMC text file, also gzipped.

    Raises:
        SourceError: if the file cannot be read.
        InvalidInputError: naming file and line, if one is malformed.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._warps = _read(self.path)
        self.reset()

    def reset(self) -> None:
        """Go back to the first frame."""
        self._failed = FailureCount(str(self.path), logger)
        self._frame = 0
        self.last_seconds = 0.0

    @property
    def failures(self) -> int:
        """Frames since the last reset that the file does not have."""
        return self._failed.count

    def __call__(self, image: Image | None = None, detections: FloatArray | None = None) -> Warp:
        """The next frame's warp (2, 3), whatever the image shows."""
        start = time.perf_counter()
        if image is not None:
            check_image(image)
        warp = self._warps.get(self._frame)
        if warp is None:
            self._failed.add(f"the file has no frame {self._frame}, counted from 0")
            warp = identity()
        self._frame += 1
        self.last_seconds = time.perf_counter() - start
        return warp.copy()

    def __repr__(self) -> str:
        """The file."""
        return f"{type(self).__name__}({str(self.path)!r})"


def _read(path: Path) -> dict[int, Warp]:
    """Warps by frame, counted from 0."""
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        lines = content.decode("utf-8").splitlines()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot read camera motion: {error}") from error
    warps: dict[int, Warp] = {}
    for number, line in enumerate(lines, start=1):
        if words := line.split():
            try:
                frame, warp = _parse(words)
                if frame in warps:
                    raise ValueError(f"frame {frame} comes twice")
            except (ValueError, NoMotionFoundError) as error:
                raise InvalidInputError(f"{path}, line {number}: {error}") from error
            warps[frame] = warp
    first = 0 if 0 in warps else 1
    return {frame - first: warp for frame, warp in warps.items()}


def _parse(words: list[str]) -> tuple[int, Warp]:
    if len(words) != _COLUMNS:
        raise ValueError(f"expected {_COLUMNS} columns, frame a b tx c d ty, not {len(words)}")
    frame, *values = (float(word) for word in words)
    if not (math.isfinite(frame) and frame == int(frame) and 0 <= frame <= _MAX_FRAMES):
        raise ValueError(f"{words[0]!r} is no frame number")
    return int(frame), check_plausible(np.array(values).reshape(2, 3))


__all__ = ["GmcFile", "read_gmc"]
