"""What an evaluation was made from and by which rules."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provenance:
    """How the numbers came about.

    Attributes:
        truth, prediction: the file or folder, or ``"arrays"``.
        format: ``"mot"``, ``"kitti"``, …: of the truth.
        rules: ``"mot"``, ``"kitti"`` or ``"none"``: which boxes count.
        similarity: ``"box"``, ``"oriented"``, ``"mask"`` or ``"point"``.
        threshold: in (0, 1], similarity a match needs in CLEAR and Identity.
        version: of boxtrail.
        backend: ``"cpp"`` or ``"python"``.
    """

    truth: str
    prediction: str
    format: str
    rules: str
    similarity: str
    threshold: float
    version: str
    backend: str


__all__ = ["Provenance"]
