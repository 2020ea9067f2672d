"""The picture of a sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import SourceError, require
from boxtrail.io.images import read_image
from boxtrail.training.samples import Sample


def read_sample(sample: Sample) -> NDArray[np.uint8]:
    """The picture, (H, W, 3) uint8 BGR.

    Raises:
        SourceError: if it cannot be read.
        MissingExtraError: if OpenCV is not installed.
    """
    if not isinstance(sample.image, bytes):
        return read_image(sample.image)
    cv2 = require("cv2", "reid", "reading pictures")
    encoded = np.frombuffer(sample.image, dtype=np.uint8)
    image = cv2.imdecode(encoded, cv2.IMREAD_COLOR) if encoded.size else None
    if image is None:
        raise SourceError(f"{sample.name}: no image OpenCV can decode")
    return np.asarray(image, dtype=np.uint8)


__all__ = ["read_sample"]
