"""Options of every tracker for the equivalence tests to draw from, the ends of every range included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

THRESHOLDS = (0.0, 0.1, 0.3, 0.5, 0.6, 0.7, 1.0)
MEASURES = ("iou", "giou", "diou", "ciou", "hmiou", "centroid", "biou")

# What the tests of all trackers must know: who lives as in ByteTrack, confirmed by the second detection and counting
# the birth as a hit, and who looks at the buffer one frame late, as its authors do.
BYTE_FAMILY = ("botsort", "bytetrack", "cbiou")
ONE_FRAME_LATE = ("botsort", "bytetrack")

pick = st.sampled_from
measures = pick(("iou", "iou", "iou", *MEASURES))


def sort_family(draw: st.DrawFn) -> dict[str, Any]:
    """What every tracker with SORT's life of a track asks for."""
    return {
        "iou_threshold": draw(pick((0.0, 0.1, 0.3, 0.5, 1.0))),
        "max_age": draw(pick((0, 1, 3, 30))),
        "min_hits": draw(pick((0, 1, 2, 3))),
    }


def sort(draw: st.DrawFn) -> dict[str, Any]:
    """SORT."""
    return {"asso_func": draw(measures), **sort_family(draw)}


def ocsort(draw: st.DrawFn) -> dict[str, Any]:
    """OC-SORT."""
    return {
        "asso_func": draw(measures),
        **sort_family(draw),
        "det_thresh": draw(pick(THRESHOLDS)),
        "track_low_thresh": draw(pick((0.0, 0.1, 0.3))),
        "delta_t": draw(pick((1, 2, 3))),
        "inertia": draw(pick((0.0, 0.2, 1.0))),
        "use_byte": draw(st.booleans()),
        "oru_repeat_last": draw(st.booleans()),
    }


def byte_family(draw: st.DrawFn) -> dict[str, Any]:
    """What every tracker with ByteTrack's life of a track asks for."""
    return {
        "track_high_thresh": draw(pick(THRESHOLDS)),
        "track_low_thresh": draw(pick((0.0, 0.1, 0.3))),
        "new_track_thresh": draw(pick(THRESHOLDS)),
        "track_buffer": draw(pick((0, 1, 3, 30))),
        "fuse_score": draw(st.booleans()),
    }


def boosts(draw: st.DrawFn) -> dict[str, Any]:
    """What BoostTrack and OccluBoost share."""
    return {
        **sort_family(draw),
        "det_thresh": draw(pick(THRESHOLDS)),
        "lambda_iou": draw(pick((0.0, 0.5, 1.0))),
        "lambda_mhd": draw(pick((0.0, 0.25, 1.0))),
        "lambda_shape": draw(pick((0.0, 0.25, 2.0))),
        "use_dlo_boost": draw(st.booleans()),
        "use_duo_boost": draw(st.booleans()),
        "dlo_boost_coef": draw(pick((0.0, 0.65, 1.5))),
        "vt_slope": draw(pick((0.0, 0.0075, 1.0))),
        "s_sim_corr": draw(st.booleans()),
        "output_score": draw(pick(("detection", "boosted", "track"))),
        "min_box_area": draw(pick((0.0, 0.0, 256.0))),
        "max_aspect_ratio": draw(pick((0.0, 0.0, 1.0))),
    }


def boosttrack(draw: st.DrawFn) -> dict[str, Any]:
    """BoostTrack."""
    maybe = pick((None, False, True))
    return {
        **boosts(draw),
        "track_low_thresh": draw(pick((0.0, 0.1, 0.3))),
        "variant": draw(pick(("boosttrack", "+", "++"))),
        **{name: draw(maybe) for name in ("use_embeddings", "use_rich_s", "use_sb", "use_vt")},
    }


def occluboost(draw: st.DrawFn) -> dict[str, Any]:
    """OccluBoost."""
    shares = pick((0.0, 0.3, 0.7, 1.0))
    frames = pick((0, 1, 3, 30))
    return {
        **boosts(draw),
        **{name: draw(st.booleans()) for name in ("use_rich_s", "use_sb", "use_vt", "use_embeddings")},
        **{name: draw(st.booleans()) for name in ("use_second_pass", "second_pass_after_gap", "use_gta")},
        "lambda_emb_multiplier": draw(pick((0.0, 1.5))),
        "track_low_thresh": draw(pick((0.0, 0.1, 0.3))),
        "new_track_thresh": draw(pick(THRESHOLDS)),
        "confirm_hits": draw(pick((0, 1, 2))),
        "instant_confirm_thresh": draw(pick((0.0, 0.75, 1.0))),
        **{name: draw(frames) for name in ("tentative_max_age", "recovery_max_age", "second_pass_max_age")},
        **{name: draw(shares) for name in ("recovery_appearance", "recovery_iou", "feat_alpha")},
        **{name: draw(shares) for name in ("second_pass_iou", "second_pass_appearance", "gta_appearance")},
        "second_pass_min_hits": draw(pick((0, 1, 3))),
        "duplicate_iou": draw(pick((0.0, 0.5, 0.95, 1.0))),
        "ams_gain": draw(shares),
        "ams_jump": draw(pick((0.0, 0.5, 10.0))),
        "ams_buffer": draw(pick((2, 3, 30))),
        "ams_shrink": draw(pick((0.0, 0.7, 1.0, 2.0))),
        "gta_min_age": draw(pick((0, 1, 7))),
        "gta_max_gap": draw(pick((0, 3, 40))),
    }


def bytetrack(draw: st.DrawFn) -> dict[str, Any]:
    """ByteTrack."""
    return {
        "asso_func": draw(measures),
        **byte_family(draw),
        "duplicate_thresh": draw(pick((0.0, 0.15, 0.5, 1.0))),
        "match_thresh": draw(pick((0.0, 0.5, 0.9, 1.0, 1.5))),
        "second_match_thresh": draw(pick((0.5, 0.9, 1.0))),
        "unconfirmed_match_thresh": draw(pick((0.7, 1.0, 2.0))),
    }


def botsort(draw: st.DrawFn) -> dict[str, Any]:
    """BoT-SORT."""
    return {
        **bytetrack(draw),
        "with_reid": draw(pick((True, True, True, False))),
        "proximity_thresh": draw(pick((0.0, 0.5, 0.9, 1.0))),
        "appearance_thresh": draw(pick((0.0, 0.25, 0.6, 1.0, 2.0))),
        "emb_scale": draw(pick((0.5, 1.0, 2.0))),
        "unconfirmed_emb_scale": draw(pick((1.0, 2.0, 2.5))),
        "emb_alpha": draw(pick((0.0, 0.9, 1.0))),
        "warp_form": draw(pick(("box", "pairs"))),
        "report_unconfirmed": draw(st.booleans()),
    }


def cbiou(draw: st.DrawFn) -> dict[str, Any]:
    """C-BIoU."""
    return {
        **byte_family(draw),
        "mode": draw(pick(("paper", "two-stage"))),
        "buffer_ratio_first": draw(pick((0.0, 0.3, 1.0))),
        "buffer_ratio_second": draw(pick((0.0, 0.5, 2.0))),
        "min_similarity_first": draw(pick((0.0, 0.1, 0.2, 0.5))),
        "min_similarity_second": draw(pick((0.0, 0.3, 0.5))),
        "min_similarity_unconfirmed": draw(pick((0.0, 0.3, 1.0))),
        "motion_window": draw(pick((1, 2, 5))),
    }


def sfsort(draw: st.DrawFn) -> dict[str, Any]:
    """SFSORT."""
    return {
        "high_th": draw(pick(THRESHOLDS)),
        "low_th": draw(pick((0.0, 0.1, 0.3))),
        "new_track_th": draw(pick(THRESHOLDS)),
        "match_th_first": draw(pick((0.0, 0.5, 0.67, 1.0))),
        "match_th_second": draw(pick((0.0, 0.3, 0.9, 1.0))),
        "dynamic_tuning": draw(st.booleans()),
        "cth": draw(pick(THRESHOLDS)),
        "high_th_m": draw(pick((0.0, 0.1, 1.0))),
        "new_track_th_m": draw(pick((0.0, 0.08, 1.0))),
        "match_th_first_m": draw(pick((0.0, 0.05, 1.0))),
        "central_timeout": draw(pick((0, 1, 3, 30))),
        "marginal_timeout": draw(pick((0, 1, 3, 30))),
        "horizontal_margin": draw(pick((0.0, 0.1, 1.0, 40.0))),
        "vertical_margin": draw(pick((0.0, 0.1, 1.0, 40.0))),
        "forget_without_high": draw(st.booleans()),
    }


def tracktrack(draw: st.DrawFn) -> dict[str, Any]:
    """TrackTrack."""
    return {
        "det_thresh": draw(pick(THRESHOLDS)),
        "track_low_thresh": draw(pick((0.0, 0.1, 0.3))),
        "new_track_thresh": draw(pick(THRESHOLDS)),
        "match_thresh": draw(pick((0.0, 0.5, 0.7, 0.9, 1.0))),
        "motion_match_thresh": draw(pick((0.0, 0.5, 0.7, 0.9, 1.0))),
        "reduce_step": draw(pick((0.0, 0.05, 1.0))),
        "min_iou": draw(pick((0.0, 0.1, 0.5, 1.0))),
        "appearance_weight": draw(pick((0.0, 0.5, 1.0))),
        "score_weight": draw(pick((0.0, 0.1, 1.0))),
        "angle_weight": draw(pick((0.0, 0.05, 1.0))),
        "low_penalty": draw(pick((0.0, 0.2, 1.0))),
        "deleted_penalty": draw(pick((0.0, 0.4, 1.0))),
        "nms_thresh": draw(pick((0.0, 0.3, 0.8, 1.0))),
        "deleted_nms_thresh": draw(pick((0.3, 0.95, 1.0))),
        "deleted_max_iou": draw(pick((0.5, 0.97, 1.0))),
        "tai_thresh": draw(pick((0.0, 0.3, 0.55, 1.0))),
        "min_hits": draw(pick((1, 2, 3))),
        "max_age": draw(pick((0, 1, 3, 30))),
        "freeze_size": draw(st.booleans()),
        "corner_quirks": draw(st.booleans()),
    }


def deepsort_family(draw: st.DrawFn) -> dict[str, Any]:
    """What DeepSORT and StrongSORT both ask for."""
    return {
        "asso_func": draw(measures),
        "min_confidence": draw(pick((0.0, 0.3, 0.6, 0.8, 1.0))),
        "max_cosine_distance": draw(pick((0.0, 0.2, 0.45, 1.0, 2.0))),
        "max_iou_distance": draw(pick((0.0, 0.5, 0.7, 1.0))),
        "max_age": draw(pick((0, 1, 3, 30))),
        "min_hits": draw(pick((1, 2, 3))),
        "nn_budget": draw(pick((0, 1, 2, 100))),
        "max_coasted": draw(pick((0, 1, 3))),
    }


def deepsort(draw: st.DrawFn) -> dict[str, Any]:
    """DeepSORT."""
    return deepsort_family(draw)


def strongsort(draw: st.DrawFn) -> dict[str, Any]:
    """StrongSORT."""
    return {
        **deepsort_family(draw),
        "mc_lambda": draw(pick((0.0, 0.5, 0.98, 1.0))),
        "ema_alpha": draw(pick((0.0, 0.5, 0.9, 1.0))),
        "warp_covariance": draw(st.booleans()),
    }


def deepocsort(draw: st.DrawFn) -> dict[str, Any]:
    """Deep OC-SORT."""
    return {
        "asso_func": draw(measures),
        **sort_family(draw),
        "det_thresh": draw(pick(THRESHOLDS)),
        "delta_t": draw(pick((1, 2, 3))),
        "inertia": draw(pick((0.0, 0.2, 1.0))),
        "oru_repeat_last": draw(st.booleans()),
        "w_association_emb": draw(pick((0.0, 0.75, 10.0))),
        "alpha_fixed_emb": draw(pick((0.0, 0.5, 0.95, 1.0))),
        "aw_metric": draw(pick(("new", "max", "off"))),
        "aw_param": draw(pick((0.0, 0.5, 1.0))),
    }


def hybridsort(draw: st.DrawFn) -> dict[str, Any]:
    """HybridSORT."""
    return {
        "asso_func": draw(pick(("hmiou", "hmiou", *MEASURES))),
        **sort_family(draw),
        "det_thresh": draw(pick(THRESHOLDS)),
        "track_low_thresh": draw(pick((0.0, 0.1, 0.3))),
        "delta_t": draw(pick((1, 2, 3))),
        "inertia": draw(pick((0.0, 0.05, 1.0))),
        "use_byte": draw(st.booleans()),
        "oru_repeat_last": draw(st.booleans()),
        "tcm_first_step_weight": draw(pick((0.0, 1.0, 10.0))),
        "tcm_byte_step_weight": draw(pick((0.0, 1.0, 10.0))),
        "tcm_byte_gate": draw(st.booleans()),
        "eg_weight_high_score": draw(pick((0.0, 1.3, 100.0))),
        "eg_weight_low_score": draw(pick((0.0, 1.2, 100.0))),
        "with_longterm_reid_correction": draw(st.booleans()),
        "longterm_reid_correction_thresh": draw(pick((0.0, 0.4, 2.0))),
        "longterm_reid_correction_thresh_low": draw(pick((0.0, 0.4, 2.0))),
        "longterm_reid_weight": draw(pick((0.0, 2.0, 100.0))),
        "longterm_bank_length": draw(pick((1, 3, 30))),
        "alpha": draw(pick((0.0, 0.8, 1.0))),
        "adapfs": draw(st.booleans()),
        "warp_observations": draw(st.booleans()),
    }


OPTIONS: dict[str, Callable[[st.DrawFn], dict[str, Any]]] = {
    "sort": sort,
    "botsort": botsort,
    "boosttrack": boosttrack,
    "occluboost": occluboost,
    "bytetrack": bytetrack,
    "cbiou": cbiou,
    "deepocsort": deepocsort,
    "hybridsort": hybridsort,
    "ocsort": ocsort,
    "sfsort": sfsort,
    "tracktrack": tracktrack,
    "deepsort": deepsort,
    "strongsort": strongsort,
}
