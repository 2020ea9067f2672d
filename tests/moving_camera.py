"""Pictures of a textured plane, taken by a camera whose motion is known."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

cv2: Any = pytest.importorskip("cv2")

Image = NDArray[np.uint8]
MARGIN = 120  # pixels of texture around the first frame


def texture(height: int, width: int, seed: int = 0) -> Image:
    """A (height, width, 3) picture with detail of every size."""
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 120.0)
    for grain, contrast in ((96, 30.0), (24, 22.0), (8, 14.0), (3, 5.0)):
        coarse = rng.normal(0.0, contrast, (height // grain + 2, width // grain + 2, 3))
        picture += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(height * width // 8000):
        x, y, w, h = (int(value) for value in rng.integers((0, 0, 6, 6), (width, height, 50, 50)))
        picture[y : y + h, x : x + w] = rng.integers(20, 235, 3)
    return np.clip(cv2.GaussianBlur(picture, (0, 0), 0.7), 0, 255).astype(np.uint8)


def similarity(
    shift: tuple[float, float] = (0.0, 0.0),
    degrees: float = 0.0,
    zoom: float = 1.0,
    size: tuple[int, int] = (640, 480),
) -> NDArray[np.float64]:
    """The warp (2, 3) that turns and zooms about the middle of a picture of ``size`` (w, h), then shifts."""
    cos, sin = (zoom * part(math.radians(degrees)) for part in (math.cos, math.sin))
    A = np.array([[cos, -sin], [sin, cos]])
    middle = np.array(size) / 2.0
    return np.column_stack([A, middle + shift - A @ middle])


def photograph(plane: Image, warp: NDArray[np.float64], size: tuple[int, int] = (640, 480)) -> Image:
    """What a camera moved by ``warp`` since the first frame sees of a plane with ``MARGIN`` around that frame."""
    to_first = np.array([[1.0, 0.0, -MARGIN], [0.0, 1.0, -MARGIN], [0.0, 0.0, 1.0]])
    seen: Image = cv2.warpAffine(plane, warp @ to_first, size, flags=cv2.INTER_CUBIC)
    return seen


def plane_for(size: tuple[int, int] = (640, 480), seed: int = 0) -> Image:
    """A texture that still fills a frame of ``size`` (w, h) after a small motion."""
    return texture(size[1] + 2 * MARGIN, size[0] + 2 * MARGIN, seed)


def corner_error(
    found: NDArray[np.float64], true: NDArray[np.float64], size: tuple[int, int] = (640, 480)
) -> float:
    """Largest distance in pixels between where two warps put the corners of a picture of ``size`` (w, h)."""
    width, height = size
    points = np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]], dtype=float)
    return float(np.linalg.norm(found @ points - true @ points, axis=0).max())
