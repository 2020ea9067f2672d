"""What the metrics are called in tables, what they mean, and which way is better."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from boxtrail.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Column:
    """A metric in a table.

    Attributes:
        name: TrackEval's.
        title: what tables show, without the family's prefix.
        better: which way a tracker wants it to be; "" where neither is better.
        unit: ``"share"`` is shown in percent, ``"number"`` and ``"count"`` as they are.
        meaning: one sentence for people who do not know it.
    """

    name: str
    title: str
    better: Literal["higher", "lower", ""]
    unit: Literal["share", "count", "number"]
    meaning: str

    def show(self, value: float, digits: int = 2) -> str:
        """``"54.93"`` for the share 0.5493, ``"1,234"`` for a count, ``"–"`` where there is nothing."""
        if math.isnan(value) or (self.name.startswith(("AP_", "AR_")) and value < 0.0):
            return "–"
        if self.unit == "count":
            return f"{value:,.0f}"
        return f"{100.0 * value if self.unit == 'share' else value:.{digits}f}"


def _shares(*rows: tuple[str, str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, title, "higher", "share", meaning) for name, title, meaning in rows)


def _counts(better: Literal["higher", "lower", ""], *rows: tuple[str, str, str]) -> tuple[Column, ...]:
    return tuple(Column(name, title, better, "count", meaning) for name, title, meaning in rows)


_ALL = (
    *_shares(
        ("HOTA", "HOTA", "Detection and association together: the mean over how exactly boxes must fit."),
        ("DetA", "DetA", "Detection: true boxes found, false ones avoided."),
        ("AssA", "AssA", "Association: how much of each track keeps one id."),
        ("DetRe", "DetRe", "Share of the true boxes that are found."),
        ("DetPr", "DetPr", "Share of the predicted boxes that are right."),
        ("AssRe", "AssRe", "How much of each true track its predicted track covers."),
        ("AssPr", "AssPr", "How much of each predicted track belongs to one true track."),
        ("LocA", "LocA", "How exactly matched boxes fit."),
        ("OWTA", "OWTA", "HOTA that forgives false boxes, for truth that does not name everything."),
        ("HOTA(0)", "HOTA(0)", "HOTA where boxes need hardly overlap."),
        ("LocA(0)", "LocA(0)", "LocA where boxes need hardly overlap."),
        ("HOTALocA(0)", "HOTALocA(0)", "Product of HOTA(0) and LocA(0)."),
        ("MOTA", "MOTA", "1 less missed boxes, false boxes and id switches, for each true box."),
        ("MOTP", "MOTP", "Mean similarity of the matched boxes."),
        ("MODA", "MODA", "MOTA without the id switches."),
        ("sMOTA", "sMOTA", "MOTA that counts matches by their similarity."),
        ("MOTAL", "MOTAL", "MOTA with the logarithm of the id switches."),
        ("CLR_Re", "Recall", "Share of the true boxes that are found."),
        ("CLR_Pr", "Precision", "Share of the predicted boxes that are right."),
        ("CLR_F1", "F1", "Harmonic mean of recall and precision."),
        ("MTR", "MT %", "Share of true tracks found in more than 80 % of their frames."),
        ("IDF1", "IDF1", "How long the right id is kept: F1 over whole tracks."),
        ("IDR", "IDR", "Recall over whole tracks."),
        ("IDP", "IDP", "Precision over whole tracks."),
    ),
    *_shares(*((f"AP_{group}", f"AP {group}", f"Average precision of whole tracks: {group}.")
               for group in ("all", "area_s", "area_m", "area_l", "time_s", "time_m", "time_l"))),
    *_shares(*((f"AR_{group}", f"AR {group}", f"Recall of whole tracks: {group}.")
               for group in ("all", "area_s", "area_m", "area_l", "time_s", "time_m", "time_l"))),
    Column("PTR", "PT %", "", "share", "Share of true tracks found in 20 to 80 % of their frames."),
    Column("MLR", "ML %", "lower", "share", "Share of true tracks found in less than 20 % of their frames."),
    Column("FP_per_frame", "FAF", "lower", "number", "False boxes a frame."),
    Column("MOTP_sum", "MOTP sum", "", "number", "Similarity summed over the matched boxes."),
    Column("HOTA_TP", "HOTA TP", "higher", "number", "True boxes found, mean over the alphas."),
    Column("HOTA_FN", "HOTA FN", "lower", "number", "Missed boxes, mean over the alphas."),
    Column("HOTA_FP", "HOTA FP", "lower", "number", "False boxes, mean over the alphas."),
    *_counts(
        "lower",
        ("IDSW", "IDSW", "Id switches: a true track is followed by another id than before."),
        ("Frag", "Frag", "Fragmentations: a true track is found again after it was lost."),
        ("CLR_FP", "FP", "False boxes."),
        ("CLR_FN", "FN", "Missed boxes."),
        ("ML", "ML", "True tracks found in less than 20 % of their frames."),
        ("IDFN", "IDFN", "True boxes without the right id."),
        ("IDFP", "IDFP", "Predicted boxes without the right id."),
    ),
    *_counts(
        "higher",
        ("CLR_TP", "TP", "True boxes found."),
        ("MT", "MT", "True tracks found in more than 80 % of their frames."),
        ("IDTP", "IDTP", "Boxes with the right id."),
    ),
    *_counts(
        "",
        ("PT", "PT", "True tracks found in 20 to 80 % of their frames."),
        ("Dets", "boxes", "Predicted boxes."),
        ("GT_Dets", "true boxes", "True boxes that count."),
        ("IDs", "tracks", "Predicted tracks."),
        ("GT_IDs", "true tracks", "True tracks that count."),
        ("Frames", "frames", "Frames of the sequence."),
        ("CLR_Frames", "CLR frames", "Frames of sequences that have boxes on both sides."),
    ),
)  # fmt: skip
COLUMNS = {column.name: column for column in _ALL}
TITLES = {column.title: column.name for column in _ALL}
DEFAULT_COLUMNS = ("HOTA", "DetA", "AssA", "MOTA", "IDF1", "IDSW", "Frag", "CLR_FP", "CLR_FN")


def choose_columns(names: Sequence[str] | None = None) -> list[Column]:
    """The metrics by name or title, without regard to case; the usual ones for None.

    Raises:
        ConfigError: for an unknown name, with the nearest known one.
    """
    known = {column.title.lower(): column for column in _ALL} | {c.name.lower(): c for c in _ALL}
    out: list[Column] = []
    for name in DEFAULT_COLUMNS if names is None else names:
        column = known.get(name.strip().lower())
        if column is None:
            import difflib

            near = difflib.get_close_matches(name.lower(), known, 1)
            hint = f"; did you mean {known[near[0]].title!r}?" if near else ""
            raise ConfigError(f"unknown metric {name!r}{hint}")
        if column not in out:
            out.append(column)
    return out


__all__ = ["COLUMNS", "DEFAULT_COLUMNS", "TITLES", "Column", "choose_columns"]
