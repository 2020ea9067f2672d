"""Pictures that clients send."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError, require
from boxtrail.serve.errors import RefusedError


def decode_image(data: bytes, max_pixels: int) -> NDArray[np.uint8]:
    """(H, W, 3) BGR of a JPEG, PNG, WebP, BMP or TIFF, turned upright by its EXIF tag.

    Raises:
        InvalidInputError: if it is no image.
        RefusedError: 413 if it has more than ``max_pixels``, which is looked up before it is unpacked.
    """
    size = declared_size(data)
    if size is not None and size[0] * size[1] > max_pixels:
        raise RefusedError(413, f"the image has {size[0]} × {size[1]} pixels; at most {max_pixels} are taken")
    cv2 = require("cv2", "serve", "decoding images")
    try:
        image = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR) if data else None
    except cv2.error as error:
        raise InvalidInputError("the body is no image that can be decoded") from error
    if image is None:
        raise InvalidInputError("the body is no image that can be decoded")
    if image.shape[0] * image.shape[1] > max_pixels:
        raise RefusedError(413, f"the image has more than {max_pixels} pixels")
    return np.asarray(image, dtype=np.uint8)


def declared_size(data: bytes) -> tuple[int, int] | None:
    """Width and height as the header of a PNG, BMP, WebP or JPEG says; None where it does not."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return int(width), int(height)
    if data[:2] == b"BM" and len(data) >= 26:
        width, height = struct.unpack("<ii", data[18:26])
        return abs(int(width)), abs(int(height))
    return _jpeg_size(data) if data[:2] == b"\xff\xd8" else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """From the frame header, past the segments before it."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return int(width), int(height)
        at += 2 + length
    return None


__all__ = ["declared_size", "decode_image"]
