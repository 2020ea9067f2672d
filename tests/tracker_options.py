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


OPTIONS: dict[str, Callable[[st.DrawFn], dict[str, Any]]] = {
    "sort": sort,
    "botsort": botsort,
    "bytetrack": bytetrack,
    "cbiou": cbiou,
    "ocsort": ocsort,
}
