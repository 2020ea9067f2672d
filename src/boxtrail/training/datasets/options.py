"""What a data set can be asked for beyond its folder."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from boxtrail.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetOptions:
    """Options of the data sets that have any; each says which.

    Attributes:
        pattern: of ``folder``: where a file's path names its identity, such as ``"{identity}_f{frame}.jpg"``.
        train_fraction: of ``folder`` and ``tracks``: the earliest share of an identity's pictures, in (0, 1), that is
            trained on.
        gap: of ``folder`` and ``tracks``: the share after it, in [0, 1), that is used for nothing, so that what is
            asked does not look like the last picture trained on.
        boxes: of ``cuhk03``: ``"detected"`` or ``"labeled"``, who drew the boxes.
        sources: of ``tracks``: videos or folders of images, each with one of ``tracks``.
        tracks: of ``tracks``: files of true or corrected tracks.
        max_crops: of ``tracks``: most pictures of one identity, spread evenly over its time.
        min_size: of ``tracks``: pixels; a box that shows less in width or height gives no picture.
        min_visibility: of ``tracks``: least share, in [0, 1], of a box that is seen, where the tracks tell.
    """

    pattern: str | None = None
    train_fraction: float = 0.5
    gap: float = 0.1
    boxes: str = "detected"
    sources: tuple[str | Path, ...] = ()
    tracks: tuple[str | Path, ...] = ()
    max_crops: int = 100
    min_size: int = 8
    min_visibility: float = 0.3

    def __post_init__(self) -> None:
        if not 0.0 < self.train_fraction < 1.0:
            raise ConfigError(f"train_fraction must be above 0 and below 1, not {self.train_fraction}")
        if not 0.0 <= self.gap < 1.0 - self.train_fraction:
            raise ConfigError(
                f"gap must be at least 0 and leave something after train_fraction, not {self.gap}"
            )
        if self.boxes not in ("detected", "labeled"):
            raise ConfigError(f"boxes must be detected or labeled, not {self.boxes!r}")
        if self.max_crops < 4:
            raise ConfigError(f"max_crops must be at least 4, not {self.max_crops}")
        if self.min_size < 1:
            raise ConfigError(f"min_size must be at least 1, not {self.min_size}")
        if not 0.0 <= self.min_visibility <= 1.0:
            raise ConfigError(f"min_visibility must be in [0, 1], not {self.min_visibility}")

    def only(self, dataset: str, *allowed: str) -> None:
        """Refuse options that mean nothing to this data set.

        Raises:
            ConfigError: naming the first one.
        """
        for declared in fields(self):
            value: Any = getattr(self, declared.name)
            if value != declared.default and declared.name not in allowed:
                raise ConfigError(f"the data set {dataset} has no option {declared.name}")


__all__ = ["DatasetOptions"]
