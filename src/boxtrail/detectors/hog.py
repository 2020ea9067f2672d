"""OpenCV's built-in people detector: an SVM on histograms of oriented gradients (Dalal and Triggs 2005)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.detectors.arrays import stack_columns
from boxtrail.detectors.detector import Detections, Image, num_images
from boxtrail.detectors.nms import suppress
from boxtrail.errors import ConfigError, require

# The 64x128 window of the detector holds a person with a margin all around; these shares of it are cut
# off.
_MARGIN_X, _MARGIN_Y = 0.18, 0.08


class HogDetector:
    """Upright people, class 0 "person".

    The margin of the SVM becomes the score ``1 / (1 + exp(-2 * margin))``: 0.5 at the decision surface, 0.73
    at a margin of 0.5, 0.88 at 1.

    Raises:
        MissingExtraError: without OpenCV.
        ConfigError: for an option out of its range.
    """

    names: Mapping[int, str]

    def __init__(
        self,
        *,
        scale: float = 1.0,  # resize the frame by this first; people lower than 110 pixels need more than 1
        stride: int = 8,  # pixels between windows, a multiple of 8 (the cell) for speed
        pyramid_step: float = 1.05,  # ratio of sizes searched, above 1
        min_margin: float = 0.0,  # lowest SVM margin kept
        max_iou: float = 0.45,  # overlap above which the weaker of two boxes goes, [0, 1]
    ) -> None:
        self._cv2: Any = require("cv2", "video", "the HOG detector")
        if scale <= 0.0 or pyramid_step <= 1.0 or stride < 1:
            raise ConfigError(
                "scale must be positive, pyramid_step above 1 and stride at least 1, "
                f"not {scale}, {pyramid_step} and {stride}"
            )
        self.names = {0: "person"}
        self._scale, self._stride, self._pyramid_step = scale, stride, pyramid_step
        self._min_margin, self._max_iou = min_margin, max_iou
        self._hog: Any = self._cv2.HOGDescriptor()
        self._hog.setSVMDetector(self._cv2.HOGDescriptor_getDefaultPeopleDetector())

    def __call__(
        self, images: Sequence[Image], frame_indices: Sequence[int] | None = None
    ) -> list[Detections]:
        """(N, 6) detections of each image, best first."""
        num_images(images, frame_indices)
        return [self._detect(image) for image in images]

    def reset(self) -> None:
        """Nothing to forget: each frame is looked at alone."""

    def _detect(self, image: Image) -> Detections:
        height, width = image.shape[:2]
        boxes, margins = self._windows(image)
        x, y, w, h = (boxes / self._scale).T
        boxes = np.column_stack(
            [x + _MARGIN_X * w, y + _MARGIN_Y * h, x + (1 - _MARGIN_X) * w, y + (1 - _MARGIN_Y) * h]
        )
        boxes = np.clip(boxes, 0.0, [width, height, width, height])
        scores = 1.0 / (1.0 + np.exp(-2.0 * margins))
        keep = suppress(boxes, scores, max_iou=self._max_iou)
        return stack_columns(boxes[keep], scores[keep], np.zeros(len(keep)))

    def _windows(self, image: Image) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Windows (N, 4) ``x, y, w, h`` of the resized image and their margins (N,)."""
        if self._scale != 1.0:
            image = self._cv2.resize(image, None, fx=self._scale, fy=self._scale)
        if image.shape[0] < 128 or image.shape[1] < 64:  # smaller than the window: OpenCV would read outside
            return np.empty((0, 4)), np.empty(0)
        boxes, margins = self._hog.detectMultiScale(
            image,
            hitThreshold=self._min_margin,
            winStride=(self._stride, self._stride),
            padding=(16, 16),
            scale=self._pyramid_step,
            groupThreshold=0,
        )
        return np.asarray(boxes, np.float64).reshape(-1, 4), np.asarray(margins, np.float64).reshape(-1)
