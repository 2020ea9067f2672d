"""The shapes of CVAT's elements: boxes, polygons and masks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from boxtrail.io.formats.collecting import Place
from boxtrail.io.formats.masks import MOST_PIXELS, mask_of, mask_of_polygons
from boxtrail.io.formats.mot_problems import NUMBER
from boxtrail.io.formats.problems import Report
from boxtrail.io.formats.rows import FloatArray, Mask
from boxtrail.io.formats.xml_document import Element

SHAPES = ("box", "polygon", "mask")
NO_TRACKS = ("cuboid", "ellipse", "points", "polyline", "skeleton")


def shape_of(
    element: Element, frame_size: tuple[int, int] | None, place: Place, report: Report
) -> Sequence[float] | Mask | None:
    """A box ``x1, y1, x2, y2``, a rotated one ``cx, cy, w, h, angle``, or a mask; None where something is wrong.

    Polygons are filled where the size of the frames is known; else their boxes are taken.
    """
    if element.tag == "box":
        return _box(element, place, report)
    return (
        _mask(element, frame_size, place, report)
        if element.tag == "mask"
        else _polygon(element, frame_size, place, report)
    )


def _box(element: Element, place: Place, report: Report) -> Sequence[float] | None:
    values = _numbers(element, ("xtl", "ytl", "xbr", "ybr"), place, report)
    if values is None:
        return None
    if element.get("rotation") is None:
        return values
    degrees = _numbers(element, ("rotation",), place, report)
    if degrees is None:
        return None
    x1, y1, x2, y2 = values
    return [(x1 + x2) / 2.0, (y1 + y2) / 2.0, x2 - x1, y2 - y1, math.radians(_half_turn(degrees[0]))]


def _half_turn(degrees: float) -> float:
    """CVAT has 0 to 360; the same angle in (−180, 180]."""
    degrees = math.fmod(degrees, 360.0)
    return degrees - 360.0 if degrees > 180.0 else degrees + 360.0 if degrees <= -180.0 else degrees


def _polygon(
    element: Element, frame_size: tuple[int, int] | None, place: Place, report: Report
) -> Sequence[float] | Mask | None:
    pairs = [pair.split(",") for pair in element.get("points", "").split(";")]
    if len(pairs) < 3 or not all(len(pair) == 2 and all(map(_is_number, pair)) for pair in pairs):
        report.add(place.line(), place.says("points must be x,y;x,y;…, of three points or more"))
        return None
    points: FloatArray = np.array([[float(x), float(y)] for x, y in pairs])
    if not np.isfinite(points).all():
        report.add(place.line(), place.says("a value is not finite"))
        return None
    if frame_size is None or frame_size[0] * frame_size[1] > MOST_PIXELS:
        return [*points.min(axis=0).tolist(), *points.max(axis=0).tolist()]
    return mask_of_polygons([points], frame_size)


def _mask(element: Element, frame_size: tuple[int, int] | None, place: Place, report: Report) -> Mask | None:
    """Runs over the rows of a cut-out, 0 first."""
    values = _numbers(element, ("left", "top", "width", "height"), place, report)
    if values is None:
        return None
    left, top, width, height = (int(value) for value in values)
    runs = [run.strip() for run in element.get("rle", "").split(",")]
    full = frame_size or (left + width, top + height)
    if not all(run.isascii() and run.isdecimal() and len(run) < 10 for run in runs):
        report.add(place.line(), place.says("rle must be whole numbers"))
        return None
    lengths = [int(run) for run in runs]
    inside = min(left, top, width, height) >= 0
    if not inside or left + width > full[0] or top + height > full[1] or full[0] * full[1] > MOST_PIXELS:
        report.add(place.line(), place.says("the mask leaves the frame"))
        return None
    if sum(lengths) != width * height:
        report.add(place.line(), place.says(f"the runs do not fill a mask of {width}x{height}"))
        return None
    bits = np.zeros((full[1], full[0]), dtype=bool)
    bits[top : top + height, left : left + width] = np.repeat(
        np.arange(len(lengths)) % 2 == 1, lengths
    ).reshape(height, width)
    return mask_of(bits)


def _numbers(element: Element, names: tuple[str, ...], place: Place, report: Report) -> list[float] | None:
    out = []
    for name in names:
        text: Any = element.get(name)
        if text is None or not _is_number(text):
            what = "is missing" if text is None else f"is no number: {text!r:.40}"
            report.add(place.line(), place.says(f"{name} {what}"))
            return None
        out.append(float(text))
    if not all(map(math.isfinite, out)):
        report.add(place.line(), place.says("a value is not finite"))
        return None
    return out


def _is_number(text: str) -> bool:
    return NUMBER.fullmatch(text.strip()) is not None


__all__ = ["NO_TRACKS", "SHAPES", "shape_of"]
