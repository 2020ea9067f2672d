"""HOTA of one or several sequences.

J. Luiten et al., "HOTA: A Higher Order Metric for Evaluating Multi-Object Tracking", IJCV 129, 2021.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from boxtrail.io.formats.rows import FloatArray

ALPHAS: FloatArray = 0.05 + 0.05 * np.arange(19, dtype=np.float64)
NOTHING = 1e-10  # what stands for no similarity over no matches, so that LocA of nothing is 1


@dataclass(frozen=True, slots=True, eq=False)
class Hota:
    """Sums over the matches at each of the 19 alphas, all (19,): sequences add.

    Attributes:
        tp, fn, fp: matches, boxes of the truth without one, boxes of the prediction without one.
        ass_a, ass_re, ass_pr: association accuracy, recall and precision, each in [0, 1], summed over the matches.
        loc: similarity in [0, 1], summed over the matches.
    """

    tp: FloatArray
    fn: FloatArray
    fp: FloatArray
    ass_a: FloatArray
    ass_re: FloatArray
    ass_pr: FloatArray
    loc: FloatArray

    def __add__(self, other: Hota | int) -> Hota:
        if isinstance(other, int):  # sum() begins with 0
            return self
        return Hota(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    __radd__ = __add__

    def curves(self) -> dict[str, FloatArray]:
        """Shares (19,) in [0, 1] and counts, by TrackEval's names, over :data:`ALPHAS`; (B, 19) of B resamples."""
        det_re = self.tp / np.maximum(1.0, self.tp + self.fn)
        det_pr = self.tp / np.maximum(1.0, self.tp + self.fp)
        det_a = self.tp / np.maximum(1.0, self.tp + self.fn + self.fp)
        ass_a = self.ass_a / np.maximum(1.0, self.tp)
        return {
            "HOTA": np.sqrt(det_a * ass_a),
            "DetA": det_a,
            "AssA": ass_a,
            "DetRe": det_re,
            "DetPr": det_pr,
            "AssRe": self.ass_re / np.maximum(1.0, self.tp),
            "AssPr": self.ass_pr / np.maximum(1.0, self.tp),
            "LocA": np.maximum(NOTHING, self.loc) / np.maximum(NOTHING, self.tp),
            "OWTA": np.sqrt(det_re * ass_a),
            "HOTA_TP": self.tp,
            "HOTA_FN": self.fn,
            "HOTA_FP": self.fp,
        }

    def metrics(self) -> Mapping[str, float]:
        """Means of the curves over alpha, and the values at the lowest alpha."""
        curves = self.curves()
        means = {name: np.mean(curve, axis=-1) for name, curve in curves.items()}
        lowest = {
            "HOTA(0)": np.take(curves["HOTA"], 0, axis=-1),
            "LocA(0)": np.take(curves["LocA"], 0, axis=-1),
        }
        return means | lowest | {"HOTALocA(0)": lowest["HOTA(0)"] * lowest["LocA(0)"]}


__all__ = ["ALPHAS", "Hota"]
