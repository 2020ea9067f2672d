"""DeepSORT: options and public class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from boxtrail.trackers.options import MEASURES, duration, option
from boxtrail.trackers.search import between
from boxtrail.trackers.tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepSortConfig:
    """Options of :class:`DeepSort`; the defaults are those of the paper's evaluation.

    Attributes:
        min_confidence: least score of a detection that is used, in [0, 1].
        max_cosine_distance: largest distance 1 − cos of a detection to the nearest embedding in a track's gallery,
            in [0, 2].
        max_iou_distance: largest 1 − overlap in the second association, in [0, 1].
        max_age: frames, or seconds like ``"1.0s"``, after which an unseen track is forgotten.
        min_hits: detections, the first one included, before a track is confirmed and reported; a miss before ends it.
        nn_budget: embeddings a track remembers, the oldest go first; 0 keeps all.
        max_coasted: frames that a confirmed track is still reported while unseen, where the filter expects it.
        asso_func: measure of overlap in the second association; the threshold is meant for ``"iou"``.
    """

    min_confidence: float = option(0.3, 0.0, 1.0, search=between(0.1, 0.8))
    max_cosine_distance: float = option(0.2, 0.0, 2.0, search=between(0.05, 0.6, needs="embeddings"))
    max_iou_distance: float = option(0.7, 0.0, 1.0, search=between(0.3, 0.95))
    max_age: float | str = duration(30, search=between(5, 90, step=1))
    min_hits: int = option(3, 1, 1000, search=between(1, 5, step=1))
    nn_budget: int = option(100, 0, 1_000_000, search=between(10, 300, log=True, needs="embeddings"))
    max_coasted: int = option(1, 0, 1000, search=between(0, 3, step=1))
    asso_func: str = option("iou", choices=MEASURES)


class DeepSort(Tracker):
    """DeepSORT (Wojke et al., ICIP 2017, arXiv 1703.07402). It needs embeddings: ``update(dets, embs=...)``.

    SORT that remembers what a track looked like: every track keeps a gallery of its last embeddings. A detection may
    join a track only where the Kalman filter thinks it possible (χ² gate at 95 %). Among those the one nearest to the
    gallery is taken, the tracks seen last choosing first (the cascade). Tracks seen in the last frame, and newcomers,
    have a second chance by overlap. A track is confirmed by its third detection in a row.

    Different from the authors' code: galleries are bounded by default (theirs grow for ever, ``nn_budget=0``), with the
    100 embeddings of the paper; ``min_confidence`` is the paper's 0.3 and not 0.8; ``min_hits=1`` confirms at birth,
    not one detection later; detections are not thinned out by their overlap or height. As theirs, it prints the first
    frame in which a track is not seen, with ``det_ind`` −1; ``max_coasted=0`` turns that off. In the last frame of its
    ``max_age`` a track can no longer be found, for the cascade ends there. A row of zeros in ``embs`` is at distance 1
    from all and not remembered. Oriented boxes are filtered as centre, width and height, gated with five degrees of
    freedom. The paper knows no camera motion; a ``warp`` moves the tracks before they are predicted.

    ==========================  ===========================================
    option                      authors' name
    ==========================  ===========================================
    min_hits                    n_init
    asso_func                   (always IoU)
    ==========================  ===========================================

    Args:
        backend: ``"cpp"`` or ``"python"``.
        **options: fields of :class:`DeepSortConfig` and :class:`boxtrail.trackers.StreamConfig`.
    """

    name = "deepsort"
    paper = "Wojke et al., ICIP 2017"
    speed = "fast"
    config_type = DeepSortConfig
    durations = ("max_age",)
    appearance = "needed"
    aliases: ClassVar[Mapping[str, str]] = {
        "min_conf": "min_confidence",
        "det_thresh": "min_confidence",
        "track_thresh": "min_confidence",
        "max_cos_dist": "max_cosine_distance",
        "max_dist": "max_cosine_distance",
        "max_iou_dist": "max_iou_distance",
        "n_init": "min_hits",
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
