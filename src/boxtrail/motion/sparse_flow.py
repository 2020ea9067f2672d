"""``sof``: corners of the last frame, found again in this one by pyramidal Lucas-Kanade, and a similarity fitted."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from boxtrail.motion.affine import fit_similarity
from boxtrail.motion.checked_options import check_count, check_range
from boxtrail.motion.estimator import FloatArray, NoMotionFoundError
from boxtrail.motion.working_image import WorkingImage


@dataclass(frozen=True)
class SparseFlowConfig:
    """Parameters of ``sof``; working pixels are those of the image that is worked on.

    Raises:
        ConfigError: for a value out of its range.
    """

    max_side: int = 640  # pixels of the longer side at most; the frame is halved until it fits, [16, 8192]
    max_corners: int = 400  # about so many corners at most, one a cell of a grid, [8, 100000]
    quality: float = 0.005  # smallest corner response, share of the strongest, [0, 1]
    block_size: int = 3  # working pixels a corner's gradients are summed over, [2, 31]
    window: int = 11  # working pixels a corner is compared over, side of the window, [5, 101]
    levels: int = 4  # halvings of the working image for large motions, [0, 8]
    iterations: int = 20  # steps a level at most, [1, 100]
    epsilon: float = 0.02  # working pixels a step must still move a corner by to go on, [0, 1]
    inlier_distance: float = 0.75  # working pixels between a corner and where the warp puts it, [0.01, 100]
    min_inliers: int = 8  # corners that must agree, [3, 10000]
    min_inlier_share: float = 0.2  # share of the found corners that must agree, [0, 1]

    def __post_init__(self) -> None:
        check_count("max_side", self.max_side, 16, 8192)
        check_count("max_corners", self.max_corners, 8, 100_000)
        check_range("quality", self.quality, 0.0, 1.0)
        check_count("block_size", self.block_size, 2, 31)
        check_count("window", self.window, 5, 101)
        check_count("levels", self.levels, 0, 8)
        check_count("iterations", self.iterations, 1, 100)
        check_range("epsilon", self.epsilon, 0.0, 1.0)
        check_range("inlier_distance", self.inlier_distance, 0.01, 100.0)
        check_count("min_inliers", self.min_inliers, 3, 10_000)
        check_range("min_inlier_share", self.min_inlier_share, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class CornersOfFrame:
    """A working image and its corners."""

    grey: NDArray[np.uint8]  # (h, w)
    points: NDArray[np.float32]  # (N, 2) x, y in working pixels


@dataclass(frozen=True)
class SparseFlow:
    """Sparse optical flow between two working images."""

    cv2: Any
    config: SparseFlowConfig
    name: ClassVar[str] = "sof"

    @property
    def max_side(self) -> int:
        """See the config."""
        return self.config.max_side

    def prepare(self, image: WorkingImage) -> CornersOfFrame:
        """The image and the background's corners, from which the next frame's flow starts."""
        response = self.cv2.cornerMinEigenVal(image.grey, self.config.block_size)
        if image.background is not None:
            response[image.background == 0] = 0.0
        return CornersOfFrame(image.grey, strongest_per_cell(response, self.config))

    def align(self, previous: CornersOfFrame, current: CornersOfFrame) -> FloatArray:
        """Follow the previous corners into the current image and fit a similarity."""
        config = self.config
        if len(previous.points) < config.min_inliers:
            raise NoMotionFoundError(f"{len(previous.points)} corners, fewer than {config.min_inliers}")
        criteria = (
            self.cv2.TERM_CRITERIA_COUNT | self.cv2.TERM_CRITERIA_EPS,
            config.iterations,
            config.epsilon,
        )
        found, status, _ = self.cv2.calcOpticalFlowPyrLK(
            previous.grey, current.grey, previous.points[:, None, :], None,
            winSize=(config.window, config.window), maxLevel=config.levels, criteria=criteria,
        )  # fmt: skip
        found = found[:, 0, :]
        followed = (status.ravel() == 1) & np.isfinite(found).all(axis=1)
        return fit_similarity(
            self.cv2, previous.points[followed], found[followed],
            inlier_distance=config.inlier_distance, min_inliers=config.min_inliers,
            min_inlier_share=config.min_inlier_share,
        )  # fmt: skip


def strongest_per_cell(response: NDArray[np.float32], config: SparseFlowConfig) -> NDArray[np.float32]:
    """The strongest corner (N, 2) x, y of each cell of a grid, weak ones left out.

    Sorting all corners by strength costs more than following them, and heaps them on the most contrasted object; a
    grid spreads them, which also pins down turn and zoom better.
    """
    height, width = response.shape
    cell = max(1, math.ceil(math.sqrt(height * width / config.max_corners)))
    rows, columns = -(-height // cell), -(-width // cell)
    padded = np.zeros((rows * cell, columns * cell), dtype=np.float32)
    padded[:height, :width] = response
    bands = padded.reshape(rows, cell, columns * cell)
    # The best column of each cell first, then the best row in it: both run along memory.
    x = bands.max(axis=1).reshape(rows, columns, cell).argmax(axis=2) + cell * np.arange(columns)
    in_column = np.take_along_axis(bands, x[:, None, :], axis=2)  # (rows, cell, columns)
    y = in_column.argmax(axis=1) + cell * np.arange(rows)[:, None]
    strength = in_column.max(axis=1)
    keep = strength > max(config.quality * float(strength.max()), np.finfo(np.float32).tiny)
    kept: NDArray[np.float32] = np.stack([x[keep], y[keep]], axis=1).astype(np.float32)
    return kept


__all__ = ["SparseFlow", "SparseFlowConfig", "strongest_per_cell"]
