"""Keys and outlines as Supervisely's annotations have them."""

from __future__ import annotations

import uuid

import numpy as np
from numpy.typing import NDArray

from boxtrail.io.polygon import clip_polygon

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "boxtrail/supervisely")


def annotation_key(name: str, what: str) -> str:
    """The key of a thing in the annotation of ``name``: the same whenever the same source is annotated again."""
    return uuid.uuid5(NAMESPACE, f"{name}/{what}").hex


def whole_polygon(outline: NDArray[np.float64], width: int, height: int) -> list[list[int]] | None:
    """The part of the polygon (K, 2) inside the image, in whole pixels; None if there is none, or only a line of it."""
    points = np.rint(clip_polygon(outline, width - 1, height - 1)).astype(int).tolist()
    distinct = [point for k, point in enumerate(points) if point != points[k - 1]]
    return distinct if len(distinct) >= 3 else None


__all__ = ["annotation_key", "whole_polygon"]
