"""The part of an image that is looked at: the same of all, or one an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias, cast

import numpy as np

from boxtrail.detectors.detector import Detections, Image
from boxtrail.errors import ConfigError

Box: TypeAlias = tuple[int, int, int, int]
Region: TypeAlias = Box | tuple[Box, ...]  # of all images, or one for each


def region_of(given: Sequence[Any]) -> Region:
    """``x1, y1, x2, y2`` in whole pixels with something in it, or several of those.

    Raises:
        ConfigError: for anything else.
    """
    if len(given) and all(isinstance(entry, Sequence) and not isinstance(entry, str) for entry in given):
        return tuple(_box(entry) for entry in given)
    return _box(given)


def region_of_each(region: Region | None, num_images: int, *, has_videos: bool) -> Sequence[Box | None]:
    """The region of every image; of a list of them there must be as many.

    Raises:
        ConfigError: if there are more or fewer, or a list is given for a video.
    """
    if region is None or not isinstance(region[0], tuple):
        return [region] * num_images
    if has_videos:
        raise ConfigError(
            "a list of regions is for images, one each; a video has one region for all its frames"
        )
    if len(region) != num_images:
        raise ConfigError(f"{len(region)} regions for {num_images} images: give one for each, or one for all")
    return region


def _box(region: Sequence[Any]) -> Box:
    whole = all(isinstance(value, int) and not isinstance(value, bool) for value in region)
    if len(region) != 4 or not whole or not (0 <= region[0] < region[2] and 0 <= region[1] < region[3]):
        raise ConfigError(
            f"region must be x1, y1, x2, y2 in whole pixels with x1 < x2 and y1 < y2, not {region!r}"
        )
    return cast("Box", tuple(region))


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


__all__ = ["Box", "Region", "cut", "moved", "region_of", "region_of_each"]
