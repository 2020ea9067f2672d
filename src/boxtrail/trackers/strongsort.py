"""StrongSORT: options and public class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from boxtrail.trackers.options import MEASURES, duration, option
from boxtrail.trackers.search import among, between
from boxtrail.trackers.tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class StrongSortConfig:
    """Options of :class:`StrongSort`; the defaults are the authors'.

    Attributes:
        min_confidence: least score of a detection that is used, in [0, 1].
        max_cosine_distance: largest cost of a track and its detection in the association by appearance, in [0, 2]:
            λ · (1 − cos) + (1 − λ) · squared Mahalanobis distance.
        max_iou_distance: largest 1 − overlap in the second association, in [0, 1].
        max_age: frames, or seconds like ``"1.0s"``, that a track may go unseen.
        min_hits: detections, the first one included, before a track is confirmed and reported; a miss before ends it.
        mc_lambda: λ, the share of appearance in the cost, in [0, 1].
        ema_alpha: share of the old look in the running average of a track's embeddings, in [0, 1].
        nn_budget: averages a track remembers, the oldest go first; 1 is the running average alone, 0 keeps all.
        warp_covariance: the camera moves velocity and covariance of a track too; the authors move its box alone.
        max_coasted: frames that a confirmed track is still reported while unseen, where the filter expects it.
        asso_func: measure of overlap in the second association; the threshold is meant for ``"iou"``.
    """

    min_confidence: float = option(0.6, 0.0, 1.0, search=between(0.1, 0.8))
    max_cosine_distance: float = option(0.45, 0.0, 2.0, search=between(0.1, 0.8, needs="embeddings"))
    max_iou_distance: float = option(0.7, 0.0, 1.0, search=between(0.3, 0.95))
    max_age: float | str = duration(30, search=between(5, 90, step=1))
    min_hits: int = option(3, 1, 1000, search=between(1, 5, step=1))
    mc_lambda: float = option(0.98, 0.0, 1.0, search=between(0.9, 1.0, step=0.005, needs="embeddings"))
    ema_alpha: float = option(0.9, 0.0, 1.0, search=between(0.7, 0.99, needs="embeddings"))
    nn_budget: int = option(1, 0, 1_000_000, search=between(1, 100, log=True, needs="embeddings"))
    warp_covariance: bool = option(False, search=among(False, True, needs="warps"))
    max_coasted: int = option(1, 0, 1000, search=between(0, 3, step=1))
    asso_func: str = option("iou", choices=MEASURES)


class StrongSort(Tracker):
    """StrongSORT (Du et al., IEEE TMM 2023, arXiv 2202.13514). It needs embeddings: ``update(dets, embs=...)``.

    DeepSORT with what came after it: tracks move with the camera before they are predicted. The look of a track is a
    running average of its embeddings. Motion does not only gate a pair, it has a small share in its cost. One
    association takes the place of the cascade. The surer a detection, the less noise its measurement has (NSA Kalman).

    0.45 is the authors' 0.4 and the 0.05 that they add for the motion in the cost. Different from their code: a camera
    motion of any size is applied (theirs is dropped beyond 100 pixels); ``min_hits=1`` confirms at birth, not one
    detection later; a score of 1 keeps a millionth of the measurement noise. BoxMOT fills galleries of
    ``nn_budget=100`` with the average of every frame, also while a track is unseen; here with that of every match.
    As the authors', it prints the first frame in which a track is not seen, with ``det_ind`` −1; ``max_coasted=0``
    turns that off. A row of zeros in ``embs`` is at distance 1 from all and not remembered. Oriented boxes are filtered
    as centre, width and height, gated with five degrees of freedom.

    ==========================  ===========================================
    option                      authors' name
    ==========================  ===========================================
    max_cosine_distance         max_cosine_distance + 0.05
    mc_lambda                   MC_lambda
    ema_alpha                   EMA_alpha
    min_hits                    n_init
    asso_func                   (always IoU)
    ==========================  ===========================================

    Args:
        backend: ``"cpp"`` or ``"python"``.
        **options: fields of :class:`StrongSortConfig` and :class:`boxtrail.trackers.StreamConfig`.
    """

    name = "strongsort"
    paper = "Du et al., IEEE TMM 2023"
    speed = "fast"
    config_type = StrongSortConfig
    durations = ("max_age",)
    appearance = "needed"
    camera_motion = "ecc"
    aliases: ClassVar[Mapping[str, str]] = {
        "min_conf": "min_confidence",
        "det_thresh": "min_confidence",
        "track_thresh": "min_confidence",
        "max_cos_dist": "max_cosine_distance",
        "max_dist": "max_cosine_distance",
        "max_iou_dist": "max_iou_distance",
        "n_init": "min_hits",
        "MC_lambda": "mc_lambda",
        "EMA_alpha": "ema_alpha",
        "budget": "nn_budget",
        "track_buffer": "max_age",
        "lost_track_buffer": "max_age",
        "minimum_consecutive_frames": "min_hits",
        "asso": "asso_func",
        "fps": "frame_rate",
    }

    def embedding_floor(self) -> float | None:
        """See :meth:`Tracker.embedding_floor`; others play no part."""
        return float(self.config.min_confidence)
