"""What an evaluation was made from and by which rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from boxtrail.evaluation.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class Provenance:
    """How the numbers came about.

    Attributes:
        truth, prediction: the file or folder, or ``"arrays"``.
        format: ``"mot"``, ``"kitti"``, …: of the truth.
        rules: ``"mot"``, ``"kitti"``, ``"mots"``, ``"visdrone"`` or ``"none"``: which boxes count.
        similarity: ``"box"``, ``"oriented"``, ``"mask"`` or ``"point"``.
        threshold: in (0, 1], similarity a match needs in CLEAR and Identity.
        version: of boxtrail.
        backend: ``"cpp"`` or ``"python"``.
        left_out: lines on what files have that cannot be a track, with file, line and object.
    """

    truth: str
    prediction: str
    format: str
    rules: str
    similarity: str
    threshold: float
    version: str
    backend: str
    left_out: tuple[str, ...] = ()


RULES = {
    "mot": "MOTChallenge's rules (distractors forgiven, pedestrians count)",
    "kitti": "KITTI's rules (what is hard to see is forgiven)",
    "mots": "the rules of MOTS (what lies in regions to ignore is forgiven)",
    "visdrone": "VisDrone's rules (what lies in others and regions to ignore counts for neither side)",
    "none": "every box counts",
}
SHOWN = 10  # lines on what was left out
SIMILARITIES = {
    "box": "box IoU",
    "oriented": "oriented box IoU",
    "mask": "mask IoU",
    "point": "point similarity",
}


def describe(evaluations: Mapping[str, Evaluation]) -> list[str]:
    """One line on sequences, classes and rules; one for each set of rules, if they differ between trackers.

    More follow on what was left out of the files.
    """
    out: dict[str, None] = {}
    left_out: dict[str, None] = {}
    for found in evaluations.values():
        num = len(found.sequences)
        parts = [f"{num} sequence{'s' * (num != 1)}", ", ".join(found.classes) or "no classes"]
        made = found.provenance
        if made is not None:
            similarity = SIMILARITIES.get(made.similarity, made.similarity)
            parts += [RULES[made.rules], f"match at {similarity} ≥ {made.threshold:g}"]
            left_out |= dict.fromkeys(made.left_out)
        out[" · ".join(parts)] = None
    more = len(left_out) - SHOWN
    return [*out, *list(left_out)[:SHOWN], *([f"… and {more} more lines of this kind"] if more > 0 else [])]


__all__ = ["RULES", "SIMILARITIES", "Provenance", "describe"]
