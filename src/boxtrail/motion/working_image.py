"""The small grey picture that the methods work on, and which of its pixels belong to the background."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.boxes import corners
from boxtrail.motion.estimator import FloatArray, Image, Warp

_MARGIN = 2  # working pixels around a detection that are left out too: corner windows reach over its edge


@dataclass(frozen=True, slots=True)
class WorkingImage:
    """A frame made grey and smaller."""

    grey: NDArray[np.uint8]  # (h, w)
    background: NDArray[np.uint8] | None  # (h, w), 255 where no detection lies, else 0; None: everywhere
    step: int  # frame pixels a working pixel is wide and high


def make_working_image(cv2: Any, image: Image, detections: FloatArray, max_side: int) -> WorkingImage:
    """Halve the grey frame until its longer side is at most ``max_side`` pixels.

    Halving is exact area averaging, in steps that OpenCV does at the speed of memory. Up to ``step - 1`` columns and
    rows at the right and bottom are cut off.
    """
    grey = to_grey(cv2, image)
    step = 1
    while max(grey.shape) > max_side and min(grey.shape) >= 2:
        height, width = grey.shape[0] // 2, grey.shape[1] // 2
        grey = cv2.resize(grey[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
        step *= 2
    return WorkingImage(grey, _background(cv2, grey.shape, detections, step), step)


def to_grey(cv2: Any, image: Image) -> NDArray[np.uint8]:
    """The frame (H, W, 3) or (H, W) as grey (H, W); a copy, which stays as it is when the caller's array changes."""
    if image.ndim == 2:
        return image.copy(order="C")
    # OpenCV takes neither mirrored nor transposed views.
    grey: NDArray[np.uint8] = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_BGR2GRAY)
    return grey


def to_frame_pixels(warp: FloatArray, step: int) -> Warp:
    """A warp between working images as one between frames.

    Working pixel u covers frame pixels step·u … step·u + step - 1, whose middle is step·u + (step - 1)/2; without
    that half a pixel, a turn or zoom would come with a wrong shift.
    """
    middle = (step - 1) / 2.0
    A = warp[:, :2]
    shift = step * warp[:, 2] + middle - A @ np.full(2, middle)
    return np.column_stack([A, shift])


def _background(
    cv2: Any, shape: tuple[int, ...], detections: FloatArray, step: int
) -> NDArray[np.uint8] | None:
    if len(detections) == 0:
        return None
    background = np.full(shape, 255, dtype=np.uint8)
    if detections.shape[1] == 7:
        _erase_polygons(cv2, background, corners(detections[:, :5]) / step)
    else:
        _erase_boxes(background, detections[:, :4] / step)
    return background


def _erase_boxes(background: NDArray[np.uint8], boxes: FloatArray) -> None:
    """Set boxes (N, 4) ``x1, y1, x2, y2`` in working pixels to 0, those without area excepted."""
    height, width = background.shape
    boxes = boxes[(boxes[:, 2:] > boxes[:, :2]).all(axis=1)]
    low = np.clip(np.floor(boxes[:, :2]) - _MARGIN, 0, (width, height)).astype(np.int64)
    high = np.clip(np.ceil(boxes[:, 2:]) + _MARGIN, 0, (width, height)).astype(np.int64)
    for (x1, y1), (x2, y2) in zip(low.tolist(), high.tolist(), strict=True):
        background[y1:y2, x1:x2] = 0


def _erase_polygons(cv2: Any, background: NDArray[np.uint8], polygons: FloatArray) -> None:
    """Set convex polygons (N, 4, 2) in working pixels to 0, and ``_MARGIN`` pixels around them."""
    far = 4 * max(background.shape)  # drawing takes coordinates of limited size; the rest is off the picture
    points = np.clip(polygons - 0.5, -far, far).round().astype(np.int32)
    for polygon in points:
        cv2.fillConvexPoly(background, polygon, 0)
        cv2.polylines(background, [polygon], isClosed=True, color=0, thickness=2 * _MARGIN + 1)


__all__ = ["WorkingImage", "make_working_image", "to_frame_pixels", "to_grey"]
