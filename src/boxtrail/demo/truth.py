"""Where people truly are, and how that is written down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from boxtrail.errors import SinkError


@dataclass(frozen=True, slots=True)
class TruePerson:
    """Where one person truly is in one frame."""

    person_id: int  # from 1
    xyxy: tuple[float, float, float, float]  # the whole body, hidden parts too, cut at the picture's edge
    visibility: float  # share of the body that shows, in [0, 1]


def write_truth(path: Path, frames: Iterable[Sequence[TruePerson]]) -> None:
    """Write MOTChallenge ground truth: ``frame,id,left,top,width,height,1,1,visibility``, frames from 1.

    Raises:
        SinkError: if the file cannot be written.
    """
    lines = []
    for number, people in enumerate(frames, start=1):
        for person in people:
            x1, y1, x2, y2 = person.xyxy
            box = f"{x1:.0f},{y1:.0f},{x2 - x1:.0f},{y2 - y1:.0f}"
            lines.append(f"{number},{person.person_id},{box},1,1,{person.visibility:.3f}\n")
    try:
        path.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise SinkError(f"cannot write {path}: {error.strerror or error}") from error


__all__ = ["TruePerson", "write_truth"]
