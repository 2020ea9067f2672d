"""Pixels of many boxes at once, each box on the same grid of points; upright and oriented boxes alike."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]


def corners_and_axes(boxes: FloatArray, *, oriented: bool) -> tuple[FloatArray, FloatArray]:
    """Upper left corner (N, 2), and the sides as vectors (N, 2, 2): down and across, all ``x, y`` in pixels.

    ``boxes`` are (N, 4) ``x1, y1, x2, y2`` or, ``oriented``, (N, 5) ``cx, cy, w, h, angle`` in radians.
    """
    axes = np.zeros((len(boxes), 2, 2))
    if not oriented:
        axes[:, 0, 1], axes[:, 1, 0] = boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]
        return boxes[:, :2], axes
    cos, sin = np.cos(boxes[:, 4]), np.sin(boxes[:, 4])
    axes[:, 0] = np.stack([-sin, cos], axis=1) * boxes[:, 3:4]
    axes[:, 1] = np.stack([cos, sin], axis=1) * boxes[:, 2:3]
    return boxes[:, :2] - (axes[:, 0] + axes[:, 1]) / 2.0, axes


def sample(
    frame: NDArray[np.uint8], corners: FloatArray, axes: FloatArray, shape: tuple[int, int]
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Nearest pixels (N, R, C, 3) on a grid of ``shape`` R × C in each box, and which of them lie in the frame.

    ``frame`` is (H, W, 3), or (H, W) grey. A point outside the frame takes the nearest pixel at its edge.
    """
    height, width = frame.shape[:2]
    down = (np.arange(shape[0]) + 0.5)[None, :, None] / shape[0]
    across = (np.arange(shape[1]) + 0.5)[None, None, :] / shape[1]
    place = [
        np.floor(
            corners[:, i, None, None] + down * axes[:, 0, i, None, None] + across * axes[:, 1, i, None, None]
        )
        for i in (0, 1)
    ]
    inside = (place[0] >= 0.0) & (place[0] < width) & (place[1] >= 0.0) & (place[1] < height)
    columns = place[0].clip(0, width - 1).astype(np.intp)
    rows = place[1].clip(0, height - 1).astype(np.intp)
    pixels = frame[rows, columns]
    return pixels if pixels.ndim == 4 else np.repeat(pixels[..., None], 3, axis=3), inside


def halve(pixels: NDArray[np.uint8], inside: NDArray[np.bool_]) -> tuple[NDArray[np.float32], FloatArray]:
    """Means (N, R/2, C/2, 3) of 2 × 2 points, and the share (N, R/2, C/2) of each that lies in the frame."""
    values = [pixels[:, i::2, j::2].astype(np.float32) for i in (0, 1) for j in (0, 1)]
    shares = [inside[:, i::2, j::2].astype(np.float64) for i in (0, 1) for j in (0, 1)]
    mean = (values[0] + values[1] + values[2] + values[3]) / np.float32(4.0)
    return mean, (shares[0] + shares[1] + shares[2] + shares[3]) / 4.0


__all__ = ["corners_and_axes", "halve", "sample"]
