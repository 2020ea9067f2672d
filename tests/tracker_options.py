"""Options of every tracker for the equivalence tests to draw from, the ends of every range included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

THRESHOLDS = (0.0, 0.1, 0.3, 0.5, 0.6, 0.7, 1.0)
MEASURES = ("iou", "giou", "diou", "ciou", "hmiou", "centroid", "biou")

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
        "track_high_thresh": draw(pick(THRESHOLDS)),
        "track_low_thresh": draw(pick((0.0, 0.1, 0.3))),
        "new_track_thresh": draw(pick(THRESHOLDS)),
        "match_thresh": draw(pick((0.0, 0.5, 0.9, 1.0, 1.5))),
        "second_match_thresh": draw(pick((0.5, 0.9, 1.0))),
        "unconfirmed_match_thresh": draw(pick((0.7, 1.0, 2.0))),
        "track_buffer": draw(pick((0, 1, 3, 30))),
        "fuse_score": draw(st.booleans()),
        "duplicate_thresh": draw(pick((0.0, 0.15, 0.5, 1.0))),
    }


OPTIONS: dict[str, Callable[[st.DrawFn], dict[str, Any]]] = {
    "sort": sort,
    "boosttrack": boosttrack,
    "occluboost": occluboost,
    "bytetrack": bytetrack,
    "ocsort": ocsort,
}
