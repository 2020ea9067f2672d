"""What ``orb`` and ``sift`` share: features of each frame, matched by descriptor, and a similarity fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.motion.affine import fit_similarity
from boxtrail.motion.checked_options import check_count, check_range
from boxtrail.motion.estimator import FloatArray, NoMotionFoundError
from boxtrail.motion.working_image import WorkingImage


@dataclass(frozen=True)
class MatchingConfig:
    """How features of two frames become a warp.

    Raises:
        ConfigError: for a value out of its range.
    """

    max_ratio: float = 0.8  # distance of the best match over that of the second best, at most, [0, 1]
    max_shift: float = 0.25  # of a feature between frames, share of the image's longer side, at most, [0, 1]
    inlier_distance: float = 2.0  # working pixels between a feature and where the warp puts it, [0.01, 100]
    min_inliers: int = 8  # features that must agree, [3, 10000]
    min_inlier_share: float = 0.2  # share of the matched features that must agree, [0, 1]

    def __post_init__(self) -> None:
        check_range("max_ratio", self.max_ratio, 0.0, 1.0)
        check_range("max_shift", self.max_shift, 0.0, 1.0)
        check_range("inlier_distance", self.inlier_distance, 0.01, 100.0)
        check_count("min_inliers", self.min_inliers, 3, 10_000)
        check_range("min_inlier_share", self.min_inlier_share, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Features:
    """The features of one working image."""

    points: NDArray[np.float32]  # (N, 2) x, y in working pixels
    descriptors: NDArray[Any] | None  # (N, D); None without features
    longer_side: int  # of the image, working pixels


def find_features(detector: Any, image: WorkingImage) -> Features:
    """Features of the background, by OpenCV's ``detector``."""
    found, descriptors = detector.detectAndCompute(image.grey, image.background)
    points = np.array([point.pt for point in found], dtype=np.float32).reshape(-1, 2)
    return Features(points, descriptors, max(image.grey.shape))


def align_features(
    cv2: Any, norm: int, config: MatchingConfig, previous: Features, current: Features
) -> FloatArray:
    """The similarity (2, 3) that the matched features agree on.

    Raises:
        NoMotionFoundError: if there are too few or they do not agree.
    """
    for features in (previous, current):
        if len(features.points) < config.min_inliers:
            raise NoMotionFoundError(f"{len(features.points)} features, fewer than {config.min_inliers}")
    matches = cv2.BFMatcher(norm).knnMatch(previous.descriptors, current.descriptors, k=2)
    clear = [
        (best.queryIdx, best.trainIdx)
        for best, second in matches
        if best.distance < config.max_ratio * second.distance
    ]
    pairs = np.array(clear, dtype=np.int64).reshape(-1, 2)
    before, after = previous.points[pairs[:, 0]], current.points[pairs[:, 1]]
    near = np.abs(after - before).max(axis=1) <= config.max_shift * current.longer_side
    return fit_similarity(
        cv2, before[near], after[near],
        inlier_distance=config.inlier_distance, min_inliers=config.min_inliers,
        min_inlier_share=config.min_inlier_share,
    )  # fmt: skip


__all__ = ["Features", "MatchingConfig", "align_features", "find_features"]
