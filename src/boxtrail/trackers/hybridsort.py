"""HybridSORT: options and public class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from boxtrail.trackers.options import MEASURES, duration, option
from boxtrail.trackers.search import among, between
from boxtrail.trackers.tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridSortConfig:
    """Options of :class:`HybridSort`; the defaults are the authors' for MOT17.

    Attributes:
        det_thresh: a score above it makes a detection that is tracked and can start a track.
        track_low_thresh: a score above it, and below ``det_thresh``, a detection for ``use_byte``.
        iou_threshold: least similarity of a track and its detection.
        max_age: frames, or seconds like ``"1.0s"``, that a track may go unseen.
        min_hits: matches in a row, after the birth, before a track is reported; waived in the first frames.
        delta_t: frames back over which the corners of a track take their directions.
        inertia: weight of the direction of one corner in the association.
        use_byte: a second association with the unsure detections.
        oru_repeat_last: after a gap take the new measurement a second time, as the authors' code does.
        tcm_first_step_weight: weight of the difference of the scores in the first association; 0 leaves it out.
        tcm_byte_step_weight: the same in the second association.
        tcm_byte_gate: in the second association that difference is also taken off what ``iou_threshold`` looks at, as
            in the authors' code.
        eg_weight_high_score: weight of the cosine distance in the first association; 0 leaves appearance out.
        eg_weight_low_score: the same in the second association.
        with_longterm_reid_correction: the cosine distance has a say in what is refused: in the first association a
            pair below ``iou_threshold`` is refused only if it looks different too, in the second one that looks
            different always.
        longterm_reid_correction_thresh: cosine distance above which a pair looks different, first association.
        longterm_reid_correction_thresh_low: the same, second association.
        longterm_reid_weight: weight of the cosine distance to the mean of the last embeddings; 0 keeps none.
        longterm_bank_length: how many embeddings that mean is taken over.
        alpha: share of the old embedding in the average.
        adapfs: weigh the two embeddings of the average by their scores as well.
        warp_observations: the camera moves filter, covariance, observations and directions; otherwise the mean of the
            filter alone, by two opposite corners, as in the authors' code.
        asso_func: measure of overlap, in all stages; thresholds are meant for ``"hmiou"``.
    """

    det_thresh: float = option(0.6, 0.0, 1.0, search=between(0.3, 0.8))
    track_low_thresh: float = option(0.1, 0.0, 1.0, search=between(0.05, 0.5, not_above="det_thresh"))
    iou_threshold: float = option(0.25, 0.0, 1.0, search=between(0.05, 0.6))
    max_age: float | str = duration(30, search=between(5, 90, step=1))
    min_hits: int = option(3, 0, 1000, search=between(0, 5, step=1))
    delta_t: int = option(3, 1, 1000, search=between(1, 6, step=1))
    inertia: float = option(0.05, 0.0, 1.0, search=between(0.0, 0.3))
    use_byte: bool = option(True, search=among(False, True))
    oru_repeat_last: bool = option(True)
    tcm_first_step_weight: float = option(1.0, 0.0, 10.0, search=between(0.0, 2.0, step=0.05))
    tcm_byte_step_weight: float = option(1.0, 0.0, 10.0, search=between(0.0, 2.0, step=0.05))
    tcm_byte_gate: bool = option(True)
    eg_weight_high_score: float = option(
        1.3, 0.0, 100.0, search=between(0.0, 5.0, step=0.1, needs="embeddings")
    )
    eg_weight_low_score: float = option(
        1.2, 0.0, 100.0, search=between(0.0, 5.0, step=0.1, needs="embeddings")
    )
    with_longterm_reid_correction: bool = option(True)
    longterm_reid_correction_thresh: float = option(
        0.4, 0.0, 2.0, search=between(0.1, 0.9, needs="embeddings")
    )
    longterm_reid_correction_thresh_low: float = option(
        0.4, 0.0, 2.0, search=between(0.1, 0.9, needs="embeddings")
    )
    longterm_reid_weight: float = option(
        0.0, 0.0, 100.0, search=between(0.0, 2.0, step=0.1, needs="embeddings")
    )
    longterm_bank_length: int = option(30, 1, 10000)
    alpha: float = option(0.8, 0.0, 1.0, search=between(0.6, 0.99, needs="embeddings"))
    adapfs: bool = option(False)
    warp_observations: bool = option(True)
    asso_func: str = option("hmiou", choices=MEASURES)


class HybridSort(Tracker):
    """HybridSORT (Yang et al., AAAI 2024, arXiv 2308.00783).

    OC-SORT helped by cues that are weak on their own. The overlap of the heights scales the IoU (HMIoU), each corner of
    the box has a direction of its own, and the track's score, by a Kalman filter or going on as it changed, is compared
    with the detection's (tracklet confidence modelling). Unsure detections get a second association, as in ByteTrack.
    With embeddings their cosine distance joins the cost (HybridSORT-ReID), optionally also that to the mean of a bank
    of the last ones.

    A score equal to ``det_thresh`` falls in neither band, as in the authors' code. Different from it: ids count per
    tracker; whether a track has an observation is a flag, not the sign of its coordinates; a moving camera moves the
    observations too (``warp_observations``); the authors' code without the switch ``TCM_first_step`` fails or matches
    nothing, here a weight of 0 does what it says. Where the track or the detection has no embedding the pair has no
    appearance term and no correction: it is judged as without appearance. Upright boxes around oriented ones give the
    corners.

    ======================================  =======================================
    option                                  authors' name
    ======================================  =======================================
    det_thresh                              track_thresh, det_thresh
    track_low_thresh                        low_thresh
    iou_threshold                           iou_thresh
    delta_t                                 deltat
    tcm_first_step_weight                   TCM_first_step_weight
    tcm_byte_step_weight                    TCM_byte_step_weight
    eg_weight_high_score                    EG_weight_high_score
    eg_weight_low_score                     EG_weight_low_score
    ======================================  =======================================

    Args:
        backend: ``"cpp"`` or ``"python"``.
        **options: fields of :class:`HybridSortConfig` and :class:`boxtrail.trackers.StreamConfig`.
    """

    name = "hybridsort"
    paper = "Yang et al., AAAI 2024"
    speed = "fast"
    config_type = HybridSortConfig
    durations = ("max_age",)
    appearance = "optional"
    camera_motion = "ecc"
    aliases: ClassVar[Mapping[str, str]] = {
        "track_thresh": "det_thresh",
        "track_high_thresh": "det_thresh",
        "low_thresh": "track_low_thresh",
        "min_conf": "track_low_thresh",
        "iou_thresh": "iou_threshold",
        "asso_threshold": "iou_threshold",
        "deltat": "delta_t",
        "asso": "asso_func",
        "TCM_first_step_weight": "tcm_first_step_weight",
        "TCM_byte_step_weight": "tcm_byte_step_weight",
        "EG_weight_high_score": "eg_weight_high_score",
        "EG_weight_low_score": "eg_weight_low_score",
        "track_buffer": "max_age",
        "lost_track_buffer": "max_age",
        "minimum_consecutive_frames": "min_hits",
        "fps": "frame_rate",
    }

    def embedding_floor(self) -> float | None:
        """See :meth:`Tracker.embedding_floor`; the two stages have each a weight of appearance."""
        config = self.config
        if config.use_byte and config.eg_weight_low_score > 0.0:
            return float(min(config.track_low_thresh, config.det_thresh))
        return float(config.det_thresh) if config.eg_weight_high_score > 0.0 else None
