"""Surfaces made of numbers: cloth, brick, paving, plaster. Each returns (H, W, 3) float32 BGR in [0, 255]."""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Texture: TypeAlias = NDArray[np.float32]
Colour: TypeAlias = tuple[float, float, float]  # BGR, 0 to 255

CLOTH_PATTERNS = ("plain", "stripes", "hoops", "plaid", "dots", "blocks")


def bgr(colour: Colour) -> Texture:
    """The colour as a (3,) array."""
    return np.array(colour, dtype=np.float32)


def smooth_noise(rng: np.random.Generator, height: int, width: int, cell: float) -> Texture:
    """(H, W) noise with zero mean and unit spread whose blotches are about ``cell`` pixels wide."""
    coarse = rng.standard_normal((max(2, round(height / cell) + 2), max(2, round(width / cell) + 2)))
    noise = cv2.resize(coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray((noise - noise.mean()) / (noise.std() + 1e-6), dtype=np.float32)


def filled(height: int, width: int, colour: Colour) -> Texture:
    """One colour everywhere."""
    return np.broadcast_to(bgr(colour), (height, width, 3)).copy()


def cloth(
    rng: np.random.Generator, shape: tuple[int, int], pattern: str, ground: Colour, accent: Colour
) -> Texture:
    """A woven surface of ``shape`` (height, width) in two colours; ``pattern`` is of ``CLOTH_PATTERNS``."""
    height, width = shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    period = max(8.0, height / 16.0)
    masks = {
        "plain": np.zeros_like(x),
        "stripes": ((x % period) < period * 0.4).astype(np.float32),
        "hoops": ((y % period) < period * 0.45).astype(np.float32),
        "plaid": 0.5 * ((x % period) < period * 0.35) + 0.5 * ((y % period) < period * 0.35),
        "dots": (np.hypot((x % period) - period / 2, (y % period) - period / 2) < period * 0.24).astype(
            np.float32
        ),
        "blocks": (y < height * 0.34).astype(np.float32),
    }
    mask = cv2.GaussianBlur(masks[pattern].astype(np.float32), (0, 0), 0.7)[..., None]
    surface = bgr(ground) * (1.0 - mask) + bgr(accent) * mask
    folds = 0.05 * smooth_noise(rng, height, width, height / 14.0)
    threads = 0.035 * rng.standard_normal((height, width)).astype(np.float32)
    return np.asarray(surface * (1.0 + folds + threads)[..., None], dtype=np.float32)


def bricks(
    rng: np.random.Generator, height: int, width: int, brick: tuple[int, int], colour: Colour
) -> Texture:
    """Running bond; ``brick`` is (width, height) of one brick with its joint, in pixels."""
    y, x = np.mgrid[0:height, 0:width]
    row = y // brick[1]
    shifted = x + (row % 2) * (brick[0] // 2)
    tone = rng.normal(1.0, 0.085, (height // brick[1] + 1, width // brick[0] + 2)).astype(np.float32)
    surface = bgr(colour) * tone[row, shifted // brick[0]][..., None]
    joint = (y % brick[1] < max(1, brick[1] // 6)) | (shifted % brick[0] < max(1, brick[1] // 6))
    surface[joint] = bgr(colour) * 0.35 + bgr((120, 125, 130)) * 0.55
    grime = 1.0 + 0.05 * smooth_noise(rng, height, width, 60.0) + 0.02 * rng.standard_normal((height, width))
    return np.asarray(surface * grime[..., None], dtype=np.float32)


def plaster(rng: np.random.Generator, height: int, width: int, colour: Colour) -> Texture:
    """A painted, slightly weathered wall."""
    weather = 0.03 * smooth_noise(rng, height, width, 90.0) + 0.018 * smooth_noise(rng, height, width, 6.0)
    return np.asarray(bgr(colour) * (1.0 + weather)[..., None], dtype=np.float32)


def paving(rng: np.random.Generator, height: int, width: int, slab: int, colour: Colour) -> Texture:
    """Square slabs of ``slab`` pixels in broken rows, each a little different, with dark joints."""
    y, x = np.mgrid[0:height, 0:width]
    row = y // slab
    shifted = x + (row % 2) * (slab // 2)
    column = shifted // slab
    cells = (height // slab + 1, width // slab + 2)
    tone = rng.normal(1.0, 0.055, cells).astype(np.float32)
    tint = rng.normal(0.0, 3.5, (*cells, 3)).astype(np.float32)
    surface = bgr(colour) * tone[row, column][..., None] + tint[row, column]
    inset = np.minimum.reduce([y % slab, slab - 1 - y % slab, shifted % slab, slab - 1 - shifted % slab])
    joint = np.clip(inset / (slab * 0.035), 0.0, 1.0).astype(np.float32)
    grain = 0.03 * rng.standard_normal((height, width)).astype(np.float32)
    stains = 0.035 * smooth_noise(rng, height, width, slab * 3.1) + 0.02 * smooth_noise(
        rng, height, width, slab * 0.4
    )
    return np.asarray(surface * ((0.62 + 0.38 * joint) * (1.0 + grain + stains))[..., None], dtype=np.float32)
