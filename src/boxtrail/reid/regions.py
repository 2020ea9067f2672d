"""Boxes as the parts of a frame to cut out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from boxtrail.reid.embedder import Frame

FloatArray = NDArray[np.float64]
MAX_SAMPLES = (
    8  # a pixel of a crop is the mean of at most 8 × 8 samples: enough to shrink a 4K frame to one crop
)


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """The boxes of one frame that show something of it.

    ``affines`` (N, 2, 3) take the place (u, v, 1) in a crop, 0 to 1 from its upper left corner, to pixels of the frame,
    whose first pixel covers 0 to 1. ``upright`` regions have whole-numbered corners inside the frame and show nothing
    beyond them. ``valid`` (M,) says for each of the M boxes whether it has a region.
    """

    affines: FloatArray
    upright: bool
    valid: NDArray[np.bool_]

    def __len__(self) -> int:
        """N, the number of regions."""
        return len(self.affines)

    def rectangles(self) -> NDArray[np.int64]:
        """(N, 4) ``left, top, right, bottom`` of upright regions, in pixels."""
        corner = self.affines[:, :, 2]
        sides = np.stack([self.affines[:, 0, 0], self.affines[:, 1, 1]], axis=1)
        return np.concatenate([corner, corner + sides], axis=1).astype(np.int64)

    def samples(self, size: tuple[int, int]) -> NDArray[np.int64]:
        """(N, 2) samples along the width and the height of each pixel of a crop of ``size`` (height, width).

        So many that no pixel of the frame is skipped where the crop is smaller than the region: one where it is not.
        """
        height, width = size
        lengths = np.hypot(self.affines[:, 0, :2], self.affines[:, 1, :2])  # of the region's sides, in pixels
        scales = lengths / np.array([width, height])
        samples: NDArray[np.int64] = np.clip(np.ceil(scales - 1e-9), 1, MAX_SAMPLES).astype(np.int64)
        return samples


def regions(frame: Frame, boxes: FloatArray) -> Regions:
    """The regions of (M, 4) corners or (M, 5) oriented boxes.

    Corners are rounded to whole pixels, at least one a side, and clipped to the frame. An oriented box is cut as it
    stands, its width along the crop's; what lies outside the frame repeats the nearest pixel.
    """
    height, width = frame.shape[:2]
    return _oriented(boxes, width, height) if boxes.shape[1] == 5 else _upright(boxes, width, height)


def _upright(boxes: FloatArray, width: int, height: int) -> Regions:
    limits = np.array([width, height], dtype=np.float64)
    first, last = boxes[:, :2], boxes[:, 2:]
    valid = np.all((last > first) & (np.minimum(last, limits) > np.maximum(first, 0.0)), axis=1)
    first = np.clip(np.rint(first[valid]), 0.0, limits - 1.0)
    last = np.clip(np.rint(last[valid]), first + 1.0, limits)
    affines = np.zeros((len(first), 2, 3))
    affines[:, [0, 1], [0, 1]] = last - first
    affines[:, :, 2] = first
    return Regions(affines, upright=True, valid=valid)


def _oriented(boxes: FloatArray, width: int, height: int) -> Regions:
    centres, sides, angles = boxes[:, :2], boxes[:, 2:4], boxes[:, 4]
    axes = np.array([[np.cos(angles), -np.sin(angles)], [np.sin(angles), np.cos(angles)]])  # (2, 2, M)
    axes = axes.transpose(2, 0, 1)  # columns: the box's own x and y axis in the frame
    spanned = axes * sides[:, None, :]
    affines = np.concatenate([spanned, (centres - spanned.sum(axis=2) / 2.0)[:, :, None]], axis=2)
    valid = np.all(sides > 0.0, axis=1) & _touches(centres, sides, axes, np.array([width, height], float))
    return Regions(affines[valid], upright=False, valid=valid)


def _touches(
    centres: FloatArray, sides: FloatArray, axes: FloatArray, limits: FloatArray
) -> NDArray[np.bool_]:
    """Whether each oriented box shares an area with the frame: no axis of either separates the two."""
    reach = (np.abs(axes) @ sides[:, :, None])[:, :, 0] / 2.0  # half the upright box around it
    along_frame = (centres + reach > 0.0) & (centres - reach < limits)
    offset = ((limits / 2.0 - centres)[:, None, :] @ axes)[
        :, 0
    ]  # of the frame's centre, along the box's axes
    half = (limits / 2.0) @ np.abs(axes) + sides / 2.0
    touches: NDArray[np.bool_] = np.all(along_frame & (np.abs(offset) < half), axis=1)
    return touches
