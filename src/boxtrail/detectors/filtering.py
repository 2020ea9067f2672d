"""Keeping detections by score and by class, the same way for every detector."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

import numpy as np

from boxtrail.detectors.detector import Detections, Detector, Image
from boxtrail.errors import ConfigError


class FilteredDetector:
    """A detector whose detections below a score, or of other classes, are dropped.

    Args:
        detector: what detects.
        min_score: lowest score kept, [0, 1]; None keeps all.
        labels: class ids kept; None keeps all.
    """

    names: Mapping[int, str]

    def __init__(self, detector: Detector, *, min_score: float | None, labels: Sequence[int] | None) -> None:
        self.detector = detector
        self.names = detector.names
        self.min_score = min_score
        self.labels = None if labels is None else np.array(sorted(set(labels)), dtype=np.float64)

    def __call__(
        self, images: Sequence[Image], frame_indices: Sequence[int] | None = None
    ) -> list[Detections]:
        """The wrapped detector's detections, rows in the same order without those dropped."""
        return [self._keep(detections) for detections in self.detector(images, frame_indices)]

    def reset(self) -> None:
        """Reset the wrapped detector."""
        self.detector.reset()

    def _keep(self, detections: Detections) -> Detections:
        keep = np.ones(len(detections), dtype=bool)
        if self.min_score is not None:
            keep &= detections[:, -2] >= self.min_score
        if self.labels is not None:
            keep &= np.isin(detections[:, -1], self.labels)
        return detections[keep]


def resolve_classes(classes: Sequence[int | str], names: Mapping[int, str]) -> list[int]:
    """Class ids of ids and names; names match without regard to case, digits are ids.

    Raises:
        ConfigError: for a class the detector does not have, with the nearest it has.
    """
    if isinstance(classes, str):
        classes = [classes]
    return [_resolve(wanted, names) for wanted in classes]


def _resolve(wanted: int | str, names: Mapping[int, str]) -> int:
    by_name = {name.casefold(): label for label, name in names.items()}
    text = str(wanted).strip()
    if isinstance(wanted, str) and text.casefold() in by_name:
        return by_name[text.casefold()]
    if text.isdecimal():
        if not names or int(text) in names:
            return int(text)
        raise ConfigError(f"no class {text}; {_known(names)}")
    if not names:
        raise ConfigError(f"class {wanted!r}: this detector does not name its classes; give their ids")
    nearest = difflib.get_close_matches(text.casefold(), list(by_name), n=1, cutoff=0.0)[0]
    raise ConfigError(f"no class {text!r}; did you mean {names[by_name[nearest]]!r}? {_known(names)}")


def _known(names: Mapping[int, str]) -> str:
    shown = [f"{label} {name}" for label, name in list(names.items())[:12]]
    return f"the detector has {', '.join(shown)}{', ...' if len(names) > len(shown) else ''}"
