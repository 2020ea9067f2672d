"""Laying one picture over another where it has coverage."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray


def lay_over(
    picture: NDArray[np.uint8], sprite: NDArray[np.uint8], left: int, top: int
) -> tuple[slice, slice] | None:
    """Lay a premultiplied (h, w, 4) BGRA sprite over ``picture`` (H, W, 3), in place, at ``left, top``.

    Returns the rows and columns of the picture that it touched, None if it lies outside.
    """
    height, width = sprite.shape[:2]
    y0, y1 = max(0, top), min(picture.shape[0], top + height)
    x0, x1 = max(0, left), min(picture.shape[1], left + width)
    if y0 >= y1 or x0 >= x1:
        return None
    part = sprite[y0 - top : y1 - top, x0 - left : x1 - left]
    view = picture[y0:y1, x0:x1]
    through = cv2.cvtColor(255 - part[..., 3], cv2.COLOR_GRAY2BGR)
    view[:] = cv2.add(cv2.multiply(view, through, scale=1.0 / 255.0), part[..., :3])
    return slice(y0, y1), slice(x0, x1)
