"""Which pixels of a still camera's frame are not background.

A mixture of Gaussians a pixel (Zivkovic 2004, OpenCV's MOG2) learns the background and drops shadows. Three
things go wrong with it alone on real footage, and are mended here. The camera's automatic exposure makes
walls foreground: the frame's gain is estimated and taken out first. Somebody who stands still is learned
within seconds: the model is told to learn slowly. Learning slowly, in turn, keeps the ghost of who stood in
the first frames and left: a blob whose outline is an edge in the background but not in the frame is a ghost,
and is painted over.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.detectors.detector import Image
from boxtrail.errors import require

Mask = NDArray[np.uint8]  # (h, w), 0 or 255

_FOREGROUND = 255  # MOG2 writes 127 for shadow
_BACKGROUND_SHARE = 0.7  # of a pixel's history: what is seen in less than 0.3 of it is no background yet
_FAST_FRAMES = 30  # the first frames are averaged, so that who crosses the very first one fades
_MIXTURES = 3  # Gaussians a pixel
_GAIN_STEP = 8  # the gain is measured on a copy this many times smaller
_GAIN_RANGE = (0.5, 2.0)
_GAIN_DEAD = 0.01  # gains nearer to 1 are noise
_GHOST_EVERY = 5  # frames between looks for ghosts
_GHOST_EDGE = 0.7  # edges weaker than this times the background's make a ghost
_GHOST_TOLERANCE = 25  # gray levels by which a painted-over pixel may differ


class Background:
    """The background of one scene; frames must all have one size, and follow one another in time."""

    def __init__(self, *, history: int, var_threshold: float, min_blob: float) -> None:
        """Start empty.

        Args:
            history: frames the background remembers.
            var_threshold: squared Mahalanobis distance at which a pixel is foreground.
            min_blob: pixels of the smallest blob worth a look for ghosts.
        """
        self._cv2: Any = require("cv2", "video", "the motion detector")
        self._history, self._min_blob = history, min_blob
        self._mixture: Any = self._cv2.createBackgroundSubtractorMOG2(history, var_threshold, True)
        self._mixture.setBackgroundRatio(_BACKGROUND_SHARE)
        self._mixture.setNMixtures(_MIXTURES)
        self._reference: NDArray[np.float32] | None = None
        self._paint: Image | None = None
        self._painted: NDArray[np.bool_] | None = None
        self.num_frames = 0  # learned so far

    def foreground(self, image: Image) -> Mask:
        """The moving pixels of a frame (h, w, 3) as a mask; the background learns from the frame."""
        cv2 = self._cv2
        self.num_frames += 1
        image = self._without_gain(image)
        fast = self.num_frames < _FAST_FRAMES
        rate = 1.0 / min(2 * self.num_frames, self._history) if fast else 1.0 / self._history
        classes = self._mixture.apply(image, learningRate=rate)
        _, raw = cv2.threshold(classes, _FOREGROUND - 1, 255, cv2.THRESH_BINARY)
        mask = raw
        if self._paint is not None and self._painted is not None:
            limit = (_GHOST_TOLERANCE,) * 3
            same = cv2.inRange(cv2.absdiff(image, self._paint), (0, 0, 0), limit) > 0
            mask = np.where(same & self._painted, np.uint8(0), raw)
        mask = cv2.medianBlur(mask, 5)
        if self.num_frames % _GHOST_EVERY == 0:
            if self._painted is not None:
                self._painted &= raw > 0  # what the mixture has learned since needs no paint
            self._find_ghosts(image, mask)
        return np.asarray(mask, dtype=np.uint8)

    def _without_gain(self, image: Image) -> Image:
        """The frame at the brightness and white balance of the frames before."""
        cv2 = self._cv2
        size = (max(1, image.shape[1] // _GAIN_STEP), max(1, image.shape[0] // _GAIN_STEP))
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32) + 1.0
        if self._reference is None:
            self._reference = small
            return image
        # The median: an object does not change it unless it covers half of the frame.
        gain = np.clip(np.median(small / self._reference, axis=(0, 1)), *_GAIN_RANGE)
        self._reference += (small / gain - self._reference) / min(self.num_frames, self._history)
        if np.abs(gain - 1.0).max() < _GAIN_DEAD:
            return image
        levels = np.arange(256.0)[:, None] / gain
        table = np.clip(np.rint(levels), 0, 255).astype(np.uint8)[None]
        return np.asarray(cv2.LUT(image, table), dtype=np.uint8)

    def _find_ghosts(self, image: Image, mask: Mask) -> None:
        """Paint over the blobs of ``mask`` whose outline is no edge in the frame."""
        cv2 = self._cv2
        _, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        large = 1 + np.flatnonzero(stats[1:, cv2.CC_STAT_AREA] >= self._min_blob)
        if not large.size:
            return
        learned = cv2.cvtColor(self._mixture.getBackgroundImage(), cv2.COLOR_BGR2GRAY)
        current = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        for label in large:
            x, y, w, h = stats[label, :4]
            window = np.s_[max(y - 2, 0) : y + h + 2, max(x - 2, 0) : x + w + 2]
            blob = (labels[window] == label).astype(np.uint8)
            if self._edge(current[window], blob) < _GHOST_EDGE * self._edge(learned[window], blob):
                self._paint_over(image, window, blob)

    def _edge(self, gray: Mask, blob: Mask) -> float:
        """Mean strength of the gray levels' edges along the outline of a blob."""
        cv2 = self._cv2
        kernel = np.ones((3, 3), dtype=np.uint8)
        outline = cv2.morphologyEx(blob, cv2.MORPH_GRADIENT, kernel)
        return float(cv2.mean(cv2.morphologyEx(gray, cv2.MORPH_GRADIENT, kernel), outline)[0])

    def _paint_over(self, image: Image, window: tuple[slice, slice], blob: Mask) -> None:
        if self._paint is None or self._painted is None:
            self._paint = image.copy()
            self._painted = np.zeros(image.shape[:2], dtype=np.bool_)
        inside = self._cv2.dilate(blob, np.ones((5, 5), dtype=np.uint8)) > 0
        self._paint[window][inside] = image[window][inside]
        self._painted[window][inside] = True
