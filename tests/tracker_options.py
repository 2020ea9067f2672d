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
    "bytetrack": bytetrack,
    "deepocsort": deepocsort,
    "hybridsort": hybridsort,
    "ocsort": ocsort,
}
