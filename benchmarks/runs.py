"""What accuracy is measured of: each tracker at our defaults and at its authors' settings, beside figures of others.

The figures are those of other implementations on the same detections, without images: recorded with the shared data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

METRICS = ("HOTA", "DetA", "AssA", "MOTA", "IDF1", "IDSW", "FP", "FN")
MOT17, DANCE = "MOT17", "DanceTrack"
AUTHORS = "the authors' code"


@dataclass(frozen=True)
class Anchor:
    """Figures of another implementation, in the order of METRICS."""

    who: str
    figures: tuple[float, ...]

    @property
    def is_authors(self) -> bool:
        """Whether it is the code of the paper's authors."""
        return self.who == AUTHORS


@dataclass(frozen=True)
class Run:
    """One tracker with one set of options; `anchors` and `golden`, the recorded rows on MOT17, have the same ones.

    At our defaults no run may lie below the authors' code; with their settings, and beside other implementations,
    none by more than 0.3 HOTA.
    """

    tracker: str
    settings: str = "defaults"  # or the name of a preset; `official` is that of the data set
    options: Mapping[str, Any] = field(default_factory=dict)
    anchors: Mapping[str, Anchor] = field(default_factory=dict)
    golden: str = ""
    is_camera: bool = False  # with the published camera motion

    @property
    def is_default(self) -> bool:
        """Whether these are our defaults."""
        return self.settings == "defaults"

    def preset(self, benchmark: str) -> str | None:
        """The preset on a data set."""
        if self.is_default:
            return None
        return f"official-{benchmark.lower()}" if self.settings == "official" else self.settings

    @property
    def label(self) -> str:
        """For tables."""
        return f"{self.tracker}, {self.settings}"


def _authors(*figures: float) -> Anchor:
    return Anchor(AUTHORS, figures)


BYTETRACK = {
    MOT17: _authors(67.45, 66.47, 69.01, 77.82, 79.41, 171, 2515, 9265),
    DANCE: _authors(41.41, 68.76, 25.05, 86.76, 46.32, 1335, 5595, 10672),
}
OCSORT = {
    MOT17: _authors(66.45, 64.31, 69.08, 74.63, 77.86, 205, 1278, 12189),
    DANCE: _authors(47.14, 75.02, 29.72, 85.33, 46.38, 1285, 1688, 16521),
}
SFSORT = {
    MOT17: _authors(62.47, 66.55, 59.22, 76.83, 68.91, 506, 2124, 9856),
    DANCE: _authors(42.10, 78.30, 22.82, 87.33, 34.52, 2023, 4209, 10604),
}
HYBRIDSORT = {
    MOT17: _authors(67.10, 65.60, 69.20, 75.61, 78.66, 244, 3426, 9474),
    DANCE: _authors(54.18, 76.62, 38.51, 87.50, 54.45, 1168, 4849, 10596),
}
BOOSTTRACK = {MOT17: _authors(67.54, 64.63, 71.04, 75.22, 79.61, 175, 1572, 11607)}
BOOSTTRACK_PP = {
    MOT17: _authors(66.97, 64.87, 69.61, 75.41, 78.65, 189, 1665, 11396),
    DANCE: Anchor("BoxMOT", (45.48, 71.96, 28.90, 84.27, 44.07, 1271, 1997, 17636)),
}
BOTSORT = {MOT17: _authors(67.67, 66.67, 69.22, 77.58, 79.21, 212, 2499, 9369)}
BOTSORT_UNCONFIRMED = {MOT17: _authors(67.89, 66.90, 69.44, 77.64, 79.45, 347, 2642, 9060)}
BOTSORT_BOXMOT = {
    MOT17: Anchor("BoxMOT", (67.40, 65.85, 69.50, 76.86, 78.96, 182, 2177, 10110)),
    DANCE: Anchor("BoxMOT", (47.87, 76.13, 30.23, 88.47, 47.81, 1289, 3492, 10549)),
}
BOTSORT_CAMERA = {MOT17: _authors(68.56, 67.16, 70.49, 78.42, 80.74, 156, 2627, 8848)}
CBIOU = {
    MOT17: Anchor("trackers", (67.03, 66.70, 67.88, 77.75, 78.15, 187, 2846, 8960)),
    DANCE: Anchor("trackers", (48.13, 76.61, 30.36, 88.00, 48.32, 1387, 5086, 9479)),
}
DEEPOCSORT = {MOT17: Anchor("BoxMOT", (66.16, 64.74, 68.07, 75.21, 77.23, 251, 1729, 11378))}
OCCLUBOOST = {MOT17: Anchor("BoxMOT", (68.02, 66.64, 69.96, 78.02, 80.01, 208, 2325, 9310))}
STRONGSORT = {MOT17: Anchor("BoxMOT", (63.49, 65.43, 62.11, 75.32, 72.98, 783, 1892, 10626))}
TRACKTRACK = {
    MOT17: Anchor("ultralytics", (68.05, 66.05, 70.61, 76.95, 79.75, 192, 2052, 10180)),
    DANCE: Anchor("ultralytics", (49.20, 77.57, 31.37, 88.25, 46.69, 1174, 3141, 11306)),
}

# StrongSORT and DeepSORT see one and the same look for all, as in the recorded run: motion alone decides.
RUNS = (
    Run("bytetrack", anchors=BYTETRACK, golden="official-bytetrack_plain_iou0"),
    Run("ocsort", anchors=OCSORT, golden="official-ocsort"),
    Run("botsort", anchors=BOTSORT, golden="official-botsort_confirmed_iou0"),
    Run("botsort", "official", anchors=BOTSORT_UNCONFIRMED),
    Run("botsort", "boxmot", anchors=BOTSORT_BOXMOT),
    Run("strongsort", anchors=STRONGSORT),
    Run("strongsort", "boxmot", anchors=STRONGSORT),
    Run("deepocsort", anchors=DEEPOCSORT),
    Run("deepocsort", "boxmot", anchors=DEEPOCSORT),
    Run("hybridsort", anchors=HYBRIDSORT),
    Run("hybridsort", "official", anchors=HYBRIDSORT, golden="official-hybridsort"),
    Run("boosttrack", anchors=BOOSTTRACK),
    Run("boosttrack", "official", anchors=BOOSTTRACK_PP, golden="official-boosttrack++"),
    Run("occluboost", anchors=OCCLUBOOST),
    Run("occluboost", "boxmot", anchors=OCCLUBOOST),
    Run("sfsort", anchors=SFSORT),
    Run("sfsort", "official-default", anchors=SFSORT, golden="official-sfsort"),
    Run("cbiou", anchors=CBIOU),
    Run("cbiou", "roboflow", anchors=CBIOU),
    Run("tracktrack", anchors=TRACKTRACK),
    Run("deepsort"),
    Run("sort"),
    Run("botsort", anchors=BOTSORT_CAMERA, is_camera=True),
    Run("botsort", "official", anchors=BOTSORT_CAMERA, is_camera=True),
    *(
        Run(name, is_camera=True)
        for name in (
            "bytetrack",
            "ocsort",
            "strongsort",
            "deepocsort",
            "hybridsort",
            "boosttrack",
            "occluboost",
            "sfsort",
            "cbiou",
            "tracktrack",
        )
    ),
)
