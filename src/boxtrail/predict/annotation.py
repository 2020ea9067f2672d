"""Supervisely's annotation of one image, as the SDK reads and writes it."""

from __future__ import annotations

import base64
import math
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.boxes import corners
from boxtrail.errors import InvalidInputError, require
from boxtrail.io.colours import hex_colour
from boxtrail.io.polygon import clip_polygon

CONFIDENCE_TAG = "confidence"  # the tag in which the SDK looks for a score
AUTOMATIC = {"nnCreated": True, "nnUpdated": True}  # the SDK's status of what a model made


def image_annotation(
    size: tuple[int, int],
    boxes: NDArray[np.float64],
    scores: NDArray[np.float64],
    classes: Sequence[str],
    track_ids: NDArray[np.int64] | None = None,
) -> tuple[dict[str, Any], NDArray[np.int64]]:
    """``Annotation`` JSON of the boxes, and the rows of those that are in it.

    Boxes are clipped to the image; those outside are left out, with their ids. Ids travel in ``customBigData``,
    one an object and in their order: this is where the SDK looks for them.

    Args:
        size: height and width of the image, in pixels.
        boxes: (N, 4) xyxy, or oriented (N, 5) ``cx, cy, w, h, angle``, which become polygons.
        scores: (N,) in [0, 1].
        classes: N names.
        track_ids: (N,), or None where nothing was tracked.
    """
    height, width = size
    objects, rows = [], []
    for row, box in enumerate(boxes):
        shape = _rectangle(box, size) if len(box) == 4 else _polygon(box, size)
        if shape is None:
            continue
        kind = "rectangle" if len(box) == 4 else "polygon"
        rows.append(row)
        objects.append(
            {
                "classTitle": classes[row],
                "description": "",
                "tags": [{"name": CONFIDENCE_TAG, "value": float(scores[row])}],
                "geometryType": kind,
                "shape": kind,
                "points": {"exterior": shape, "interior": []},
                **AUTOMATIC,
            }
        )
    kept = np.array(rows, dtype=np.int64)
    ids: Any = {} if track_ids is None else [int(track_id) for track_id in track_ids[kept]]
    return {
        "description": "",
        "size": {"height": height, "width": width},
        "tags": [],
        "objects": objects,
        "customBigData": ids,
    }, kept


def project_meta(class_names: Mapping[int, str], shape: str = "rectangle") -> dict[str, Any]:
    """``ProjectMeta`` JSON: the classes, each in its colour, and the tag for scores."""
    return {
        "classes": [
            {"title": name, "shape": shape, "color": hex_colour(label)} for label, name in class_names.items()
        ],
        "tags": [{"name": CONFIDENCE_TAG, "value_type": "any_number"}],
    }


def objects_of(
    annotation: Mapping[str, Any],
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[str], list[NDArray[np.bool_] | None]]:
    """Boxes (N, 4) xyxy, scores (N,), N class names and N masks (H, W) or None, of an ``Annotation`` JSON.

    Raises:
        InvalidInputError: for an annotation without objects or with one that cannot be read.
    """
    try:
        size = (int(annotation["size"]["height"]), int(annotation["size"]["width"]))
        found = [_object(entry, size) for entry in annotation["objects"]]
    except (KeyError, TypeError, ValueError, zlib.error) as error:
        raise InvalidInputError(f"no Supervisely annotation: {type(error).__name__}: {error}") from error
    boxes = np.array([box for box, *_ in found], dtype=np.float64).reshape(-1, 4)
    scores = np.array([score for _, score, *_ in found], dtype=np.float64)
    return boxes, scores, [name for *_, name, _ in found], [mask for *_, mask in found]


def _object(
    entry: Mapping[str, Any], size: tuple[int, int]
) -> tuple[list[float], float, str, NDArray[np.bool_] | None]:
    mask = _mask(entry["bitmap"], size) if "bitmap" in entry else None
    if mask is not None:
        ys, xs = np.nonzero(mask)
        box = [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1] if len(xs) else [0, 0, 0, 0]
    else:
        points = np.array(entry["points"]["exterior"], dtype=np.float64).reshape(-1, 2)
        box = [*points.min(axis=0), *points.max(axis=0)]
    return [float(value) for value in box], _score(entry.get("tags", [])), str(entry["classTitle"]), mask


def _score(tags: Sequence[Mapping[str, Any]]) -> float:
    """The SDK looks for these names, and takes 1 where there is none."""
    by_name = {tag["name"]: tag.get("value") for tag in tags}
    for name in (CONFIDENCE_TAG, "conf", "score"):
        value = by_name.get(name)
        if isinstance(value, (int, float)):
            return float(value)
    return 1.0


def _mask(bitmap: Mapping[str, Any], size: tuple[int, int]) -> NDArray[np.bool_]:
    """A bitmap is a PNG, deflated, in base64, with the place of its left upper corner."""
    cv2 = require("cv2", "video", "reading masks")
    png = zlib.decompress(base64.b64decode(bitmap["data"]))
    part = cv2.imdecode(np.frombuffer(png, dtype=np.uint8), cv2.IMREAD_UNCHANGED)
    if part is None:
        raise ValueError("its bitmap is no PNG")
    filled = part[..., -1] > 0 if part.ndim == 3 else part > 0
    left, top = (int(value) for value in bitmap["origin"])
    mask = np.zeros(size, dtype=bool)
    mask[top : top + filled.shape[0], left : left + filled.shape[1]] = filled
    return mask


def _rectangle(box: NDArray[np.float64], size: tuple[int, int]) -> list[list[float]] | None:
    """Corners inside the image, as floats: the SDK floors them and keeps what it was sent."""
    height, width = size
    x1, y1, x2, y2 = (float(value) for value in box)
    if x2 <= 0 or y2 <= 0 or x1 >= width or y1 >= height:
        return None
    # The SDK drops a box that begins past the last pixel, and with it the ids of the whole frame.
    left, right = (min(max(value, 0.0), width - 1.0) for value in (x1, x2))
    top, bottom = (min(max(value, 0.0), height - 1.0) for value in (y1, y2))
    return [[left, top], [right, bottom]]


def _polygon(box: NDArray[np.float64], size: tuple[int, int]) -> list[list[int]] | None:
    height, width = size
    outline = clip_polygon(corners(box[None])[0], width - 1, height - 1)
    points = [[math.floor(x), math.floor(y)] for x, y in outline]
    distinct = [point for k, point in enumerate(points) if point != points[k - 1]]
    return distinct if len(distinct) >= 3 else None


__all__ = ["AUTOMATIC", "CONFIDENCE_TAG", "image_annotation", "objects_of", "project_meta"]
