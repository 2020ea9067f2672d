"""The shape of one of COCO's annotations: ``bbox``, ``segmentation`` or ``rbox``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from boxtrail.io.formats.collecting import Place, whole
from boxtrail.io.formats.json_document import numbers
from boxtrail.io.formats.masks import MOST_PIXELS, mask_of_polygons
from boxtrail.io.formats.problems import Report
from boxtrail.io.formats.rows import Mask


def shape_of(
    entry: Mapping[str, Any], frame_size: tuple[int, int] | None, place: Place, report: Report
) -> Sequence[float] | Mask | None:
    """``rbox`` (ours: cx, cy, w, h, angle), else run lengths, else polygons where there is no box, else the box.

    None where something is wrong, which the report has. Polygons beside a box outline it in most files of boxes, so
    the box counts unless masks are wanted; run lengths are what files of masks have.
    """
    segmentation = entry.get("segmentation")
    if "rbox" in entry:
        oriented = numbers(entry["rbox"], 5)
        if oriented is None:
            report.add(place.line(), place.says("rbox must be cx, cy, w, h, angle"))
        return oriented
    if isinstance(segmentation, Mapping):
        return _runs(segmentation, place, report)
    if ("bbox" in entry and not report.masks) or not segmentation:
        box = numbers(entry.get("bbox"), 4)
        if box is None:
            report.add(place.line(), place.says("bbox must be left, top, width, height"))
            return None
        return [box[0], box[1], box[0] + box[2], box[1] + box[3]]
    if frame_size is None or frame_size[0] * frame_size[1] > MOST_PIXELS:
        report.add(place.line(), place.says("a polygon needs the width and height of its image, in pixels"))
        return None
    return _polygons(segmentation, frame_size, place, report)


def _runs(segmentation: Mapping[str, Any], place: Place, report: Report) -> Mask | None:
    size, counts = segmentation.get("size"), segmentation.get("counts")
    height, width = (
        whole(value, 0) for value in (size if isinstance(size, list) and len(size) == 2 else (None,) * 2)
    )
    if height is None or width is None:
        report.add(place.line(), place.says("segmentation.size must be height, width"))
        return None
    if isinstance(counts, str) and counts.isascii():
        return height, width, counts.encode()
    if isinstance(counts, list) and all(whole(run, 0) is not None for run in counts):
        return height, width, [int(run) for run in counts]
    report.add(place.line(), place.says("segmentation.counts must be COCO's text or a list of whole numbers"))
    return None


def _polygons(segmentation: Any, frame_size: tuple[int, int], place: Place, report: Report) -> Mask | None:
    polygons = []
    for points in segmentation if isinstance(segmentation, list) else [None]:
        count = len(points) if isinstance(points, list) else 0
        values = numbers(points, count)
        if values is None or count < 6 or count % 2 or not np.isfinite(values).all():
            report.add(
                place.line(), place.says("a polygon is a list of x, y, x, y, …, of three points or more")
            )
            return None
        polygons.append(np.array(values).reshape(-1, 2))
    return mask_of_polygons(polygons, frame_size)


__all__ = ["shape_of"]
