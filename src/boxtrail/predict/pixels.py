"""The pixels behind a prediction."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import SourceError
from boxtrail.io.images import read_image
from boxtrail.io.sources import open_source
from boxtrail.predict.downloads import fetch
from boxtrail.predict.inputs import pixels

if TYPE_CHECKING:
    from boxtrail.predict.prediction import Prediction


def load_image(prediction: Prediction) -> NDArray[np.uint8]:
    """(H, W, 3) RGB: the array itself, the file, the frame of the video, or what the address has.

    Raises:
        SourceError: if there is none of them, or it cannot be read.
    """
    if prediction.path is not None:
        return _at(Path(prediction.path), prediction.frame_index)
    if prediction.url is not None:
        path = fetch(prediction.url)
        try:
            return _at(path, prediction.frame_index)
        finally:
            path.unlink(missing_ok=True)
    if isinstance(prediction.source, np.ndarray) or hasattr(prediction.source, "convert"):
        return pixels(prediction.source)
    raise SourceError(f"{prediction!r} has no image: neither path, address nor array")


def _at(path: Path, frame_index: int | None) -> NDArray[np.uint8]:
    if frame_index is None:
        return rgb(read_image(path))
    with closing(open_source(path, start_frame=frame_index, num_frames=1, prefetch=0)) as source:
        frame: Any = next(iter(source), None)
    if frame is None:
        raise SourceError(f"{path} has no frame {frame_index}")
    return rgb(frame.image)


def rgb(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """BGR to RGB, or back."""
    return np.ascontiguousarray(image[..., ::-1])


__all__ = ["load_image", "rgb"]
