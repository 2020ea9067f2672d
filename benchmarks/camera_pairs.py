"""Pairs of textured 1920 × 1080 pictures whose camera motion is known, for bench_motion.py."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 1920, 1080
MARGIN = 200  # pixels of texture around the first picture: more than the largest motion needs
MAX_SHIFT = 20.0  # pixels
MAX_TURN = 1.0  # degrees
MAX_ZOOM = 0.02
NOISE = 2.0  # grey levels, standard deviation, drawn anew for each picture


@dataclass(frozen=True)
class CameraPairs:
    """``pictures`` (N, 2, 1080, 1920, 3) uint8 BGR and the true ``warps`` (N, 2, 3) from first to second."""

    pictures: NDArray[np.uint8]
    warps: NDArray[np.float64]


def make_pairs(count: int, seed: int = 0) -> CameraPairs:
    """Pairs with shifts of up to 20 px, turns of up to 1° and zooms of up to 2 %, each with its own texture."""
    import cv2

    rng = np.random.default_rng(seed)
    pictures = np.empty((count, 2, HEIGHT, WIDTH, 3), dtype=np.uint8)
    warps = np.empty((count, 2, 3))
    to_first = np.array([[1.0, 0.0, -MARGIN], [0.0, 1.0, -MARGIN], [0.0, 0.0, 1.0]])
    for k in range(count):
        plane = _texture(cv2, rng)
        warps[k] = _random_warp(rng)
        second = cv2.warpAffine(plane, warps[k] @ to_first, (WIDTH, HEIGHT), flags=cv2.INTER_LANCZOS4)
        for place, picture in enumerate((plane[MARGIN:-MARGIN, MARGIN:-MARGIN], second)):
            noisy = picture + rng.normal(0.0, NOISE, picture.shape).astype(np.float32)
            pictures[k, place] = np.clip(noisy.round(), 0, 255)
    return CameraPairs(pictures, warps)


def corner_error(found: NDArray[np.float64], true: NDArray[np.float64]) -> float:
    """Largest distance in pixels between where two warps (2, 3) put the four corners of the picture."""
    corners = np.array([[0, WIDTH, 0, WIDTH], [0, 0, HEIGHT, HEIGHT], [1, 1, 1, 1]], dtype=float)
    return float(np.linalg.norm(found @ corners - true @ corners, axis=0).max())


def _texture(cv2: Any, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Detail of every size, and rectangles with clear edges, (H + 400, W + 400, 3)."""
    height, width = HEIGHT + 2 * MARGIN, WIDTH + 2 * MARGIN
    plane = np.full((height, width, 3), 120.0, dtype=np.float32)
    for grain, contrast in ((256, 30.0), (64, 25.0), (16, 18.0), (6, 12.0), (2, 5.0)):
        coarse = rng.normal(0.0, contrast, (height // grain + 2, width // grain + 2, 3))
        plane += cv2.resize(coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(150):
        x, y, w, h = (int(value) for value in rng.integers((0, 0, 8, 8), (width, height, 120, 120)))
        plane[y : y + h, x : x + w] = rng.integers(20, 235, 3)
    return np.clip(cv2.GaussianBlur(plane, (0, 0), 0.7), 0, 255).astype(np.uint8)


def _random_warp(rng: np.random.Generator) -> NDArray[np.float64]:
    angle = math.radians(rng.uniform(-MAX_TURN, MAX_TURN))
    zoom = 1.0 + rng.uniform(-MAX_ZOOM, MAX_ZOOM)
    cos, sin = zoom * math.cos(angle), zoom * math.sin(angle)
    A = np.array([[cos, -sin], [sin, cos]])
    middle = np.array([WIDTH, HEIGHT]) / 2.0
    return np.column_stack([A, middle + rng.uniform(-MAX_SHIFT, MAX_SHIFT, 2) - A @ middle])
