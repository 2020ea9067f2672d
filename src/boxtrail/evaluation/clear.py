"""CLEAR MOT of one or several sequences.

K. Bernardin and R. Stiefelhagen, "Evaluating Multiple Object Tracking Performance: The CLEAR MOT Metrics", EURASIP JIVP
2008; mostly tracked, partly tracked, mostly lost: B. Wu and R. Nevatia, CVPR 2006.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np


@dataclass(frozen=True, slots=True)
class Clear:
    """Counts, which add over sequences.

    Attributes:
        tp, fn, fp: matches, boxes of the truth without one, boxes of the prediction without one.
        id_switches: matches with another track than the truth's last one.
        fragmentations: times a true track is matched again after it was not.
        mostly_tracked, partly_tracked, mostly_lost: true tracks matched in more than 80 %, in 20 to 80 % and in less
            than 20 % of their frames.
        similarity: summed over the matches.
        frames: of the sequences that have boxes on both sides.
    """

    tp: int
    fn: int
    fp: int
    id_switches: int
    fragmentations: int
    mostly_tracked: int
    partly_tracked: int
    mostly_lost: int
    similarity: float
    frames: int

    def __add__(self, other: Clear | int) -> Clear:
        if isinstance(other, int):  # sum() begins with 0
            return self
        return Clear(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    __radd__ = __add__

    def metrics(self, *, single: bool = False) -> Mapping[str, float]:
        """Shares and counts by TrackEval's names; where the counts are arrays, as of resamples, so are they.

        ``single``: as the official kit reports one sequence rather than a total. There, a sequence with no boxes on
        one side has 0 in every share except MLR, which is 1.
        """
        one_sided = single and (self.tp + self.fn == 0 or self.tp + self.fp == 0)
        truth, tracks = (
            np.maximum(1, self.tp + self.fn),
            self.mostly_tracked + self.partly_tracked + self.mostly_lost,
        )
        log_switches = np.log10(np.maximum(1, self.id_switches))
        net = 0 if one_sided else self.tp - self.fp
        soft = 0.0 if one_sided else self.similarity - self.fp - self.id_switches
        return {
            "MOTA": (net - self.id_switches) / truth,
            "MOTP": self.similarity / np.maximum(1, self.tp),
            "MODA": net / truth,
            "sMOTA": soft / truth,
            "MOTAL": (net - log_switches) / truth,
            "CLR_Re": self.tp / truth,
            "CLR_Pr": self.tp / np.maximum(1, self.tp + self.fp),
            "CLR_F1": self.tp / np.maximum(1.0, self.tp + 0.5 * self.fn + 0.5 * self.fp),
            "MTR": self.mostly_tracked / np.maximum(1, tracks),
            "PTR": self.partly_tracked / np.maximum(1, tracks),
            "MLR": 1.0 if one_sided else self.mostly_lost / np.maximum(1, tracks),
            "FP_per_frame": 0.0 if one_sided else self.fp / np.maximum(1, self.frames),
            "MOTP_sum": self.similarity,
            "CLR_TP": self.tp,
            "CLR_FN": self.fn,
            "CLR_FP": self.fp,
            "IDSW": self.id_switches,
            "MT": self.mostly_tracked,
            "PT": self.partly_tracked,
            "ML": self.mostly_lost,
            "Frag": self.fragmentations,
            "CLR_Frames": self.frames,
        }


__all__ = ["Clear"]
