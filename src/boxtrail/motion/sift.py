"""``sift``: scale-invariant features, placed between pixels; accurate and slow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from boxtrail.motion.checked_options import check_count, check_range
from boxtrail.motion.estimator import FloatArray
from boxtrail.motion.keypoints import Features, MatchingConfig, align_features, find_features
from boxtrail.motion.working_image import WorkingImage


@dataclass(frozen=True)
class SiftConfig:
    """Parameters of ``sift``; those of the matching are in ``MatchingConfig``.

    Raises:
        ConfigError: for a value out of its range.
    """

    max_side: int = 640  # pixels of the longer side at most; the frame is halved until it fits, [16, 8192]
    max_features: int = 400  # the strongest so many, [8, 100000]
    octave_layers: int = 3  # scales an octave, [1, 10]
    contrast_threshold: float = 0.02  # below which a feature is too weak, [0, 1]
    edge_threshold: float = 20.0  # ratio of curvatures above which a feature is an edge, [1, 1000]

    def __post_init__(self) -> None:
        check_count("max_side", self.max_side, 16, 8192)
        check_count("max_features", self.max_features, 8, 100_000)
        check_count("octave_layers", self.octave_layers, 1, 10)
        check_range("contrast_threshold", self.contrast_threshold, 0.0, 1.0)
        check_range("edge_threshold", self.edge_threshold, 1.0, 1000.0)


class Sift:
    """SIFT features of two working images."""

    name: ClassVar[str] = "sift"

    def __init__(self, cv2: Any, config: SiftConfig, matching: MatchingConfig) -> None:
        self._cv2, self._config, self._matching = cv2, config, matching
        self._detector = cv2.SIFT_create(
            config.max_features, nOctaveLayers=config.octave_layers,
            contrastThreshold=config.contrast_threshold, edgeThreshold=config.edge_threshold,
        )  # fmt: skip

    @property
    def max_side(self) -> int:
        """See the config."""
        return self._config.max_side

    def prepare(self, image: WorkingImage) -> Features:
        """The features of the background."""
        return find_features(self._detector, image)

    def align(self, previous: Features, current: Features) -> FloatArray:
        """Match the features and fit a similarity."""
        return align_features(self._cv2, self._cv2.NORM_L2, self._matching, previous, current)

    def __repr__(self) -> str:
        """The parameters."""
        return f"{type(self).__name__}({self._config}, {self._matching})"


__all__ = ["Sift", "SiftConfig"]
