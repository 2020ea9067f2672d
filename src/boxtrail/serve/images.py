"""Pictures that clients send."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError, require
from boxtrail.serve.errors import RefusedError

FORMATS = ("JPEG", "PNG", "BMP", "WEBP", "TIFF", "GIF")
NO_IMAGE = "the body is no image that can be decoded"
AT_ONCE = 4  # times the most pixels of one image: those of one request or batch


def decode_image(data: bytes, max_pixels: int) -> NDArray[np.uint8]:
    """(H, W, 3) BGR of a JPEG, PNG, WebP, BMP, TIFF or GIF, turned upright by its EXIF tag.

    Raises:
        InvalidInputError: if it is no image.
        RefusedError: 413 if it has more than ``max_pixels``, which is looked up before it is unpacked.
    """
    size = declared_size(data)
    if size is None:
        raise InvalidInputError(NO_IMAGE)
    check_size(size, max_pixels)
    cv2 = require("cv2", "serve", "decoding images")
    try:
        image = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise InvalidInputError(NO_IMAGE) from error
    if image is None:
        raise InvalidInputError(NO_IMAGE)
    check_size((image.shape[1], image.shape[0]), max_pixels)
    return np.asarray(image, dtype=np.uint8)


def check_size(size: tuple[int, int], max_pixels: int) -> None:
    """Refuse a picture of too many pixels.

    Raises:
        RefusedError: 413.
    """
    if size[0] * size[1] > max_pixels:
        raise RefusedError(413, f"the image has {size[0]} × {size[1]} pixels; at most {max_pixels} are taken")


def declared_size(source: bytes | Path) -> tuple[int, int] | None:
    """Width and height as the header of a file says, without unpacking it; None where it is no image."""
    pillow = require("PIL.Image", "serve", "looking at images")
    try:
        given = io.BytesIO(source) if isinstance(source, bytes) else source
        with pillow.open(given, formats=FORMATS) as image:
            width, height = image.size
    except (pillow.DecompressionBombError, pillow.DecompressionBombWarning):
        return 1 << 20, 1 << 20  # Pillow says no more than that it is huge
    except (
        OSError,
        ValueError,
        OverflowError,
    ):  # EOFError and the like are turned into one of them by Pillow
        return None
    return int(width), int(height)


__all__ = ["AT_ONCE", "check_size", "declared_size", "decode_image"]
