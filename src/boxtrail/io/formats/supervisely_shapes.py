"""The shape of one of Supervisely's figures: a rectangle, a polygon or a bitmap."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import require
from boxtrail.io.formats.collecting import Place, whole
from boxtrail.io.formats.json_document import numbers
from boxtrail.io.formats.masks import MOST_PIXELS, Bits, mask_of, mask_of_polygons
from boxtrail.io.formats.oriented_outlines import oriented_box, smallest_box
from boxtrail.io.formats.problems import Report
from boxtrail.io.formats.rows import FloatArray, Mask

READ = ("rectangle", "polygon", "bitmap")
NO_TRACKS = (
    "alpha_mask", "any", "closed_surface_mesh", "cuboid", "cuboid_2d", "cuboid_3d", "graph", "line", "mask_3d",
    "multichannelBitmap", "oriented_bbox", "point", "point_3d", "point_cloud", "polyline",
)  # fmt: skip
_PNG = b"\x89PNG\r\n\x1a\n"
_MOST_BYTES = 1 << 26  # of an unpacked image; a frame of one bit a pixel has fewer


def shape_of(figure: Mapping[str, Any], size: tuple[int, int] | None, place: Place, report: Report) -> Any:
    """A box, an oriented one or a mask; None where something is wrong, which the report has.

    Args:
        figure: the entry.
        size: width and height of the frame; without them polygons become oriented boxes.
    """
    kind, geometry = figure.get("geometryType"), figure.get("geometry")
    if kind not in READ:
        known = "a rectangle, a polygon or a bitmap"
        report.add(place.line(), place.says(f"a figure is {known} here, not {kind!r:.40}"))
        return None
    if kind == "bitmap":
        return _bitmap(geometry, size, place, report)
    points = _points(figure)
    outline = _outline(points.get("exterior"))
    if outline is None or (len(outline) != 2 if kind == "rectangle" else len(outline) < 3):
        report.add(place.line(), place.says(f"geometry.points.exterior has no corners of a {kind}"))
        return None
    if not np.isfinite(outline).all():
        report.add(place.line(), place.says("a value is not finite"))
        return None
    if kind == "rectangle":  # either diagonal
        return [*outline.min(axis=0).tolist(), *outline.max(axis=0).tolist()]
    if size is None or size[0] * size[1] > MOST_PIXELS:
        return oriented_box(outline) or smallest_box(outline)
    return _filled(outline, points, size, place, report)


def are_rectangles(figures: Iterable[Mapping[str, Any]]) -> bool:
    """Whether most of the polygons are, as far as can be told of a file that may have mistakes."""
    found = []
    for figure in figures:
        exterior = _points(figure).get("exterior") if figure.get("geometryType") == "polygon" else None
        if isinstance(exterior, list):
            outline = _outline(exterior)
            found.append(outline is not None and len(outline) == 4 and oriented_box(outline) is not None)
    return 2 * sum(found) > len(found)


def _points(figure: Mapping[str, Any]) -> Mapping[str, Any]:
    """``geometry.points``; empty if there are none."""
    geometry = figure.get("geometry")
    points = geometry.get("points") if isinstance(geometry, Mapping) else None
    return points if isinstance(points, Mapping) else {}


def _outline(points: Any) -> FloatArray | None:
    """Corners (K, 2); None if they are something else."""
    corners = [numbers(point, 2) for point in points] if isinstance(points, list) else [None]
    return None if None in corners else np.array(corners, dtype=np.float64).reshape(-1, 2)


def _filled(
    outline: FloatArray, points: Mapping[str, Any], size: tuple[int, int], place: Place, report: Report
) -> Mask | None:
    """The pixels of a polygon without those of its holes."""
    interior = points.get("interior") or []
    holes = [_outline(hole) for hole in interior] if isinstance(interior, list) else [None]
    if any(hole is None or not np.isfinite(hole).all() for hole in holes):
        report.add(place.line(), place.says("geometry.points.interior must be lists of corners"))
        return None
    return mask_of_polygons([outline], size, [hole for hole in holes if hole is not None])


def _bitmap(geometry: Any, size: tuple[int, int] | None, place: Place, report: Report) -> Mask | None:
    """An image of the pixels, packed as base64 of a compressed PNG, with the place of its upper left corner."""
    bitmap = geometry.get("bitmap") if isinstance(geometry, Mapping) else None
    origin = bitmap.get("origin") if isinstance(bitmap, Mapping) else None
    data = bitmap.get("data") if isinstance(bitmap, Mapping) else None
    corner = [whole(value, 0) for value in origin] if isinstance(origin, list) else []
    if len(corner) != 2 or None in corner or not isinstance(data, str):
        report.add(
            place.line(), place.says("geometry.bitmap must have data and an origin of whole numbers ≥ 0")
        )
        return None
    try:
        bits = _unpacked(data)
    except (ValueError, zlib.error) as error:
        report.add(place.line(), place.says(f"geometry.bitmap.data is no compressed PNG: {error}"))
        return None
    left, top = (value or 0 for value in corner)
    height, width = bits.shape
    full = size or (left + width, top + height)
    if left + width > full[0] or top + height > full[1] or full[0] * full[1] > MOST_PIXELS:
        report.add(place.line(), place.says("the bitmap leaves the frame"))
        return None
    frame = np.zeros((full[1], full[0]), dtype=bool)
    frame[top : top + height, left : left + width] = bits
    return mask_of(frame)


def _unpacked(data: str) -> Bits:
    """(height, width): what is not transparent; of an image without transparency, what is not black.

    Raises:
        ValueError, zlib.error: if the text is something else.
        MissingExtraError: if OpenCV is not installed.
    """
    cv2 = require("cv2", "video", "masks of Supervisely's annotations")
    try:
        packed = base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
    image = zlib.decompressobj().decompress(packed, _MOST_BYTES)
    if not image.startswith(_PNG) or len(image) < 24:
        raise ValueError("no PNG in it")
    width, height = int.from_bytes(image[16:20], "big"), int.from_bytes(image[20:24], "big")
    if width * height > MOST_PIXELS:  # before it is unpacked
        raise ValueError(f"an image of {width}x{height} pixels")
    pixels: NDArray[np.uint8] | None = cv2.imdecode(
        np.frombuffer(image, dtype=np.uint8), cv2.IMREAD_UNCHANGED
    )
    if pixels is None:
        raise ValueError("a PNG that is damaged")
    if pixels.ndim == 3:
        pixels = pixels[..., 3] if pixels.shape[2] == 4 else pixels.max(axis=2)
    return np.not_equal(pixels, 0)


__all__ = ["NO_TRACKS", "READ", "are_rectangles", "shape_of"]
