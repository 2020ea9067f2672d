"""BoT-SORT: options and public class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from boxtrail.trackers.options import MEASURES, duration, option
from boxtrail.trackers.search import among, between
from boxtrail.trackers.tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSortConfig:
    """Options of :class:`BotSort`; the defaults are those of the authors' MOT17 evaluation.

    Attributes:
        track_high_thresh: a score above it makes a sure detection (first association).
        track_low_thresh: a score above it, and below ``track_high_thresh``, an unsure one (second association).
        new_track_thresh: a sure detection that is left over starts a track from this score on.
        match_thresh: largest cost of the first association, exclusive; 1 − IoU · score, or the appearance distance
            where that is lower.
        second_match_thresh: largest cost of the second association, exclusive; 1 − IoU.
        unconfirmed_match_thresh: largest cost for a track born in the last frame, exclusive.
        track_buffer: frames, or seconds like ``"1.0s"``, that a lost track is kept.
        fuse_score: multiply the IoU by the score; the authors switch it off for MOT20.
        duplicate_thresh: a live and a lost track nearer than this (1 − IoU) are one.
        with_reid: use embeddings where they are passed.
        proximity_thresh: farthest pair (1 − IoU, inclusive) whose appearance counts.
        appearance_thresh: largest appearance distance that counts, inclusive; (1 − cosine) / ``emb_scale``.
        emb_scale: what the cosine distance is divided by in the first association; the authors halve it.
        unconfirmed_emb_scale: the same for tracks born in the last frame.
        emb_alpha: weight of the past in the running average of a track's appearance.
        warp_form: what camera motion does to a box: ``"box"`` takes the upright box around the moved one, ``"pairs"``
            turns centre and size alike, as the authors' code does.
        report_unconfirmed: also report tracks in the frame of their birth, as the authors' code does.
        asso_func: measure of overlap; thresholds are meant for ``"iou"``.
    """

    track_high_thresh: float = option(0.6, 0.0, 1.0, search=between(0.3, 0.8))
    track_low_thresh: float = option(0.1, 0.0, 1.0, search=between(0.05, 0.5, not_above="track_high_thresh"))
    new_track_thresh: float = option(0.7, 0.0, 1.0, search=between(0.3, 0.9, not_below="track_high_thresh"))
    match_thresh: float = option(0.8, 0.0, 2.0, search=between(0.6, 0.99))
    second_match_thresh: float = option(0.5, 0.0, 2.0, search=between(0.3, 0.8))
    unconfirmed_match_thresh: float = option(0.7, 0.0, 2.0, search=between(0.4, 0.95))
    track_buffer: float | str = duration(30, search=between(5, 90, step=1))
    fuse_score: bool = option(True, search=among(False, True))
    duplicate_thresh: float = option(0.15, 0.0, 1.0, search=between(0.05, 0.4))
    with_reid: bool = option(True)
    proximity_thresh: float = option(0.5, 0.0, 1.0, search=between(0.2, 0.9, needs="embeddings"))
    appearance_thresh: float = option(0.25, 0.0, 2.0, search=between(0.1, 0.6, needs="embeddings"))
    emb_scale: float = option(2.0, 0.01, 100.0)
    unconfirmed_emb_scale: float = option(2.0, 0.01, 100.0)
    emb_alpha: float = option(0.9, 0.0, 1.0, search=between(0.7, 0.99, needs="embeddings"))
    warp_form: str = option("box", choices=("box", "pairs"))
    report_unconfirmed: bool = option(False)
    asso_func: str = option("iou", choices=MEASURES)


class BotSort(Tracker):
    """BoT-SORT and BoT-SORT-ReID (Aharon et al., 2022, arXiv 2206.14651).

    ByteTrack with three changes. The filter holds width and height instead of the aspect ratio, so it fits boxes that
    change shape. Predictions move with the camera before they are compared. Where detections come with embeddings, a
    near pair that looks alike may match even if the overlap is poor: the cost is the lower one of the two distances. A
    track's appearance is a running average over its sure detections; unsure ones do not touch it.

    Without embeddings, and in frames without them, it works on motion alone; so does a pair of which one has no
    embedding (a row of zeros). Different from the authors' code: a track is reported from its second detection on, not
    in the frame of its birth as well (``report_unconfirmed``: there it flickers up for every false alarm); a warp turns
    the position but takes the box around the turned one, where the authors mix width and height like coordinates
    (``warp_form``); plain IoU instead of one with one pixel added, no feature list shared by all tracks, no list of
    removed tracks that grows for ever, no filter of wide or small boxes. The same, on purpose: a score equal to
    ``track_high_thresh`` falls in neither band, and a track that expired can still be found one frame later. Thresholds
    of appearance do not carry over between the authors' halved distance and peers that do not halve: see ``emb_scale``.

    ==========================  ===========================================
    option                      authors' name
    ==========================  ===========================================
    unconfirmed_match_thresh    0.7 in the code
    second_match_thresh         0.5 in the code
    fuse_score                  not mot20
    emb_scale                   2.0 in the code
    emb_alpha                   alpha of STrack
    ==========================  ===========================================

    Args:
        backend: ``"cpp"`` or ``"python"``.
        **options: fields of :class:`BotSortConfig` and :class:`boxtrail.trackers.StreamConfig`.
    """

    name = "botsort"
    paper = "Aharon et al., 2022"
    speed = "fastest"
    config_type = BotSortConfig
    durations = ("track_buffer",)
    appearance = "optional"
    camera_motion = "sof"
    aliases: ClassVar[Mapping[str, str]] = {
        "track_thresh": "track_high_thresh",
        "track_activation_threshold": "new_track_thresh",
        "high_conf_det_threshold": "track_high_thresh",
        "min_conf": "track_low_thresh",
        "det_thresh": "new_track_thresh",
        "lost_track_buffer": "track_buffer",
        "max_age": "track_buffer",
        "max_time_lost": "track_buffer",
        "fuse_first_associate": "fuse_score",
        "fps": "frame_rate",
    }

    def embedding_floor(self) -> float | None:
        """See :meth:`Tracker.embedding_floor`; unsure detections are matched by overlap alone."""
        return float(self.config.track_high_thresh) if self.config.with_reid else None
