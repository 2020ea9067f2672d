"""C-BIoU: options and public class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from boxtrail.trackers.options import duration, option
from boxtrail.trackers.tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class CBIoUConfig:
    mode: str = option("two-stage", choices=("paper", "two-stage"))
    track_high_thresh: float = option(0.6, 0.0, 1.0)
    track_low_thresh: float = option(0.1, 0.0, 1.0)
    new_track_thresh: float = option(0.7, 0.0, 1.0)
    buffer_ratio_first: float = option(0.3, 0.0, 10.0)
    buffer_ratio_second: float = option(0.5, 0.0, 10.0)
    min_similarity_first: float = option(0.2, 0.0, 1.0)
    min_similarity_second: float = option(0.5, 0.0, 1.0)
    min_similarity_unconfirmed: float = option(0.3, 0.0, 1.0)
    track_buffer: float | str = duration(30)
    fuse_score: bool = option(True)
    duplicate_thresh: float = option(0.15, 0.0, 1.0)
    motion_window: int = option(5, 1, 1000)


class CBIoU(Tracker):
    """C-BIoU"""

    name = "cbiou"
    paper = "Yang et al., WACV 2023"
    config_type = CBIoUConfig
    durations = ("track_buffer",)
    aliases: ClassVar[Mapping[str, str]] = {
        "track_thresh": "track_high_thresh",
        "max_age": "track_buffer",
        "fps": "frame_rate",
    }
