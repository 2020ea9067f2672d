"""Crops on the CPU with OpenCV, straight into one batch.

A pixel of a crop is interpolated between the nearest four pixels of the frame; where the crop is smaller than its
region, it is the mean of so many of such samples, spread evenly, that no pixel of the frame is skipped.
``device_crops`` does the same on a GPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import require
from boxtrail.reid.embedder import Frame
from boxtrail.reid.regions import Regions

MEAN = (0.485, 0.456, 0.406)  # of ImageNet, red, green, blue, in [0, 1]
DEVIATION = (0.229, 0.224, 0.225)

# (1, 256, 3): what becomes of each byte of red, green and blue.
_BYTES = ((np.arange(256)[:, None] / 255.0 - MEAN) / DEVIATION).astype(np.float32)[None]


def cut_crops(
    frames: Sequence[Frame],
    all_regions: Sequence[Regions],
    size: tuple[int, int],  # (height, width)
    start: int = 0,
    stop: int | None = None,
) -> NDArray[np.uint8]:
    """(N, height, width, 3) BGR crops of the regions of all frames, in their order, from ``start`` to before ``stop``.

    Raises:
        MissingExtraError: if OpenCV is not installed.
    """
    cv2 = require("cv2", "video", "cutting crops on the CPU")
    total = sum(map(len, all_regions))
    stop = total if stop is None else min(stop, total)
    crops = np.empty((stop - start, *size, 3), np.uint8)
    before, after = 0, 0  # regions up to a frame, without and with its own
    for frame, found in zip(frames, all_regions, strict=True):
        before, after = after, after + len(found)
        if after <= start or before >= stop:
            continue
        some = slice(max(0, start - before), stop - before)
        part = replace(found, affines=found.affines[some])
        row = max(0, before - start)
        out = crops[row : row + len(part)]
        all_samples = part.samples(size)
        if part.upright:
            corners = part.rectangles().tolist()
            for crop, (left, top, right, bottom), samples in zip(out, corners, all_samples, strict=True):
                _resize(cv2, frame[top:bottom, left:right], samples, crop)
        else:
            for crop, affine, samples in zip(out, part.affines, all_samples, strict=True):
                _turn(cv2, frame, affine, samples, crop)
    return crops


def normalised(crops: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, H, W, 3) BGR bytes to (N, H, W, 3) RGB, less ImageNet's mean and over its deviation."""
    cv2 = require("cv2", "video", "cutting crops on the CPU")
    batch = np.empty(crops.shape, np.float32)
    for crop, out in zip(crops, batch, strict=True):
        cv2.LUT(cv2.cvtColor(crop, cv2.COLOR_BGR2RGB), _BYTES, dst=out)
    return batch


def _resize(cv2: Any, part: Frame, samples: NDArray[np.int64], crop: NDArray[np.uint8]) -> None:
    """Sample the part as often as it needs, then take the means."""
    height, width = crop.shape[:2]
    across, down = samples.tolist()
    if across == down == 1:
        cv2.resize(part, (width, height), dst=crop, interpolation=cv2.INTER_LINEAR)
        return
    large = cv2.resize(part, (width * across, height * down), interpolation=cv2.INTER_LINEAR)
    cv2.resize(large, (width, height), dst=crop, interpolation=cv2.INTER_AREA)


def _turn(
    cv2: Any, frame: Frame, affine: NDArray[np.float64], samples: NDArray[np.int64], crop: NDArray[np.uint8]
) -> None:
    """The same where the region is turned."""
    height, width = crop.shape[:2]
    across, down = samples.tolist()
    matrix = affine / [width * across, height * down, 1.0]
    matrix[:, 2] += matrix[:, :2].sum(axis=1) / 2.0 - 0.5  # OpenCV counts from the centres of pixels
    large = cv2.warpAffine(
        frame,
        matrix,
        (width * across, height * down),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    cv2.resize(large, (width, height), dst=crop, interpolation=cv2.INTER_AREA)
