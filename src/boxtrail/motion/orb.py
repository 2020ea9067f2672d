"""``orb``: binary features of corners, quick to find and to match."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from boxtrail.motion.checked_options import check_count
from boxtrail.motion.estimator import FloatArray
from boxtrail.motion.keypoints import Features, MatchingConfig, align_features, find_features
from boxtrail.motion.working_image import WorkingImage


@dataclass(frozen=True)
class OrbConfig:
    """Parameters of ``orb``; those of the matching are in ``MatchingConfig``.

    Raises:
        ConfigError: for a value out of its range.
    """

    max_side: int = 960  # pixels of the longer side at most; the frame is halved until it fits, [64, 8192]
    max_features: int = 1000  # the strongest so many, [8, 100000]
    fast_threshold: int = 20  # grey levels between a corner and the circle around it, [1, 254]
    levels: int = 1  # image sizes features are looked for in; frames differ little in zoom, [1, 16]

    def __post_init__(self) -> None:
        check_count("max_side", self.max_side, 64, 8192)
        check_count("max_features", self.max_features, 8, 100_000)
        check_count("fast_threshold", self.fast_threshold, 1, 254)
        check_count("levels", self.levels, 1, 16)


class Orb:
    """ORB features of two working images."""

    name: ClassVar[str] = "orb"

    def __init__(self, cv2: Any, config: OrbConfig, matching: MatchingConfig) -> None:
        self._cv2, self._config, self._matching = cv2, config, matching
        self._detector = cv2.ORB_create(
            config.max_features, nlevels=config.levels, fastThreshold=config.fast_threshold
        )

    @property
    def max_side(self) -> int:
        """See the config."""
        return self._config.max_side

    def prepare(self, image: WorkingImage) -> Features:
        """The features of the background."""
        return find_features(self._detector, image)

    def align(self, previous: Features, current: Features) -> FloatArray:
        """Match the features and fit a similarity."""
        return align_features(self._cv2, self._cv2.NORM_HAMMING, self._matching, previous, current)

    def __repr__(self) -> str:
        """The parameters."""
        return f"{type(self).__name__}({self._config}, {self._matching})"


__all__ = ["Orb", "OrbConfig"]
