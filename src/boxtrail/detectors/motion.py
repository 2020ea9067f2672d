"""Whatever moves before a still camera: background subtraction, then one box an object.

``background.py`` tells moving pixels from still ones. Their blobs are boxed; a walking person often falls
into head, trunk and legs, so fragments stacked above one another are joined (``fragments.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.detectors.arrays import stack_columns
from boxtrail.detectors.background import Background, Mask
from boxtrail.detectors.detector import Detections, Image, no_detections, num_images
from boxtrail.detectors.fragments import merge_fragments
from boxtrail.errors import ConfigError, require

FloatArray = NDArray[np.float64]

_WORKING_SIZE = 480  # pixels of the longer side, at most, unless `scale` says otherwise
_SOLID = 0.45  # share of its box a compact object fills; a walking person does
_PATIENCE = 10  # frames that a changed scene must last before it is learned anew
_TALLEST = 4.0  # height over width of the tallest object that fragments may be joined to


class MotionDetector:
    """Boxes of what moves, class 0 "object". The camera must stand still.

    The score in (0, 1] tells how well foreground supports a box: how much of it is filled, and how far its
    area is above the smallest accepted, where the score is halved. A person who is plainly visible gets 0.8
    and more.

    The first frames teach the background and yield nothing. Nor does a frame that is foreground for the most
    part, as after a cut; when that lasts, the background starts anew.

    Raises:
        ConfigError: for an option out of its range.
        MissingExtraError: without OpenCV.
    """

    names: Mapping[int, str]

    def __init__(
        self,
        *,
        scale: float | None = None,  # work on a copy this many times the size, (0, 1]; None: by frame size
        history: int = 500,  # frames the background remembers; who stands still is lost after a third of them
        var_threshold: float = 40.0,  # squared Mahalanobis distance at which a pixel is foreground
        warmup: int = 5,  # first frames, which yield nothing
        min_area: float = 0.0008,  # smallest box, share of the frame's area
        max_area: float = 0.5,  # largest box, share of the frame's area
        max_foreground: float = 0.5,  # share of foreground above which the scene itself changed
        gap: float = 0.03,  # gap closed between parts of an object, share of the frame's height
    ) -> None:
        self._cv2: Any = require("cv2", "video", "the motion detector")
        shares = {
            "min_area": min_area,
            "max_area": max_area,
            "max_foreground": max_foreground,
            "scale": 1.0 if scale is None else scale,
        }
        for name, value in shares.items():
            if not 0.0 < value <= 1.0:
                raise ConfigError(f"{name} must be in (0, 1], not {value}")
        if history < 1 or warmup < 0 or var_threshold <= 0.0 or gap < 0.0:
            raise ConfigError(
                "history must be at least 1, warmup and gap at least 0 and var_threshold positive, "
                f"not {history}, {warmup}, {gap} and {var_threshold}"
            )
        self.names = {0: "object"}
        self._scale, self._history, self._var_threshold, self._warmup = scale, history, var_threshold, warmup
        self._min_area, self._max_area, self._max_foreground, self._gap = (
            min_area,
            max_area,
            max_foreground,
            gap,
        )
        self.reset()

    def reset(self) -> None:
        """Forget the background; the next frame starts a new one."""
        self._background: Background | None = None
        self._shape: tuple[int, ...] = ()
        self._num_changed = 0  # frames since the scene changed

    def __call__(
        self, images: Sequence[Image], frame_indices: Sequence[int] | None = None
    ) -> list[Detections]:
        """(N, 6) detections of each image, which must follow one another in time."""
        num_images(images, frame_indices)
        return [self._detect(image) for image in images]

    def _detect(self, image: Image) -> Detections:
        small, ratio = self._working_copy(image)
        if self._background is None or small.shape != self._shape:
            self._background, self._shape = self._new_background(small), small.shape
        mask = self._background.foreground(small)
        if self._background.num_frames <= self._warmup:
            return no_detections()
        changed = np.count_nonzero(mask) > self._max_foreground * mask.size
        self._num_changed = self._num_changed + 1 if changed else 0
        if self._num_changed > _PATIENCE:
            self.reset()
        if changed:
            return no_detections()
        return self._to_detections(*self._blobs(mask), mask, ratio)

    def _working_copy(self, image: Image) -> tuple[Image, tuple[float, float]]:
        """The frame made smaller, by a whole number where we may choose, and the x and y ratio."""
        height, width = image.shape[:2]
        step = max(1, -(-max(height, width) // _WORKING_SIZE))
        if self._scale is not None:
            size = (max(1, round(width * self._scale)), max(1, round(height * self._scale)))
        else:
            size = (max(1, width // step), max(1, height // step))
            image = image[: size[1] * step, : size[0] * step]
        if size == (width, height):
            return image, (1.0, 1.0)
        small = self._cv2.resize(image, size, interpolation=self._cv2.INTER_AREA)
        return np.asarray(small, dtype=np.uint8), (image.shape[1] / size[0], image.shape[0] / size[1])

    def _new_background(self, small: Image) -> Background:
        return Background(
            history=self._history,
            var_threshold=self._var_threshold,
            min_blob=self._min_area * small.shape[0] * small.shape[1] / 2.0,
        )

    def _blobs(self, mask: Mask) -> tuple[FloatArray, FloatArray]:
        """Boxes (N, 4) and foreground pixels (N,) of the blobs, fragments joined, in working pixels."""
        _, _, stats, _ = self._cv2.connectedComponentsWithStats(mask, connectivity=8)
        stats = stats[1:].astype(np.float64)
        stats = stats[stats[:, 4] >= self._min_area * mask.size / 8.0]
        boxes = np.concatenate([stats[:, :2], stats[:, :2] + stats[:, 2:4]], axis=1)
        return merge_fragments(boxes, stats[:, 4], gap=self._gap * mask.shape[0], max_aspect=_TALLEST)

    def _to_detections(
        self, boxes: FloatArray, areas: FloatArray, mask: Mask, ratio: tuple[float, float]
    ) -> Detections:
        """Detections in pixels of the frame of the boxes (N, 4) whose size is acceptable."""
        box_areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
        shares = box_areas / mask.size
        keep = (shares >= self._min_area) & (shares <= self._max_area)
        solid = np.clip(areas[keep] / box_areas[keep] / _SOLID, 0.0, 1.0)
        scores = solid * (1.0 - 0.5 * self._min_area / shares[keep])
        return stack_columns(boxes[keep] * np.tile(ratio, 2), scores, np.zeros(len(scores)))
