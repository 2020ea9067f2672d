"""What an upload would take in memory, told by the headers of its files before one of them is decoded."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from boxtrail.io.video import VideoReader
from boxtrail.predict.settings import BATCH_SIZE
from boxtrail.serve.errors import RefusedError
from boxtrail.serve.images import AT_ONCE, check_size, declared_size

Size = tuple[int, int]


def check_files(files: Sequence[Path], max_pixels: int, *, video: bool) -> Size:
    """Width and height of the largest image, or of the video's frames.

    Small files may hold huge images, and a video may promise frames of any size. What is no image is told when its
    turn comes.

    Raises:
        RefusedError: 413 if it has more than ``max_pixels``.
        SourceError: for a video that cannot be opened.
    """
    if video:
        with closing(VideoReader(files[0])) as reader:
            sizes = [reader.frame_size]
    else:
        sizes = [size for file in files if (size := declared_size(file)) is not None]
    for size in sizes:
        check_size(size, max_pixels)
    return max(sizes, key=_pixels, default=(0, 0))


def bounded(given: dict[str, Any], largest: Size, max_pixels: int) -> dict[str, Any]:
    """Arguments of ``predict`` with a batch that fits into memory.

    Args:
        given: arguments, of any type.
        largest: width and height of the largest image.
        max_pixels: of one image, also when it is brought to ``img_size``.

    Raises:
        RefusedError: 400 if images would grow beyond it.
    """
    side, batch_size = given.get("img_size"), given.get("batch_size", BATCH_SIZE)
    brought = (side, side) if isinstance(side, int) else side
    if isinstance(brought, (list, tuple)) and all(isinstance(length, int) for length in brought):
        if len(brought) == 2 and _pixels((brought[0], brought[1])) > max_pixels:
            raise RefusedError(400, f"img_size {side} makes images of more than {max_pixels} pixels")
        largest = max(largest, (brought[0], brought[-1]) if brought else largest, key=_pixels)
    if isinstance(batch_size, int):  # another type is refused by its own name
        most = max(1, AT_ONCE * max_pixels // max(1, _pixels(largest)))
        given = {**given, "batch_size": min(batch_size, most)}
    return given


def _pixels(size: Size) -> int:
    return size[0] * size[1]


__all__ = ["bounded", "check_files"]
