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


OPTIONS: dict[str, Callable[[st.DrawFn], dict[str, Any]]] = {
    "sort": sort,
    "bytetrack": bytetrack,
    "ocsort": ocsort,
    "deepsort": deepsort,
    "strongsort": strongsort,
}
