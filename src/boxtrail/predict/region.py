"""The part of an image that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from boxtrail.detectors.detector import Detections, Image
from boxtrail.errors import ConfigError

Box: TypeAlias = tuple[int, int, int, int]


def check_region(region: Sequence[Any]) -> None:
    """Refuse what is no ``x1, y1, x2, y2`` in whole pixels with something in it.

    Raises:
        ConfigError: for anything else.
    """
    whole = all(isinstance(value, int) and not isinstance(value, bool) for value in region)
    if len(region) != 4 or not whole or not (0 <= region[0] < region[2] and 0 <= region[1] < region[3]):
        raise ConfigError(
            f"region must be x1, y1, x2, y2 in whole pixels with x1 < x2 and y1 < y2, not {region!r}"
        )


def cut(image: Image, region: Box | None) -> Image:
    """The region of an image (H, W, 3), copied so that a detector gets a whole array.

    Raises:
        ConfigError: if it does not lie in the image.
    """
    if region is None:
        return image
    (height, width), (x1, y1, x2, y2) = image.shape[:2], region
    if x2 > width or y2 > height:
        raise ConfigError(f"region {region} does not lie in the image of {width} × {height} pixels")
    return np.ascontiguousarray(image[y1:y2, x1:x2])


def moved(rows: Detections, region: Box | None) -> Detections:
    """Detections (N, 6) or (N, 7) in pixels of the region, brought to pixels of the image."""
    if region is None or not len(rows):
        return rows
    points = 1 if rows.shape[1] == 7 else 2  # an oriented box has one, its centre
    shifted = rows.copy()
    shifted[:, : 2 * points] += np.tile(region[:2], points)
    return shifted


__all__ = ["Box", "check_region", "cut", "moved"]
