"""BoostTrack: options and public class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from boxtrail.errors import ConfigError
from boxtrail.trackers.options import duration, option
from boxtrail.trackers.search import among, between
from boxtrail.trackers.tracker import Tracker

# What a variant switches on.
VARIANTS: Mapping[str, Mapping[str, bool]] = {
    "boosttrack": {"use_embeddings": False, "use_rich_s": False, "use_sb": False, "use_vt": False},
    "+": {"use_embeddings": True, "use_rich_s": False, "use_sb": False, "use_vt": False},
    "++": {"use_embeddings": True, "use_rich_s": True, "use_sb": True, "use_vt": True},
}
SCORES = ("detection", "boosted", "track")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoostTrackConfig:
    """Options of :class:`BoostTrack`; the defaults are those of the authors' MOT17 evaluation, but for the variant.

    Attributes:
        variant: ``"boosttrack"``, ``"+"`` (with appearance) or ``"++"`` (and the three terms of the second paper).
        use_embeddings: compare appearance where embeddings are given; None: as the variant does.
        use_rich_s: boost by the mean of Mahalanobis distance, shape and soft IoU instead of the IoU; None: as the
            variant does.
        use_sb: soft boost, a score moves part of the way; None: as the variant does.
        use_vt: a detection very much like a track is tracked whatever its score, and the longer the track was unseen
            the less like it must be; None: as the variant does.
        track_low_thresh: detections with a lower score are noise that nothing shall boost; what the authors' detector
            reports at the least.
        det_thresh: least boosted score that is tracked and can start a track.
        iou_threshold: least IoU of a track and its detection.
        max_age: frames, or seconds like ``"2.0s"``, that a track may go unseen; the authors' at least 30 frames.
        min_hits: matches in a row, after the birth, before a track is reported; waived in the first frames.
        lambda_iou: weight of the confidence of both sides.
        lambda_mhd: weight of the Mahalanobis distance.
        lambda_shape: weight of the shape.
        use_dlo_boost: boost detections where a track expects an object.
        use_duo_boost: boost detections that are far from every track.
        dlo_boost_coef: score that a full overlap with a track gives; of no effect with ``use_sb`` or ``use_vt``.
        vt_slope: by how much a frame unseen lowers what ``use_vt`` asks for, from 0.95 down to 0.8; BoxMOT has 1.
        s_sim_corr: compare heights by the larger height instead of the larger width, as the paper says and the
            authors' code does not; 1 HOTA worse on DanceTrack, equal on MOT17.
        output_score: score that is reported: ``"detection"``, the ``"boosted"`` one, or the confidence of the
            ``"track"``, which the authors print (clipped at 1).
        min_box_area: smaller boxes, in square pixels, are not reported; 0 allows any.
        max_aspect_ratio: upright boxes wider than this times their height are not reported; 0 allows any.
    """

    variant: str = option("+", choices=tuple(VARIANTS))
    use_embeddings: bool | None = option(None)
    use_rich_s: bool | None = option(None)
    use_sb: bool | None = option(None)
    use_vt: bool | None = option(None)
    track_low_thresh: float = option(0.1, 0.0, 1.0, search=between(0.05, 0.5, not_above="det_thresh"))
    det_thresh: float = option(0.6, 0.0, 1.0, search=between(0.3, 0.8))
    iou_threshold: float = option(0.3, 0.0, 1.0, search=between(0.1, 0.6))
    max_age: float | str = duration("2.0s", search=between(0.2, 3.0, step=0.1))
    min_hits: int = option(3, 0, 1000, search=between(0, 5, step=1))
    lambda_iou: float = option(0.5, 0.0, 100.0, search=between(0.0, 2.0, step=0.05))
    lambda_mhd: float = option(0.25, 0.0, 100.0, search=between(0.0, 1.0, step=0.05))
    lambda_shape: float = option(0.25, 0.0, 100.0, search=between(0.0, 1.0, step=0.05))
    use_dlo_boost: bool = option(True, search=among(False, True))
    use_duo_boost: bool = option(True, search=among(False, True))
    dlo_boost_coef: float = option(0.65, 0.0, 10.0, search=between(0.3, 0.95))
    vt_slope: float = option(0.0075, 0.0, 1.0)
    s_sim_corr: bool = option(False)
    output_score: str = option("detection", choices=SCORES)
    min_box_area: float = option(0.0, 0.0, 1e12)
    max_aspect_ratio: float = option(0.0, 0.0, 1e6)

    def __post_init__(self) -> None:
        """Check what may be left to the variant."""
        for name in VARIANTS["++"]:
            if getattr(self, name) not in (None, True, False):
                raise ConfigError(f"{name} must be True, False or None, not {getattr(self, name)!r}")


class BoostTrack(Tracker):
    """BoostTrack, BoostTrack+ and BoostTrack++ (Stanojević and Todorović, MVA 2024; arXiv 2408.13003).

    One association of sure detections and tracks, by an IoU that is raised where both sides are sure, where the
    Mahalanobis distance is small and where the shapes agree; "+" adds appearance. Unsure detections are not associated
    in a second round: their scores are boosted first, where a track expects an object and where no track is near, and
    who passes the threshold then is tracked like any other. "++" boosts by more than the IoU. The box reported is the
    filter's.

    The default variant is "+", the authors' code without flags is "++": without appearance "+" is plain BoostTrack,
    which is better (MOT17 second halves 67.54 against 67.01 HOTA, DanceTrack 45.90 both) and quicker. Different from
    the authors' code: ids count per tracker, the score reported is the detection's, no box is left out for its size or
    shape unless asked for. A detection or track without an embedding is like nothing: appearance adds 0 for it.

    ==========================  ===========================================
    option                      authors' name
    ==========================  ===========================================
    variant="boosttrack"        no_reid, btpp_arg_iou_boost, _no_sb, _no_vt
    variant="+"                 btpp_arg_iou_boost, _no_sb, _no_vt
    variant="++"                no flags
    iou_threshold               iou_thresh
    max_aspect_ratio            aspect_ratio_thresh
    ==========================  ===========================================

    Args:
        backend: ``"cpp"`` or ``"python"``.
        **options: fields of :class:`BoostTrackConfig` and :class:`boxtrail.trackers.StreamConfig`.
    """

    name = "boosttrack"
    paper = "Stanojević and Todorović, MVA 2024"
    speed = "fast"
    config_type = BoostTrackConfig
    durations = ("max_age",)
    appearance = "optional"
    camera_motion = "ecc"
    aliases: ClassVar[Mapping[str, str]] = {
        "track_thresh": "det_thresh",
        "min_conf": "track_low_thresh",
        "track_high_thresh": "det_thresh",
        "iou_thresh": "iou_threshold",
        "asso_threshold": "iou_threshold",
        "minimum_iou_threshold": "iou_threshold",
        "track_buffer": "max_age",
        "lost_track_buffer": "max_age",
        "minimum_consecutive_frames": "min_hits",
        "use_embedding": "use_embeddings",
        "with_reid": "use_embeddings",
        "aspect_ratio_thresh": "max_aspect_ratio",
        "fps": "frame_rate",
    }

    def _for_backend(self) -> dict[str, Any]:
        """The options as the backends take them, those of the variant filled in."""
        options = super()._for_backend()
        for name, chosen in VARIANTS[options.pop("variant")].items():
            if options[name] is None:
                options[name] = chosen
        return options

    def embedding_floor(self) -> float | None:
        """See :meth:`Tracker.embedding_floor`; a boost may make an unsure detection sure."""
        options = self._backend_options
        if not options["use_embeddings"]:
            return None
        is_boosted = options["use_dlo_boost"] or options["use_duo_boost"]
        return float(options["track_low_thresh"] if is_boosted else options["det_thresh"])
