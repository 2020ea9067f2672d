"""Gaussian-smoothed interpolation (GSI): linear interpolation, then a Gaussian-process regression of each coordinate.

Du et al. 2023, "StrongSORT: Make DeepSORT Great Again", https://arxiv.org/abs/2202.13514. The kernel is
exp(−Δ²/(2ℓ²)) of the frame with ℓ = clip(τ·ln(τ³/n), 1/τ, τ²) for a track of n rows: long tracks are smoothed less,
those of more than τ³ rows not at all. Zero prior mean, unit amplitude, and a nugget ν = 1e-10 on the diagonal.

The tiny nugget is what smooths. With ℓ ≈ 46 only a few eigenvalues λ of the Gram matrix exceed it, and the regression
keeps λ/(λ + ν) of each mode: all of the slow ones, nothing of the fast ones. A larger nugget pulls the track towards
the prior mean, by more than a pixel at 1e-2.
"""

from __future__ import annotations

import logging
import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import ConfigError
from boxtrail.postprocessing.linear import interpolate
from boxtrail.postprocessing.smoothing import Watch, smooth_tracks
from boxtrail.postprocessing.table import TrackTable

FloatArray: TypeAlias = NDArray[np.float64]

logger = logging.getLogger(__name__)

NUGGET = 1e-10
MAX_NUGGET = 1e-6  # moves a box by less than a thousandth of a pixel at 1,000 pixels


def smooth_gaussian(
    tracks: TrackTable, *, max_gap: int = 20, min_rows: int = 1, tau: float = 10.0, watch: Watch | None = None
) -> TrackTable:
    """GSI: the table interpolated, its boxes smoothed, sorted by frame and id.

    Boxes are smoothed as left, top, width, height; oriented ones as centre, sides and angle, the angle unwrapped
    along the track, so that it may leave [−π, π). Scores and classes are those of the interpolation.

    Args:
        tracks: any table.
        max_gap: as in :func:`interpolate`.
        min_rows: likewise.
        tau: τ > 0, the smoothness.
        watch: called after each track.

    Raises:
        ConfigError: if an option is out of range.
    """
    if not (math.isfinite(tau) and tau > 0.0):
        raise ConfigError(f"tau must be > 0, not {tau}")

    def smooth(times: FloatArray, boxes: FloatArray) -> FloatArray:
        return regress(times, boxes, length_scale(len(times), tau))

    filled = interpolate(tracks, max_gap=max_gap, min_rows=min_rows)
    return smooth_tracks(filled, smooth, watch)


def length_scale(num_rows: int, tau: float) -> float:
    """ℓ in frames of a track of ``num_rows`` ≥ 1 rows."""
    return float(np.clip(tau * math.log(tau**3 / num_rows), 1.0 / tau, tau**2))


def regress(times: FloatArray, values: FloatArray, scale: float, *, nugget: float = NUGGET) -> FloatArray:
    """The posterior mean at the training times: (N, K) values at (N,) different times, kernel length ``scale``.

    Raises:
        LinAlgError: if no nugget up to 1e-6 makes the Gram matrix positive definite.
    """
    nearest = float(np.diff(times).min()) if len(times) > 1 else math.inf
    if math.exp(-0.5 * (nearest / scale) ** 2) < nugget:
        return values  # neighbours do not see each other: K = I to rounding
    gram = np.exp(-0.5 * ((times[:, None] - times[None, :]) / scale) ** 2)
    cholesky, nugget = _cholesky(gram, nugget)
    weights = np.linalg.solve(cholesky.T, np.linalg.solve(cholesky, values))
    # K w = y − ν w. Multiplying by K would round away what the regression found: w is of the order of 1/ν.
    smoothed: FloatArray = values - nugget * weights
    return smoothed


def _cholesky(gram: FloatArray, nugget: float) -> tuple[FloatArray, float]:
    """The factor L of K + ν I = L Lᵀ, and the ν it took.

    Rounding can push an eigenvalue of a Gram matrix of many rows and a large ℓ below −1e-10; at the default τ it does
    not. Such a matrix has next to no eigenvalue between 1e-10 and the ten times larger nugget tried next, so that the
    result changes by a fraction of what was smoothed away.
    """
    while True:
        try:
            factor = np.linalg.cholesky(gram + nugget * np.eye(len(gram))).astype(np.float64, copy=False)
            return factor, nugget
        except np.linalg.LinAlgError:
            nugget *= 10.0
            if nugget > MAX_NUGGET:
                raise
            logger.warning("%d rows of a track: smoothed with a nugget of %.0e", len(gram), nugget)


__all__ = ["length_scale", "regress", "smooth_gaussian"]
