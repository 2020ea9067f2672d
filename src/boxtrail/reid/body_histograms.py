"""Histograms over the parts of a body: how often each colour comes, and how strong edges run in each direction."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]

STRIPES = 8  # parts of a body from top to bottom
LEVELS = 8  # of lightness and of either colour difference
CELLS_ACROSS = 4  # edges are counted in STRIPES × CELLS_ACROSS cells
DIRECTIONS = 6  # of edges, over half a turn
MIDDLE_GREY = 110.0  # lightness that a body is drawn half the way to
DARKEST = 20.0  # a darker body is not brightened further
BODY_WIDTH = 0.25  # of the box: how fast the weight falls off from its middle line (one sigma)
CHROMA_FLOOR = 25.0  # added to the lightness that divides colour differences: dark pixels have no colour
CHROMA_GAIN = 1.2
FLAT = 1e-3  # edges weaker than this in sum make no pattern


def body_weights(rows: int, columns: int) -> FloatArray:
    """(R, C) weight of each point of a box: people stand in the middle, the background at the sides."""
    across = (np.arange(columns) + 0.5) / columns - 0.5
    return np.tile(np.exp(-0.5 * (across / BODY_WIDTH) ** 2), (rows, 1))


def even_light(pixels: NDArray[np.float32], weights: FloatArray) -> NDArray[np.float32]:
    """``pixels`` (N, R, C, 3) 0 to 255 with the mean lightness of each body half as far from the middle (in ratio).

    Takes away half of what a change of exposure does, and keeps half of the difference of dark and bright clothes.
    """
    lightness = pixels.mean(axis=3)
    total = weights.sum(axis=(1, 2))
    mean = (lightness * weights).sum(axis=(1, 2)) / np.maximum(total, 1e-9)
    gain = np.sqrt(MIDDLE_GREY / np.maximum(mean, DARKEST)).astype(np.float32)
    even: NDArray[np.float32] = pixels * gain[:, None, None, None]
    return even


def colour_histograms(pixels: NDArray[np.float32], weights: FloatArray) -> FloatArray:
    """(N, STRIPES · LEVELS³) shares of colours in each part, each part summing to 1, or 0 without a pixel.

    The colours are the root of the lightness and two opponent differences divided by the lightness, so that light and
    shade move a colour along one axis only. Each pixel is shared out between the eight nearest levels.

    Args:
        pixels: (N, R, C, 3) BGR, 0 to 255.
        weights: (N, R, C) ≥ 0.
    """
    count, rows = pixels.shape[:2]
    blue, green, red = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    lightness = (blue + green + red) / 3.0
    scale = CHROMA_GAIN / (lightness + CHROMA_FLOOR)
    axes = (
        np.sqrt(np.minimum(lightness / 255.0, 1.0)),
        (red - green) * 0.5 * scale + 0.5,
        (0.5 * (red + green) - blue) * 0.5 * scale + 0.5,
    )
    lows, shares = [], []
    for values in axes:
        position = np.clip(values, 0.0, 1.0) * (LEVELS - 1)
        lows.append(np.minimum(position.astype(np.intp), LEVELS - 2))
        shares.append(position - lows[-1])
    part = np.arange(count)[:, None] * STRIPES + (np.arange(rows) * STRIPES // rows)[None, :]
    first = ((part[:, :, None] * LEVELS + lows[0]) * LEVELS + lows[1]) * LEVELS + lows[2]
    histograms = np.zeros(count * STRIPES * LEVELS**3)
    for corner in np.ndindex(2, 2, 2):
        share = weights
        for up, high in zip(corner, shares, strict=True):
            share = share * (high if up else 1.0 - high)
        step = (corner[0] * LEVELS + corner[1]) * LEVELS + corner[2]
        histograms += np.bincount((first + step).ravel(), share.ravel(), len(histograms))
    parts = histograms.reshape(count, STRIPES, LEVELS**3)
    totals = parts.sum(axis=2, keepdims=True)
    return (parts / np.where(totals == 0.0, 1.0, totals)).reshape(count, -1)


def edge_histograms(pixels: NDArray[np.float32]) -> FloatArray:
    """(N, STRIPES · CELLS_ACROSS · DIRECTIONS) strength of edges by direction; each stripe sums to 1, or 0 if flat.

    Args:
        pixels: (N, R, C, 3) BGR, 0 to 255.
    """
    count, rows, columns = pixels.shape[:3]
    light = np.sqrt(pixels.mean(axis=3))
    across, down = np.zeros_like(light), np.zeros_like(light)
    across[:, :, 1:-1] = light[:, :, 2:] - light[:, :, :-2]
    down[:, 1:-1] = light[:, 2:] - light[:, :-2]
    strength = np.hypot(across, down).astype(np.float64)
    turn = (np.arctan2(down, across) / np.pi % 1.0) * DIRECTIONS
    low = turn.astype(np.intp) % DIRECTIONS  # a full half turn is none
    high_share = turn - np.floor(turn)
    stripe = np.arange(count)[:, None] * STRIPES + (np.arange(rows) * STRIPES // rows)[None, :]
    cell = stripe[:, :, None] * CELLS_ACROSS + (np.arange(columns) * CELLS_ACROSS // columns)
    length = count * STRIPES * CELLS_ACROSS * DIRECTIONS
    first = (cell * DIRECTIONS + low).ravel()
    second = (cell * DIRECTIONS + (low + 1) % DIRECTIONS).ravel()
    histograms = np.bincount(first, (strength * (1.0 - high_share)).ravel(), length)
    histograms += np.bincount(second, (strength * high_share).ravel(), length)
    parts = histograms.reshape(count, STRIPES, CELLS_ACROSS * DIRECTIONS)
    shares: FloatArray = parts / (parts.sum(axis=2, keepdims=True) + FLAT)
    return shares.reshape(count, -1)


__all__ = ["body_weights", "colour_histograms", "edge_histograms", "even_light"]
