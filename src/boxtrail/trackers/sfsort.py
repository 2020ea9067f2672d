"""SFSORT: options and public class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from boxtrail.trackers.options import duration, option
from boxtrail.trackers.search import between
from boxtrail.trackers.tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class SFSORTConfig:
    """Options of :class:`SFSORT`; names and thresholds are the authors', timeouts and margins those of their README.

    Attributes:
        high_th: a score above it makes a sure detection (first association).
        low_th: a score above it, and below ``high_th``, an unsure one (second association).
        new_track_th: a sure detection that is left over starts a track if its score is above it.
        match_th_first: largest cost of the first association, exclusive; 1 − (IoU − distance + width + height) / 3.
        match_th_second: largest cost of the second association, exclusive; 1 − IoU.
        dynamic_tuning: move the three thresholds by slope · log10 of the number of detections above ``cth``.
        cth: the score from which a detection counts there.
        high_th_m: slope by which a crowd lowers ``high_th``.
        new_track_th_m: slope by which a crowd raises ``new_track_th``, which never falls below ``high_th``.
        match_th_first_m: slope by which a crowd lowers ``match_th_first``, which then stays below 0.67.
        central_timeout: frames, or seconds like ``"1.0s"``, that a track lost inside the image is kept. A track can
            be found again for one frame less than it says; 0 and 1 keep nothing over a missed frame.
        marginal_timeout: the same for a track lost near the edge of the image.
        horizontal_margin: how far the left and right edge reach in: pixels from 1 on, below 1 a share of the width.
        vertical_margin: the same for the upper and lower edge and the height.
        forget_without_high: the authors' oversight: where a frame has unsure detections but no sure one, all tracks of
            the last frame are deleted, and the second association does not take place.
    """

    high_th: float = option(0.6, 0.0, 1.0, search=between(0.3, 0.8))
    low_th: float = option(0.1, 0.0, 1.0, search=between(0.05, 0.5, not_above="high_th"))
    new_track_th: float = option(0.7, 0.0, 1.0, search=between(0.3, 0.9, not_below="high_th"))
    match_th_first: float = option(0.67, 0.0, 1.0, search=between(0.3, 0.9))
    match_th_second: float = option(0.3, 0.0, 1.0, search=between(0.1, 0.7))
    dynamic_tuning: bool = option(False)
    cth: float = option(0.5, 0.0, 1.0)
    high_th_m: float = option(0.0, 0.0, 1.0)
    new_track_th_m: float = option(0.0, 0.0, 1.0)
    match_th_first_m: float = option(0.0, 0.0, 1.0)
    central_timeout: float | str = duration("1.0s", search=between(0.2, 3.0, step=0.1))
    marginal_timeout: float | str = duration("0.7s", search=between(0.1, 3.0, step=0.1))
    horizontal_margin: float = option(0.1, 0.0, 1e6, search=between(0.0, 0.3, needs="frame_size"))
    vertical_margin: float = option(0.1, 0.0, 1e6, search=between(0.0, 0.3, needs="frame_size"))
    forget_without_high: bool = option(False)


class SFSORT(Tracker):
    """SFSORT (Morsali et al., 2024, arXiv 2404.07553).

    A track is the last box it was seen at: no filter, no velocity, no appearance, so it is the fastest tracker here and
    the one to take for high frame rates and a camera at rest. Sure detections are associated with all tracks by IoU,
    the distance of the centres and the likeness of the sides; unsure ones with what is left, lost tracks included, by
    IoU. What no track takes and is sure enough starts a track, reported at once. A lost track waits for a time that
    depends on where it was lost, near the edge of the image or inside. Thresholds can be tuned by the size of the
    crowd. The box reported is the detection's own.

    The margins need ``frame_size``, or a frame to learn it from; where neither is passed every track is lost inside.
    A benchmark's sequences say it (``boxtrail eval``, ``tune``). ``max_age`` is another name of ``central_timeout``
    alone. Camera motion moves the last boxes, which have nothing else to follow a camera with: with published warps the
    second halves of MOT17 score 68.0 HOTA instead of 66.7. Oriented boxes: IoU of the rectangles, centres and sides of
    the upright boxes around them.

    Different from the authors' code: their timeouts default to 0, so one missed frame ends a track; ours are those of
    their README (``preset="official-default"`` is theirs: 62.5 HOTA on the second halves of MOT17, ours 66.7). Where a
    frame has unsure detections but no sure one they lose all tracks, see ``forget_without_high``. Only boxes that
    overlap are ever matched; theirs could match boxes a hundred times as wide as high that do not. They clamp the
    slopes of the tuning (``new_track_th_m`` to 0.08 at most), here they are what is said. A score equal to ``high_th``
    falls in neither band, as in their code.

    ==========================  ===========================================
    option                      authors' name, where it is another one
    ==========================  ===========================================
    frame_size                  frame_width, frame_height
    horizontal_margin           the same, in pixels only
    vertical_margin             the same, in pixels only
    ==========================  ===========================================

    Args:
        backend: ``"cpp"`` or ``"python"``.
        **options: fields of :class:`SFSORTConfig` and :class:`boxtrail.trackers.StreamConfig`.
    """

    name = "sfsort"
    paper = "Morsali et al., arXiv 2024"
    speed = "fastest"
    config_type = SFSORTConfig
    durations = ("central_timeout", "marginal_timeout")
    uses_frame_size = True
    aliases: ClassVar[Mapping[str, str]] = {
        "track_high_thresh": "high_th",
        "track_thresh": "high_th",
        "track_low_thresh": "low_th",
        "new_track_thresh": "new_track_th",
        "match_thresh": "match_th_first",
        "max_age": "central_timeout",
        "track_buffer": "central_timeout",
        "lost_track_buffer": "central_timeout",
        "fps": "frame_rate",
    }
