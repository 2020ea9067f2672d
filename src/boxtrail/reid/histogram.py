"""Appearance without a trained network: colours and edges over the parts of a body."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import ConfigError, InvalidInputError, require
from boxtrail.reid.body_histograms import (
    CELLS_ACROSS,
    DIRECTIONS,
    LEVELS,
    STRIPES,
    body_weights,
    colour_histograms,
    edge_histograms,
    even_light,
)
from boxtrail.reid.pixel_grid import corners_and_axes, halve, sample
from boxtrail.reid.small_product import small_product

FloatArray: TypeAlias = NDArray[np.float64]

GRID = (48, 24)  # points per box after smoothing, rows and columns
EDGE_SHARE = 1.0 / 6.0  # of the squared distance that edges make up; the rest is colour
SHARPNESS = 2.4  # see HistogramEmbedder
MAX_BOXES = 128  # at a time; more are worked off in turns, so that memory is bounded
WIDTH = STRIPES * (LEVELS**3 + CELLS_ACROSS * DIRECTIONS)  # of the histograms together


class HistogramEmbedder:
    """Histograms of colours and of edge directions over eight horizontal parts of each box; needs no weights.

    Two bodies are compared by the Hellinger distance h² = 1 − Σ √(p·q) of their histograms, averaged over the parts.
    The distances of different people in one video lie close together (0.3 to 0.6), where the thresholds that trackers
    have for the cosine distance of trained networks tell nobody apart. So the histograms go through random Fourier
    features (Rahimi & Recht, NeurIPS 2007), whose cosine is about exp(−``sharpness`` · h²): 0.85 for the same person a
    few frames later, below 0.45 for most others. Measured: ``benchmarks/results/appearance.md``.

    Brightness is evened out by half; colours are measured relative to it. It works on people seen at a distance in one
    video. Across cameras, or for people dressed alike, a trained network is what is needed.

    Args:
        dim: numbers an embedding has, ≥ 8 and even; with fewer the cosines get noisier (by about 1 / √dim).
        sharpness: how fast the cosine falls with the distance, > 0.

    Raises:
        ConfigError: for a value out of range.
    """

    def __init__(self, dim: int = 512, *, sharpness: float = SHARPNESS) -> None:
        if dim < 8 or dim % 2:
            raise ConfigError(f"dim must be even and ≥ 8, not {dim}")
        if not 0.0 < sharpness < 1e3:
            raise ConfigError(f"sharpness must be in (0, 1000), not {sharpness:g}")
        self.dim = dim
        self.sharpness = sharpness
        # exp(−s·h²) = exp(−s·‖x − y‖² / 2) of the roots x, y: frequencies with variance s.
        self._frequencies = (_normals(WIDTH * (dim // 2)) * np.sqrt(sharpness)).reshape(WIDTH, dim // 2)
        self._weights = body_weights(*GRID)

    def __repr__(self) -> str:
        """The options."""
        return f"HistogramEmbedder(dim={self.dim}, sharpness={self.sharpness:g})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by the options; the rest follows from them."""
        return _make, (self.dim, self.sharpness)

    def embed(self, frames: Any, boxes: Any, *, with_valid: bool = False, as_tensor: bool = False) -> Any:
        """Appearance of what the boxes show.

        Args:
            frames: (H, W, 3) BGR or (H, W) grey uint8, or a list of such frames.
            boxes: rows of 4, 6 or 8 numbers that begin with ``x1, y1, x2, y2`` in pixels, or of 5, 7 or 9 that begin
                with ``cx, cy, w, h, angle``, radians; for a list of frames a list of such arrays.
            with_valid: also return which rows are embeddings.
            as_tensor: torch tensors, on the CPU, in place of arrays.

        Returns:
            (N, dim) float32 unit rows, one a box; zeros for a box without area or outside the frame. With
            ``with_valid`` a pair of that and (N,) bool. For a list of frames a list of these.

        Raises:
            InvalidInputError: for a frame that is no image, boxes that are no rows of finite numbers, or lists that
                differ in length.
            MissingExtraError: for ``as_tensor`` without torch.
        """
        if not isinstance(frames, list | tuple):
            return self._finish(*self._embed(frames, boxes), with_valid=with_valid, as_tensor=as_tensor)
        if len(frames) != len(boxes):
            raise InvalidInputError(f"{len(frames)} frames, but boxes for {len(boxes)}")
        done = [self._embed(frame, rows) for frame, rows in zip(frames, boxes, strict=True)]
        return [self._finish(*pair, with_valid=with_valid, as_tensor=as_tensor) for pair in done]

    def _embed(self, frame: Any, boxes: Any) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        image = _checked_frame(frame)
        rows = _checked_boxes(boxes)
        oriented = rows.shape[1] % 2 == 1
        sides = rows[:, 2:4] if oriented else rows[:, 2:4] - rows[:, :2]
        valid: NDArray[np.bool_] = np.all(sides > 0.0, axis=1)
        embeddings = np.zeros((len(rows), self.dim), np.float32)
        places = np.flatnonzero(valid)
        corners, axes = corners_and_axes(rows[places], oriented=oriented)
        for k in range(0, len(places), MAX_BOXES):
            some = slice(k, k + MAX_BOXES)
            features, seen = self._features(image, corners[some], axes[some])
            embeddings[places[some][seen]] = features[seen]
            valid[places[some]] = seen
        return embeddings, valid

    def _features(
        self, frame: NDArray[np.uint8], corners: FloatArray, axes: FloatArray
    ) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """(K, dim) unit rows, and (K,) whether a box shows any pixel."""
        pixels, shares = halve(*sample(frame, corners, axes, (2 * GRID[0], 2 * GRID[1])))
        weights = shares * self._weights
        even = even_light(pixels, weights)
        colours = np.sqrt(colour_histograms(even, weights) * ((1.0 - EDGE_SHARE) / STRIPES))
        edges = np.sqrt(edge_histograms(even) * (EDGE_SHARE / STRIPES))
        # ‖x − y‖² = 2·h², a mean over the parts: each part sums to 1.
        roots = np.hstack([colours, edges]).astype(np.float32)
        phases = small_product(roots, self._frequencies)
        features = np.hstack([np.cos(phases), np.sin(phases)])
        features /= np.float32(np.sqrt(self.dim // 2))
        seen: NDArray[np.bool_] = np.any(shares, axis=(1, 2))
        return features.astype(np.float32, copy=False), seen

    def _finish(
        self, rows: NDArray[np.float32], valid: NDArray[np.bool_], *, with_valid: bool, as_tensor: bool
    ) -> Any:
        if as_tensor:
            torch = require("torch", "reid", "embeddings as tensors")
            return (torch.from_numpy(rows), torch.from_numpy(valid)) if with_valid else torch.from_numpy(rows)
        return (rows, valid) if with_valid else rows


def _make(dim: int, sharpness: float) -> HistogramEmbedder:
    return HistogramEmbedder(dim, sharpness=sharpness)


def _normals(count: int) -> NDArray[np.float32]:
    """The same normally distributed numbers with every numpy: only raw bits have a stable stream."""
    bits: NDArray[np.uint64] = np.random.PCG64(0).random_raw(2 * ((count + 1) // 2))
    uniform = ((bits >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53
    radius, angle = np.sqrt(-2.0 * np.log(uniform[::2])), 2.0 * np.pi * uniform[1::2]
    return np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])[:count].astype(np.float32)


def _checked_frame(frame: Any) -> NDArray[np.uint8]:
    image = np.asarray(frame)
    shaped = image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)
    if image.dtype != np.uint8 or not shaped or image.size == 0:
        raise InvalidInputError(f"a frame must be (H, W, 3) uint8, not {image.shape} of {image.dtype}")
    return image


def _checked_boxes(boxes: Any) -> FloatArray:
    try:
        rows = np.asarray(boxes, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInputError(f"boxes must be rows of numbers: {error}") from error
    if rows.size == 0:
        return np.empty((0, 4))
    if rows.ndim != 2 or not 4 <= rows.shape[1] <= 9:
        raise InvalidInputError(
            "boxes must be rows x1, y1, x2, y2 (N, 4, 6 or 8) or cx, cy, w, h, angle (N, 5, 7 or 9), "
            f"not {rows.shape}"
        )
    bad = ~np.isfinite(rows).all(axis=1)
    if bad.any():
        raise InvalidInputError(f"box row {int(np.flatnonzero(bad)[0])} is not finite")
    return rows


__all__ = ["HistogramEmbedder"]
