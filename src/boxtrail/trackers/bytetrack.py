"""ByteTrack: options and public class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from boxtrail.trackers.options import MEASURES, duration, option
from boxtrail.trackers.search import among, between
from boxtrail.trackers.tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteTrackConfig:
    """Options of :class:`ByteTrack`; the defaults are those of the paper's MOT17 evaluation.

    Attributes:
        track_high_thresh: a score above it makes a sure detection (first association).
        track_low_thresh: a score above it, and below ``track_high_thresh``, an unsure one (second association).
        new_track_thresh: a sure detection that is left over starts a track from this score on.
        match_thresh: largest cost of the first association, exclusive; 1 − IoU · score.
        second_match_thresh: largest cost of the second association, exclusive; 1 − IoU.
        unconfirmed_match_thresh: largest cost for a track born in the last frame, exclusive.
        track_buffer: frames, or seconds like ``"1.0s"``, that a lost track is kept.
        fuse_score: multiply the IoU by the score; the authors switch it off for MOT20.
        duplicate_thresh: a live and a lost track nearer than this (1 − IoU) are one.
        asso_func: measure of overlap; thresholds are meant for ``"iou"``.
    """

    track_high_thresh: float = option(0.6, 0.0, 1.0, search=between(0.3, 0.8))
    track_low_thresh: float = option(0.1, 0.0, 1.0, search=between(0.05, 0.5, not_above="track_high_thresh"))
    new_track_thresh: float = option(0.7, 0.0, 1.0, search=between(0.3, 0.9, not_below="track_high_thresh"))
    match_thresh: float = option(0.9, 0.0, 2.0, search=between(0.6, 0.99))
    second_match_thresh: float = option(0.5, 0.0, 2.0, search=between(0.3, 0.8))
    unconfirmed_match_thresh: float = option(0.7, 0.0, 2.0, search=between(0.4, 0.95))
    track_buffer: float | str = duration(30, search=between(5, 90, step=1))
    fuse_score: bool = option(True, search=among(False, True))
    duplicate_thresh: float = option(0.15, 0.0, 1.0, search=between(0.05, 0.4))
    asso_func: str = option("iou", choices=MEASURES)


class ByteTrack(Tracker):
    """ByteTrack (Zhang et al., ECCV 2022, arXiv 2110.06864).

    Sure detections are associated with all tracks by Kalman prediction and IoU · score; tracks left over get the unsure
    ones, which are often people half hidden; what no track takes and is sure enough starts a track, reported from its
    second detection on. The box reported is the filter's, not the detection's.

    A score equal to ``track_high_thresh`` falls in neither band, as in the authors' code (``>`` and ``<``); it shows
    with detectors that round their scores. Different from the authors' code: ids count per tracker, plain IoU instead
    of one with one pixel added, no list of removed tracks that grows for ever, no filter of wide or small boxes. The
    same, on purpose: a track that expired can still be found one frame later.

    ==========================  ===========================================
    option                      authors' name
    ==========================  ===========================================
    track_high_thresh           track_thresh
    new_track_thresh            det_thresh (track_thresh + 0.1)
    fuse_score                  not mot20
    ==========================  ===========================================

    Args:
        backend: ``"cpp"`` or ``"python"``.
        **options: fields of :class:`ByteTrackConfig` and :class:`boxtrail.trackers.StreamConfig`.
    """

    name = "bytetrack"
    paper = "Zhang et al., ECCV 2022"
    speed = "fastest"
    config_type = ByteTrackConfig
    durations = ("track_buffer",)
    aliases: ClassVar[Mapping[str, str]] = {
        "track_thresh": "track_high_thresh",
        "track_activation_threshold": "track_high_thresh",
        "min_conf": "track_low_thresh",
        "det_thresh": "new_track_thresh",
        "lost_track_buffer": "track_buffer",
        "max_age": "track_buffer",
        "max_time_lost": "track_buffer",
        "fps": "frame_rate",
    }
