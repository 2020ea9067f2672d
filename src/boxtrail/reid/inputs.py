"""Checks of what an embedder is given: frames, and the boxes in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError
from boxtrail.reid.embedder import Boxes, Frame

COLUMNS = (4, 5, 6, 7, 8, 9)  # even: corners first; odd: centre, size and angle first


def frames_and_boxes(
    frames: Frame | Sequence[Frame], boxes: Boxes
) -> tuple[list[Frame], list[NDArray[np.float64]], bool]:
    """Lists of checked frames and boxes of equal length, and whether one frame alone was given.

    Raises:
        InvalidInputError: if a frame is no image, boxes are no rows of finite numbers, or the lists differ in length.
    """
    alone = isinstance(frames, np.ndarray) and frames.ndim < 4
    images: Sequence[Any] = [frames] if alone else frames
    boxes = [boxes] if alone else boxes
    if len(images) != len(boxes):
        raise InvalidInputError(f"got {len(images)} frames but boxes of {len(boxes)}")
    checked = [_frame(image, "" if alone else f" {number}") for number, image in enumerate(images)]
    rows = [_boxes(given, "" if alone else f" of frame {number}") for number, given in enumerate(boxes)]
    return checked, rows, alone


def _frame(frame: Any, which: str) -> Frame:
    array = np.asarray(frame)
    shaped = array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)
    if array.dtype != np.uint8 or not shaped or array.size == 0:
        raise InvalidInputError(
            f"frame{which} must be an (H, W, 3) BGR array of uint8, not {array.shape} of {array.dtype}"
        )
    return np.ascontiguousarray(array if array.ndim == 3 else np.stack([array] * 3, axis=2))


def _boxes(boxes: Any, which: str) -> NDArray[np.float64]:
    """(N, 4) corners or (N, 5) oriented boxes; the columns behind them are dropped."""
    if boxes is None:
        return np.empty((0, 4))
    if hasattr(boxes, "cpu"):  # a torch tensor, maybe on a GPU
        boxes = boxes.detach().cpu()
    try:
        array = np.asarray(boxes, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"boxes{which} must be rows of numbers: {error}") from error
    if array.size == 0:
        return np.empty((0, 5 if array.ndim == 2 and array.shape[1] % 2 else 4))
    if array.ndim != 2 or array.shape[1] not in COLUMNS:
        raise InvalidInputError(
            f"boxes{which} must have shape (N, 4), (N, 6) or (N, 8) x1,y1,x2,y2,... or (N, 5), (N, 7) or (N, 9) "
            f"cx,cy,w,h,angle,..., not {array.shape}"
        )
    array = np.ascontiguousarray(array[:, : 5 if array.shape[1] % 2 else 4])
    if not np.isfinite(array).all():
        raise InvalidInputError(f"boxes{which}: row {np.argwhere(~np.isfinite(array))[0, 0]} is not finite")
    return array
