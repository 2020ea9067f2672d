"""OC-SORT: options and public class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from boxtrail.trackers.options import MEASURES, duration, option
from boxtrail.trackers.search import among, between
from boxtrail.trackers.tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class OcSortConfig:
    """Options of :class:`OcSort`; the defaults are the authors'.

    Attributes:
        det_thresh: a score above it makes a detection that is tracked and can start a track.
        track_low_thresh: a score above it, and below ``det_thresh``, a detection for ``use_byte``.
        iou_threshold: least similarity of a track and its detection.
        max_age: frames, or seconds like ``"1.0s"``, that a track may go unseen.
        min_hits: matches in a row, after the birth, before a track is reported; waived in the first frames.
        delta_t: frames between the two observations that give a track its direction.
        inertia: weight of the direction in the association.
        use_byte: a second association with the unsure detections.
        oru_repeat_last: after a gap take the new measurement a second time, as the authors' code does.
        asso_func: measure of overlap, in all stages; the threshold is meant for ``"iou"``.
    """

    det_thresh: float = option(0.6, 0.0, 1.0, search=between(0.3, 0.8))
    track_low_thresh: float = option(0.1, 0.0, 1.0, search=between(0.05, 0.5, not_above="det_thresh"))
    iou_threshold: float = option(0.3, 0.0, 1.0, search=between(0.1, 0.6))
    max_age: float | str = duration(30, search=between(5, 90, step=1))
    min_hits: int = option(3, 0, 1000, search=between(0, 5, step=1))
    delta_t: int = option(3, 1, 1000, search=between(1, 6, step=1))
    inertia: float = option(0.2, 0.0, 1.0, search=between(0.0, 0.6))
    use_byte: bool = option(False, search=among(False, True))
    oru_repeat_last: bool = option(True)
    asso_func: str = option("iou", choices=MEASURES)


class OcSort(Tracker):
    """OC-SORT (Cao et al., CVPR 2023, arXiv 2203.14360).

    SORT whose filter drifts less: the direction between past observations joins the IoU where the overlap alone is
    ambiguous (OCM), a track found again replays its filter along a straight path over the gap (ORU), and what is left
    is compared with last observations (OCR). The box reported is the detection itself, for a track never matched the
    filter's.

    A score equal to ``det_thresh`` falls in neither band, as in the authors' code. Different from it: ids count per
    tracker; whether a track has an observation is a flag, not the sign of its coordinates; ``asso_func`` acts in the
    first association too.

    ==========================  ===========================================
    option                      authors' name
    ==========================  ===========================================
    det_thresh                  track_thresh, det_thresh
    iou_threshold               iou_thresh
    delta_t                     deltat
    ==========================  ===========================================

    Args:
        backend: ``"cpp"`` or ``"python"``.
        **options: fields of :class:`OcSortConfig` and :class:`boxtrail.trackers.StreamConfig`.
    """

    name = "ocsort"
    paper = "Cao et al., CVPR 2023"
    speed = "fastest"
    config_type = OcSortConfig
    durations = ("max_age",)
    aliases: ClassVar[Mapping[str, str]] = {
        "track_thresh": "det_thresh",
        "track_high_thresh": "det_thresh",
        "min_conf": "track_low_thresh",
        "iou_thresh": "iou_threshold",
        "asso_threshold": "iou_threshold",
        "minimum_iou_threshold": "iou_threshold",
        "deltat": "delta_t",
        "asso": "asso_func",
        "track_buffer": "max_age",
        "lost_track_buffer": "max_age",
        "minimum_consecutive_frames": "min_hits",
        "fps": "frame_rate",
    }
