"""SFSORT: options and public class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from boxtrail.trackers.options import duration, option
from boxtrail.trackers.tracker import Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class SFSORTConfig:
    """Options of :class:`SFSORT`; the names are the authors'.

    Attributes:
        high_th: a score above it makes a sure detection (first association).
        low_th: a score above it, and below ``high_th``, an unsure one (second association).
        new_track_th: a sure detection that is left over starts a track if its score is above it.
        match_th_first: largest cost of the first association, exclusive; see :func:`reference.sfsort.shape_cost`.
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

    high_th: float = option(0.6, 0.0, 1.0)
    low_th: float = option(0.1, 0.0, 1.0)
    new_track_th: float = option(0.7, 0.0, 1.0)
    match_th_first: float = option(0.67, 0.0, 1.0)
    match_th_second: float = option(0.3, 0.0, 1.0)
    dynamic_tuning: bool = option(False)
    cth: float = option(0.5, 0.0, 1.0)
    high_th_m: float = option(0.0, 0.0, 1.0)
    new_track_th_m: float = option(0.0, 0.0, 1.0)
    match_th_first_m: float = option(0.0, 0.0, 1.0)
    central_timeout: float | str = duration("1.0s")
    marginal_timeout: float | str = duration("0.7s")
    horizontal_margin: float = option(0.1, 0.0, 1e6)
    vertical_margin: float = option(0.1, 0.0, 1e6)
    forget_without_high: bool = option(False)


class SFSORT(Tracker):
    """SFSORT (Morsali et al., 2024, arXiv 2404.07553)."""

    name = "sfsort"
    paper = "Morsali et al., arXiv 2024"
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
