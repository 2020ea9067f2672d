"""SORT: options and public class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from boxtrail.trackers.options import MEASURES, duration, option
from boxtrail.trackers.search import between
from boxtrail.trackers.tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class SortConfig:
    """Options of :class:`Sort`; the defaults are the authors'.

    Attributes:
        iou_threshold: least similarity of a track and its detection.
        max_age: frames, or seconds like ``"1.0s"``, that a track may go unseen.
        min_hits: matches in a row, after the birth, before a track is reported; waived in the first frames.
        asso_func: measure of overlap; the threshold is meant for ``"iou"``.
    """

    iou_threshold: float = option(0.3, 0.0, 1.0, search=between(0.05, 0.7))
    max_age: float | str = duration(1, search=between(1, 60, log=True))
    min_hits: int = option(3, 0, 1000, search=between(0, 5, step=1))
    asso_func: str = option("iou", choices=MEASURES)


class Sort(Tracker):
    """SORT (Bewley et al., ICIP 2016, arXiv 1602.00763).

    A Kalman filter predicts every box, the Hungarian method pairs predictions and detections by IoU, and that is all.
    There is no score threshold: filter the detections before. With ``min_hits=3`` a track is reported from its fourth
    detection on, except in the first three frames. The box reported is the filter's. Ids are taken at birth, so they
    have gaps where a track was never reported. Different from the authors' code: ids count per tracker.

    Args:
        backend: ``"cpp"`` or ``"python"``.
        **options: fields of :class:`SortConfig` and :class:`boxtrail.trackers.StreamConfig`.
    """

    name = "sort"
    paper = "Bewley et al., ICIP 2016"
    speed = "fastest"
    config_type = SortConfig
    durations = ("max_age",)
    aliases: ClassVar[Mapping[str, str]] = {
        "iou_thresh": "iou_threshold",
        "asso_threshold": "iou_threshold",
        "minimum_iou_threshold": "iou_threshold",
        "track_buffer": "max_age",
        "lost_track_buffer": "max_age",
        "minimum_consecutive_frames": "min_hits",
        "fps": "frame_rate",
    }
