"""From images to detections, as the settings want them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from boxtrail.detectors.detector import Detections, Detector, Image
from boxtrail.detectors.filtering import resolve_classes
from boxtrail.errors import DetectorError, require
from boxtrail.predict.region import Box, cut, moved
from boxtrail.predict.settings import Settings
from boxtrail.predict.windows import crops, merge


def detect(
    detector: Detector,
    images: Sequence[Image],
    settings: Settings,
    regions: Sequence[Box | None],
    indices: Sequence[int] | None = None,
) -> list[Detections]:
    """Detections (N, 6) or (N, 7) in the region of every image (H, W, 3) BGR, in pixels of the image as it came.

    Raises:
        DetectorError: if the detector does not give one array an image.
        ConfigError: for a class it does not have, or a region that does not lie in an image.
    """
    sized = [
        _resized(cut(image, region), settings.img_size) for image, region in zip(images, regions, strict=True)
    ]
    found = (
        [_in_windows(detector, image, settings) for image, _ in sized]
        if settings.windows is not None
        else _batch(detector, [image for image, _ in sized], indices)
    )
    labels = None if settings.classes is None else resolve_classes(settings.classes, detector.names)
    return [
        _kept(moved(_scaled(np.asarray(rows, dtype=np.float64), factor), region), settings.conf, labels)
        for rows, (_, factor), region in zip(found, sized, regions, strict=True)
    ]


def _batch(detector: Detector, images: Sequence[Image], indices: Sequence[int] | None) -> list[Detections]:
    found = detector(images, indices)
    if len(found) != len(images):
        raise DetectorError(f"{type(detector).__name__} gave {len(found)} arrays for {len(images)} images")
    return found


def _in_windows(detector: Detector, image: Image, settings: Settings) -> Detections:
    assert settings.windows is not None
    cells = settings.windows.cut(image.shape[:2])
    found: list[Detections] = []
    for start in range(0, len(cells), settings.batch_size):
        found += _batch(detector, crops(image, cells[start : start + settings.batch_size]), None)
    return merge([np.asarray(rows, dtype=np.float64) for rows in found], cells)


def _resized(image: Image, img_size: int | tuple[int, int] | None) -> tuple[Image, tuple[float, float]]:
    """The image in its new size, and by how much x and y have grown."""
    if img_size is None:
        return image, (1.0, 1.0)
    cv2 = require("cv2", "video", "resizing images")
    height, width = image.shape[:2]
    if isinstance(img_size, int):
        factor = img_size / max(height, width)
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
    else:
        size = img_size
    shrinks = size[0] * size[1] < width * height
    resized = cv2.resize(image, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return np.asarray(resized, dtype=np.uint8), (size[0] / width, size[1] / height)


def _scaled(rows: Detections, factor: tuple[float, float]) -> Detections:
    """Back to pixels of the image as it came."""
    if factor == (1.0, 1.0) or not len(rows):
        return rows
    rows = rows.copy()
    rows[:, 0:4] /= np.tile(factor, 2)  # oriented: centre and size, exact where both sides shrink alike
    return rows


def _kept(rows: Detections, conf: float | None, labels: Sequence[int] | None) -> Detections:
    keep = np.ones(len(rows), dtype=bool)
    if conf is not None:
        keep &= rows[:, -2] >= conf
    if labels is not None:
        keep &= np.isin(rows[:, -1], labels)
    return rows[keep]


__all__ = ["detect"]
