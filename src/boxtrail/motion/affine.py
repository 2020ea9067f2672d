"""Warps of point pairs, and which warps a camera can make."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.motion.estimator import FloatArray, NoMotionFoundError

# |det| of the 2×2 part: no camera zooms by more than two between two frames, nor shows a mirror image.
MIN_DETERMINANT, MAX_DETERMINANT = 0.25, 4.0


def fit_similarity(
    cv2: Any,
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    *,
    inlier_distance: float,
    min_inliers: int,
    min_inlier_share: float,
) -> FloatArray:
    """The shift, turn and zoom (2, 3) that most pairs of points (N, 2) agree on.

    RANSAC (Fischler and Bolles 1981), then least squares over the pairs that agree.

    Raises:
        NoMotionFoundError: if fewer than ``min_inliers`` pairs, or a smaller share than ``min_inlier_share``, lie
            within ``inlier_distance`` of it.
    """
    if len(before) < min_inliers:
        raise NoMotionFoundError(f"{len(before)} point pairs, fewer than {min_inliers}")
    warp, inliers = cv2.estimateAffinePartial2D(
        before, after, method=cv2.RANSAC, ransacReprojThreshold=inlier_distance
    )
    if warp is None:
        raise NoMotionFoundError(f"{len(before)} point pairs that fit no motion")
    agreeing = int(np.count_nonzero(inliers))
    needed = max(min_inliers, math.ceil(min_inlier_share * len(before)))
    if agreeing < needed:
        raise NoMotionFoundError(f"{agreeing} of {len(before)} point pairs agree, {needed} needed")
    return np.asarray(warp, dtype=np.float64)


def check_plausible(warp: FloatArray) -> FloatArray:
    """The warp (2, 3) itself.

    Raises:
        NoMotionFoundError: if it is not finite or its determinant is not that of a camera between two frames.
    """
    if not np.isfinite(warp).all():
        raise NoMotionFoundError("a warp that is not finite")
    determinant = float(warp[0, 0] * warp[1, 1] - warp[0, 1] * warp[1, 0])
    if not MIN_DETERMINANT <= determinant <= MAX_DETERMINANT:
        raise NoMotionFoundError(f"a warp that changes areas by {determinant:g}")
    return warp


__all__ = ["MAX_DETERMINANT", "MIN_DETERMINANT", "check_plausible", "fit_similarity"]
