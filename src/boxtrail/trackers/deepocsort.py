"""Deep OC-SORT: options and public class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from boxtrail.trackers.options import MEASURES, duration, option
from boxtrail.trackers.search import between
from boxtrail.trackers.tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepOcSortConfig:
    """Options of :class:`DeepOcSort`; the defaults are the authors' for MOT17.

    Attributes:
        det_thresh: a score above it makes a detection that is tracked and can start a track.
        iou_threshold: least overlap of a track and its detection.
        max_age: frames, or seconds like ``"1.0s"``, that a track may go unseen.
        min_hits: matches in a row, after the birth, before a track is reported; waived in the first frames.
        delta_t: frames between the two observations that give a track its direction.
        inertia: weight of the direction in the association.
        oru_repeat_last: after a gap take the new measurement a second time, as the authors' code does.
        w_association_emb: least weight of the cosine in the association; the authors use 1.25 for DanceTrack.
        alpha_fixed_emb: share of the old embedding in the average for a sure detection; the surer, the smaller.
        aw_metric: how the weight of the cosine follows from how clearly the best candidate stands out: ``"new"`` the
            authors', ``"max"`` their earlier one, which BoxMOT has, among overlapping boxes only; ``"off"`` a
            constant.
        aw_param: largest lead that counts with ``"new"``; share of the best above which a second one makes it
            doubtful with ``"max"``.
        asso_func: measure of overlap, in all stages; the threshold is meant for ``"iou"``.
    """

    det_thresh: float = option(0.6, 0.0, 1.0, search=between(0.3, 0.8))
    iou_threshold: float = option(0.3, 0.0, 1.0, search=between(0.1, 0.6))
    max_age: float | str = duration(30, search=between(5, 90, step=1))
    min_hits: int = option(3, 0, 1000, search=between(0, 5, step=1))
    delta_t: int = option(3, 1, 1000, search=between(1, 6, step=1))
    inertia: float = option(0.2, 0.0, 1.0, search=between(0.0, 0.6))
    oru_repeat_last: bool = option(True)
    w_association_emb: float = option(
        0.75, 0.0, 10.0, search=between(0.0, 2.0, step=0.05, needs="embeddings")
    )
    alpha_fixed_emb: float = option(0.95, 0.0, 1.0, search=between(0.8, 0.99, needs="embeddings"))
    aw_metric: str = option("new", choices=("new", "max", "off"))
    aw_param: float = option(0.5, 0.0, 1.0, search=between(0.1, 1.0, needs="embeddings"))
    asso_func: str = option("iou", choices=MEASURES)


class DeepOcSort(Tracker):
    """Deep OC-SORT (Maggiolino et al., ICIP 2023, arXiv 2302.11813).

    OC-SORT on a moving camera and with appearance. The camera's motion moves filter, observations and direction before
    the prediction. A track's embedding is an average in which sure detections count more (dynamic appearance). Where
    overlap alone is ambiguous the cosine joins IoU and direction, with a weight that grows as the best candidate
    leads over the second (adaptive weighting). Without embeddings it is OC-SORT without ``use_byte``.

    Different from the authors' code: every stored box is moved with the camera once, theirs moves the newest
    observation twice; ids count per tracker; whether a track has an observation is a flag, not the sign of its
    coordinates; ``asso_func`` acts in the first association too. Their second motion model (``--new_kf_on``), which
    they advise against, and grid features are not offered. A track or a detection without an embedding has cosine 0
    to all others.

    ==========================  ===========================================
    option                      authors' name
    ==========================  ===========================================
    det_thresh                  track_thresh, det_thresh
    iou_threshold               iou_thresh
    delta_t                     deltat
    w_association_emb           w_assoc_emb
    alpha_fixed_emb             alpha_fixed_emb
    aw_metric = "off"           aw_off
    cmc_method = "none"         cmc_off
    ==========================  ===========================================

    Args:
        backend: ``"cpp"`` or ``"python"``.
        **options: fields of :class:`DeepOcSortConfig` and :class:`boxtrail.trackers.StreamConfig`.
    """

    name = "deepocsort"
    paper = "Maggiolino et al., ICIP 2023"
    speed = "fastest"
    config_type = DeepOcSortConfig
    durations = ("max_age",)
    appearance = "optional"
    camera_motion = "sof"
    aliases: ClassVar[Mapping[str, str]] = {
        "track_thresh": "det_thresh",
        "track_high_thresh": "det_thresh",
        "iou_thresh": "iou_threshold",
        "asso_threshold": "iou_threshold",
        "deltat": "delta_t",
        "asso": "asso_func",
        "track_buffer": "max_age",
        "lost_track_buffer": "max_age",
        "minimum_consecutive_frames": "min_hits",
        "w_assoc_emb": "w_association_emb",
        "fps": "frame_rate",
    }

    def embedding_floor(self) -> float | None:
        """See :meth:`Tracker.embedding_floor`; it uses sure detections only."""
        return float(self.config.det_thresh)
