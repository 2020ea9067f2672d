"""From a name to an estimator of camera motion."""

from __future__ import annotations

import difflib
from dataclasses import fields
from typing import Any

from boxtrail.errors import ConfigError, require
from boxtrail.motion.ecc import Ecc, EccConfig
from boxtrail.motion.estimator import MotionEstimator
from boxtrail.motion.frame_pairs import FramePairs
from boxtrail.motion.gmc_file import GmcFile
from boxtrail.motion.keypoints import MatchingConfig
from boxtrail.motion.orb import Orb, OrbConfig
from boxtrail.motion.sift import Sift, SiftConfig
from boxtrail.motion.sparse_flow import SparseFlow, SparseFlowConfig
from boxtrail.motion.still import StillCamera

ESTIMATORS: dict[str, str] = {
    "none": "the camera stands still",
    "sof": "sparse optical flow of corners; fast and accurate",
    "ecc": "alignment of all pixels; for pictures without corners",
    "orb": "matched ORB features; for jumps of the camera",
    "sift": "matched SIFT features; the same, slower and more accurate",
    "file:PATH": "estimates made before: a GMC text file",
}

_CONFIGS: dict[str, tuple[type[Any], ...]] = {
    "none": (),
    "sof": (SparseFlowConfig,),
    "ecc": (EccConfig,),
    "orb": (OrbConfig, MatchingConfig),
    "sift": (SiftConfig, MatchingConfig),
    "file": (),
}


def make_estimator(name: str, **options: Any) -> MotionEstimator:
    """A new estimator for one video.

    Args:
        name: one of ``ESTIMATORS``, in upper or lower case: ``"sof"``, ``"ecc"``, ``"orb"``, ``"sift"``, ``"none"``
            or ``"file:PATH"``.
        **options: fields of the estimator's config, by name: ``max_corners=200``.

    Raises:
        ConfigError: for an unknown name or option or a value out of its range.
        MissingExtraError: without OpenCV, for an estimator that looks at images.
        SourceError: if the file cannot be read.
        InvalidInputError: naming file and line, if one is malformed.
    """
    kind, path = _parse(name)
    configs = _build(kind, options)
    if kind == "none":
        return StillCamera()
    if kind == "file":
        return GmcFile(path)
    cv2 = require("cv2", "video", f"camera motion by {kind}")
    methods: dict[str, type[Any]] = {"sof": SparseFlow, "ecc": Ecc, "orb": Orb, "sift": Sift}
    return FramePairs(cv2, methods[kind](cv2, *configs))


def _parse(name: str) -> tuple[str, str]:
    """The kind of estimator and the path behind ``file:``, else empty."""
    if not isinstance(name, str):
        raise ConfigError(f"camera motion is a name ({', '.join(ESTIMATORS)}), not {type(name).__name__}")
    word, colon, path = name.partition(":")
    kind, path = word.strip().casefold(), path.strip()
    if kind in _CONFIGS and (kind == "file") == bool(colon) == bool(path):
        return kind, path
    nearest = difflib.get_close_matches(name.casefold(), list(ESTIMATORS), n=1, cutoff=0.0)[0]
    raise ConfigError(
        f"unknown camera motion {name!r}; did you mean {nearest!r}? Known: {', '.join(ESTIMATORS)}"
    )


def _build(kind: str, options: dict[str, Any]) -> list[Any]:
    """The configs of an estimator, each with its share of the options."""
    known = {field.name: config for config in _CONFIGS[kind] for field in fields(config)}
    for option in options:
        if option not in known:
            nearest = difflib.get_close_matches(option, list(known), n=1, cutoff=0.0)
            hint = f"; did you mean {nearest[0]!r}?" if nearest else "; it has none"
            raise ConfigError(f"camera motion by {kind} has no option {option!r}{hint}")
    return [
        config(**{name: value for name, value in options.items() if known[name] is config})
        for config in _CONFIGS[kind]
    ]


__all__ = ["ESTIMATORS", "make_estimator"]
