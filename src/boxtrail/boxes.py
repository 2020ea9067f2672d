"""Conversions between box codes. Each takes (..., 4) or (..., 5) arrays in pixels and returns a new array."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]


def xyxy_to_xywh(boxes: FloatArray) -> FloatArray:
    """Corners (..., 4) ``x1, y1, x2, y2`` to centre and size (..., 4) ``cx, cy, w, h``."""
    x1, y1, x2, y2 = np.moveaxis(boxes, -1, 0)
    return np.stack([(x1 + x2) / 2.0, (y1 + y2) / 2.0, x2 - x1, y2 - y1], axis=-1)


def xywh_to_xyxy(boxes: FloatArray) -> FloatArray:
    """Centre and size (..., 4) ``cx, cy, w, h`` to corners (..., 4) ``x1, y1, x2, y2``."""
    cx, cy, w, h = np.moveaxis(boxes, -1, 0)
    return np.stack([cx - w / 2.0, cy - h / 2.0, cx + w / 2.0, cy + h / 2.0], axis=-1)


def corners(boxes: FloatArray) -> FloatArray:
    """The four corners (..., 4, 2) of oriented boxes (..., 5) ``cx, cy, w, h, angle``, in radians, y down."""
    cx, cy, w, h, angle = np.moveaxis(boxes, -1, 0)
    cos, sin = np.cos(angle), np.sin(angle)
    signs = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
    x = signs[:, 0] * w[..., None]
    y = signs[:, 1] * h[..., None]
    return np.stack(
        [
            cx[..., None] + x * cos[..., None] - y * sin[..., None],
            cy[..., None] + x * sin[..., None] + y * cos[..., None],
        ],
        axis=-1,
    )


def enclosing_xyxy(boxes: FloatArray) -> FloatArray:
    """The upright box (..., 4) ``x1, y1, x2, y2`` around oriented boxes (..., 5) ``cx, cy, w, h, angle``."""
    cx, cy, w, h, angle = np.moveaxis(boxes, -1, 0)
    cos, sin = np.abs(np.cos(angle)), np.abs(np.sin(angle))
    half_w, half_h = (w * cos + h * sin) / 2.0, (w * sin + h * cos) / 2.0
    return np.stack([cx - half_w, cy - half_h, cx + half_w, cy + half_h], axis=-1)
