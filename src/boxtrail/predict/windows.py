"""Large images in overlapping windows, so that small things are large enough for the detector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxtrail.detectors.detector import Detections, Image, no_detections
from boxtrail.detectors.nms import suppress
from boxtrail.errors import ConfigError
from boxtrail.predict.region import cut, moved

WINDOW = 640
OVERLAP = 0.2
MOST_WINDOWS = 10_000  # of one image
NEAR = 3.0  # pixels from the edge of a window at which a box is taken to be cut off
MAX_IOU = 0.5  # of two boxes that are taken for one thing seen in two windows
SEAM = 0.8  # share of the smaller box inside the larger from which the smaller is the part a window cut off


@dataclass(frozen=True, slots=True)
class Windows:
    """Windows of ``width`` by ``height`` pixels that overlap by ``overlap_x`` and ``overlap_y`` pixels.

    The last window of a row or column is shifted inside the image; one that is larger than the image is as large as it.

    Raises:
        ConfigError: if a window is not larger than the overlap.
    """

    width: int = WINDOW
    height: int = WINDOW
    overlap_x: int = int(WINDOW * OVERLAP)
    overlap_y: int = int(WINDOW * OVERLAP)

    def __post_init__(self) -> None:
        for name, size, overlap in (
            ("width", self.width, self.overlap_x),
            ("height", self.height, self.overlap_y),
        ):
            if size < 1 or not 0 <= overlap < size:
                raise ConfigError(
                    f"a window's {name} must be at least 1 pixel and its overlap below that, not {size} and {overlap}"
                )

    @classmethod
    def of(cls, size: int | Sequence[int] | None, overlap: float | Sequence[float] | None) -> Windows:
        """From one number or (width, height); an overlap below 1 is a share of the window, else it is in pixels.

        Raises:
            ConfigError: for anything else.
        """
        sides = _pair("window_size", WINDOW if size is None else size)
        shares = _pair("overlap", OVERLAP if overlap is None else overlap)
        pixels = [
            round(share * side) if 0.0 <= share < 1.0 else round(share)
            for share, side in zip(shares, sides, strict=True)
        ]
        return cls(int(sides[0]), int(sides[1]), pixels[0], pixels[1])

    def cut(self, size: tuple[int, int]) -> list[tuple[int, int, int, int]]:
        """Windows ``x1, y1, x2, y2`` over an image of (height, width), row by row.

        Raises:
            ConfigError: if there are more than :data:`MOST_WINDOWS`.
        """
        height, width = size
        # Where windows begin, the last apart: it is shifted inside.
        last_left, last_top = max(width - self.width, 0), max(height - self.height, 0)
        across = range(0, last_left, self.width - self.overlap_x)
        down = range(0, last_top, self.height - self.overlap_y)
        num_across, num_down = len(across) + 1, len(down) + 1
        if num_across * num_down > MOST_WINDOWS:
            raise ConfigError(
                f"{num_across} × {num_down} windows of {self.width} × {self.height} pixels in one image; "
                f"at most {MOST_WINDOWS} are cut: take larger ones, or a smaller overlap"
            )
        return [
            (left, top, left + min(self.width, width), top + min(self.height, height))
            for top in (*down, last_top)
            for left in (*across, last_left)
        ]


def _pair(name: str, value: float | Sequence[float]) -> tuple[float, float]:
    pair = tuple(value) if isinstance(value, Sequence) else (value, value)
    if len(pair) != 2 or any(isinstance(side, bool) or not isinstance(side, (int, float)) for side in pair):
        raise ConfigError(f"{name} is one number or (width, height), not {value!r}")
    return pair


def crops(image: Image, cells: Sequence[tuple[int, int, int, int]]) -> list[Image]:
    """The image in these windows, copied so that a detector gets whole arrays."""
    return [cut(image, cell) for cell in cells]


def merge(found: Sequence[Detections], cells: Sequence[tuple[int, int, int, int]]) -> Detections:
    """Detections of all windows in coordinates of the image, each thing once.

    Boxes of one class that overlap by more than :data:`MAX_IOU` are one thing: one that no window cut off is kept
    before one that was, else the better. So are two of which one was cut off by the edge of its window and lies within
    the other.
    """
    shifted, cut_off = [], []
    size = (max(x2 for _, _, x2, _ in cells), max(y2 for *_, y2 in cells))
    for rows, cell in zip(found, cells, strict=True):
        shifted.append(moved(np.asarray(rows, dtype=np.float64), cell))
        cut_off.append(_touches_seam(shifted[-1], cell, size))
    some = [rows for rows in shifted if len(rows)]
    if not some:
        return no_detections()
    rows, at_seam = np.concatenate(some), np.concatenate(cut_off)
    # Whole boxes come before those a window cut off: a large part scores as well as the whole.
    best = suppress(rows[:, :-2], rows[:, -2] - at_seam, rows[:, -1], max_iou=MAX_IOU)
    rows, at_seam = rows[best], at_seam[best]
    return rows if rows.shape[1] == 7 else rows[~(at_seam & _is_inside_another(rows))]


def _touches_seam(
    rows: NDArray[np.float64], cell: tuple[int, int, int, int], size: tuple[int, int]
) -> NDArray[np.bool_]:
    """(N,) boxes that end where their window does, and the image does not."""
    if rows.shape[1] == 7:
        return np.zeros(len(rows), dtype=bool)
    x1, y1, x2, y2 = cell
    touches = np.zeros(len(rows), dtype=bool)
    for column, edge, is_inner in (
        (0, x1, x1 > 0),
        (1, y1, y1 > 0),
        (2, x2, x2 < size[0]),
        (3, y2, y2 < size[1]),
    ):
        if is_inner:
            touches |= np.abs(rows[:, column] - edge) <= NEAR
    return touches


def _is_inside_another(rows: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(N,) boxes of which nearly all lies within a larger one of their class."""
    boxes, labels = rows[:, :4], rows[:, 5]
    areas = np.prod(np.clip(boxes[:, 2:] - boxes[:, :2], 0.0, None), axis=1)
    inside = np.zeros(len(rows), dtype=bool)
    for row in range(len(rows)):
        size = np.minimum(boxes[row, 2:], boxes[:, 2:]) - np.maximum(boxes[row, :2], boxes[:, :2])
        shared = np.prod(np.clip(size, 0.0, None), axis=1)
        larger = (labels == labels[row]) & (areas > areas[row])
        inside[row] = bool(np.any(larger & (shared > SEAM * areas[row])))
    return inside


__all__ = ["MAX_IOU", "Windows", "crops", "merge"]
