"""Images in and predictions out, in the words of Roboflow's inference server."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.boxes import corners, enclosing_xyxy
from boxtrail.serve.errors import RefusedError
from boxtrail.serve.images import AT_ONCE, decode_image

FloatArray = NDArray[np.float64]


def image_of(value: Any, max_pixels: int) -> NDArray[np.uint8]:
    """(H, W, 3) BGR of ``{"type": "base64", "value": ...}``, or of the bare text.

    Raises:
        RefusedError: 400 for another kind: a pickle would run code, an address or path would open what is the server's.
    """
    if isinstance(value, Mapping):
        kind, value = value.get("type", "base64"), value.get("value")
        if kind != "base64":
            raise RefusedError(400, f"images come as base64; {kind!r} is not taken")
    if not isinstance(value, (str, bytes)):
        raise RefusedError(400, "an image is {'type': 'base64', 'value': ...}")
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else value
    if text.lstrip().startswith("data:"):
        text = text.partition(",")[2]
    try:
        data = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise RefusedError(
            400, "Could not load input image. Cause: it is no base64, or no such file"
        ) from error
    return decode_image(data, max_pixels)


def images_of(values: Sequence[Any], max_pixels: int) -> list[NDArray[np.uint8]]:
    """As :func:`image_of`, for all images of a request, which are in memory at once.

    Raises:
        RefusedError: as there; 413 if they are too many together.
    """
    left, images = AT_ONCE * max_pixels, []
    for value in values:
        images.append(image_of(value, max_pixels))
        left -= images[-1].shape[0] * images[-1].shape[1]
        if left < 0:
            raise RefusedError(
                413, f"the images of one request have at most {AT_ONCE * max_pixels} pixels together"
            )
    return images


def texts(name: str, value: Any) -> frozenset[str]:
    """The texts of a list in a request, such as classes or fields; a missing list is an empty one.

    Raises:
        RefusedError: 400 for anything else.
    """
    if value is None:
        return frozenset()
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise RefusedError(400, f"{name} must be a list of texts, not {repr(value)[:40]}")
    return frozenset(value)


def object_of(name: str, value: Any) -> Mapping[str, Any]:
    """The object in a request; a missing one is empty.

    Raises:
        RefusedError: 400 for anything else.
    """
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise RefusedError(400, f"{name} must be a JSON object, not {repr(value)[:40]}")
    return value


def predictions_of(
    rows: FloatArray,
    names: Mapping[int, str],
    ids: Sequence[int] | None = None,
    *,
    parent: str | None = None,
    detection_ids: Sequence[str] | None = None,
) -> list[dict[str, Any]]:
    """Detections (N, 6) or (N, 7) as the client reads them: centre and size, confidence, class, and an id of their
    own."""
    upright = enclosing_xyxy(rows[:, :5]) if rows.shape[1] == 7 else rows[:, :4]
    found = []
    for index, (x1, y1, x2, y2) in enumerate(upright.tolist()):
        score, label = float(rows[index, -2]), int(rows[index, -1])
        entry: dict[str, Any] = {
            "x": (x1 + x2) / 2.0,
            "y": (y1 + y2) / 2.0,
            "width": x2 - x1,
            "height": y2 - y1,
            "confidence": score,
            "class": names.get(label, f"class {label}"),
            "class_id": label,
            "detection_id": str(uuid.uuid4()) if detection_ids is None else detection_ids[index],
        }
        if ids is not None:
            entry["tracker_id"] = int(ids[index])
        if parent is not None:
            entry["parent_id"] = parent
        if rows.shape[1] == 7:
            entry["points"] = [{"x": x, "y": y} for x, y in corners(rows[index : index + 1, :5])[0].tolist()]
        found.append(entry)
    return found


__all__ = ["image_of", "images_of", "object_of", "predictions_of", "texts"]
