"""``ecc``: the warp under which the two pictures correlate best, from coarse to fine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import ConfigError
from boxtrail.motion.checked_options import check_count, check_range
from boxtrail.motion.estimator import FloatArray, NoMotionFoundError
from boxtrail.motion.working_image import WorkingImage, to_frame_pixels

_MOTIONS = ("translation", "euclidean", "affine")
_MIN_SIDE = 16  # pixels; a level smaller than this tells nothing


@dataclass(frozen=True)
class EccConfig:
    """Parameters of ``ecc``.

    Raises:
        ConfigError: for a value out of its range.
    """

    max_side: int = 320  # pixels of the longer side at most; the frame is halved until it fits, [16, 8192]
    motion: Literal["translation", "euclidean", "affine"] = "affine"  # euclidean: no zoom
    levels: int = 1  # halvings of the working image for large motions, [0, 8]
    iterations: int = 50  # a level at most, [1, 10000]
    epsilon: float = 1e-4  # gain in correlation below which a level ends, [0, 1]
    blur: int = 1  # pixels, odd side of the Gaussian put over both images; 1: none, [1, 31]
    min_correlation: float = 0.5  # of the aligned images, below which the estimate is refused, [-1, 1]

    def __post_init__(self) -> None:
        check_count("max_side", self.max_side, 16, 8192)
        check_count("levels", self.levels, 0, 8)
        check_count("iterations", self.iterations, 1, 10_000)
        check_range("epsilon", self.epsilon, 0.0, 1.0)
        check_count("blur", self.blur, 1, 31)
        check_range("min_correlation", self.min_correlation, -1.0, 1.0)
        if self.blur % 2 == 0:
            raise ConfigError(f"blur must be odd, not {self.blur}")
        if self.motion not in _MOTIONS:
            raise ConfigError(f"motion must be one of {', '.join(_MOTIONS)}, not {self.motion!r}")


@dataclass(frozen=True, slots=True)
class Level:
    """One size of a working image."""

    grey: NDArray[np.uint8]  # (h, w)
    background: NDArray[np.uint8] | None  # (h, w), 0 where a detection lies


@dataclass(frozen=True)
class Ecc:
    """Enhanced correlation coefficient maximisation between two working images."""

    cv2: Any
    config: EccConfig
    name: ClassVar[str] = "ecc"

    @property
    def max_side(self) -> int:
        """See the config."""
        return self.config.max_side

    def prepare(self, image: WorkingImage) -> list[Level]:
        """The image in its sizes, the smallest last."""
        levels = [Level(image.grey, image.background)]
        for _ in range(self.config.levels):
            grey, background = levels[-1].grey, levels[-1].background
            height, width = grey.shape[0] // 2, grey.shape[1] // 2
            if min(height, width) < _MIN_SIDE:
                break
            cut = np.s_[: 2 * height, : 2 * width]
            smaller = self.cv2.resize(grey[cut], (width, height), interpolation=self.cv2.INTER_AREA)
            # A pixel is background only if all four it is made of are.
            kept = None if background is None else _all_of_four(background[cut])
            levels.append(Level(smaller, kept))
        return levels

    def align(self, previous: list[Level], current: list[Level]) -> FloatArray:
        """Align the smallest images first and start each larger pair from there."""
        warp = np.eye(2, 3)
        for size, (before, after) in enumerate(zip(reversed(previous), reversed(current), strict=True)):
            if size > 0:
                warp = to_frame_pixels(warp, 2)
            warp, correlation = self._align(before, after, warp)
        if not correlation >= self.config.min_correlation:
            raise NoMotionFoundError(
                f"the aligned frames correlate by {correlation:.2f}, less than {self.config.min_correlation:g}"
            )
        return warp

    def _align(self, before: Level, after: Level, start: FloatArray) -> tuple[FloatArray, float]:
        cv2, config = self.cv2, self.config
        kinds = {
            "translation": cv2.MOTION_TRANSLATION,
            "euclidean": cv2.MOTION_EUCLIDEAN,
            "affine": cv2.MOTION_AFFINE,
        }
        criteria = (
            cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS,
            config.iterations,
            config.epsilon,
        )
        background = _both(before.background, after.background)
        if before.grey.min() == before.grey.max() or after.grey.min() == after.grey.max():
            raise NoMotionFoundError("a frame of one colour")  # OpenCV would divide by its variance
        if background is not None and not background.any():
            raise NoMotionFoundError("detections cover the whole frame")
        try:
            correlation, warp = cv2.findTransformECC(
                before.grey, after.grey, start.astype(np.float32), kinds[config.motion], criteria,
                background, config.blur,
            )  # fmt: skip
        except cv2.error as error:  # how OpenCV says that the iteration does not converge
            raise NoMotionFoundError(f"ECC found no alignment ({error.err})") from error
        return np.asarray(warp, dtype=np.float64), float(correlation)


def _all_of_four(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A mask (2h, 2w) of 0 and 255 at half the size (h, w)."""
    return mask[::2, ::2] & mask[1::2, ::2] & mask[::2, 1::2] & mask[1::2, 1::2]


def _both(first: NDArray[np.uint8] | None, second: NDArray[np.uint8] | None) -> NDArray[np.uint8] | None:
    if first is None or second is None:
        return second if first is None else first
    return first & second


__all__ = ["Ecc", "EccConfig"]
