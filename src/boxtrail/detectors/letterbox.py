"""Fitting a frame into a network's input, and boxes back into the frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from boxtrail.detectors.detector import Image
from boxtrail.errors import require

FloatArray = NDArray[np.float64]
Placement = Literal["center", "top-left", "stretch"]

_GRAY = 114  # what YOLO models saw around their training images


@dataclass(frozen=True)
class Fit:
    """Where a frame lies in the network's input: ``input = frame * scale + offset``, x and y apart."""

    scale: tuple[float, float]
    offset: tuple[float, float]  # pixels of the input
    frame_size: tuple[int, int]  # width, height of the frame

    def to_frame(self, boxes: FloatArray) -> FloatArray:
        """Boxes (N, 4) xyxy or (N, 5) ``cx, cy, w, h, angle`` of the input, in pixels of the frame.

        Upright boxes are cut at the frame's border; of oriented ones the centre is moved into the frame.
        """
        scale, offset = np.array(self.scale), np.array(self.offset)
        boxes = boxes.copy()
        if boxes.shape[1] == 5:
            # Both scales differ by rounding only (letterbox), so a rectangle stays one: take their mean.
            boxes[:, :2] = np.clip((boxes[:, :2] - offset) / scale, 0.0, self.frame_size)
            boxes[:, 2:4] /= scale.mean()
            return boxes
        boxes -= np.tile(offset, 2)
        boxes /= np.tile(scale, 2)
        return np.clip(boxes, 0.0, self.frame_size * 2)


def fit_image(image: Image, size: tuple[int, int], placement: Placement) -> tuple[Image, Fit]:
    """A frame resized into an input of ``size`` (width, height), and where it lies there.

    "center" and "top-left" keep the frame's proportions and fill the rest with gray; "stretch" does not.
    """
    cv2 = require("cv2", "video", "resizing frames for a network")
    height, width = image.shape[:2]
    if placement == "stretch":
        new_width, new_height = size
    else:
        ratio = min(size[0] / width, size[1] / height)
        new_width, new_height = max(1, round(width * ratio)), max(1, round(height * ratio))
    if (new_width, new_height) != (width, height):
        image = cv2.resize(image, (new_width, new_height), interpolation=cv2.INTER_LINEAR)
    left, top = 0, 0
    if placement == "center":
        left, top = (size[0] - new_width) // 2, (size[1] - new_height) // 2
    canvas = np.full((size[1], size[0], 3), _GRAY, dtype=np.uint8)
    canvas[top : top + new_height, left : left + new_width] = image
    return canvas, Fit((new_width / width, new_height / height), (float(left), float(top)), (width, height))
