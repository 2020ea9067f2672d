"""What a search is after."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from boxtrail.errors import ConfigError
from boxtrail.evaluation import Metrics, Scores
from boxtrail.evaluation.scores import total

# Of these fewer are better; of everything else that can be asked for, more.
FEWER = frozenset(
    (
        "HOTA_FN",
        "HOTA_FP",
        "FP_per_frame",
        "CLR_FN",
        "CLR_FP",
        "IDSW",
        "ML",
        "MLR",
        "PT",
        "PTR",
        "Frag",
        "IDFN",
        "IDFP",
    )
)
# These say nothing of the tracker, or are no aim.
_NO_AIM = frozenset(("GT_Dets", "GT_IDs", "Frames", "CLR_Frames", "Dets", "IDs", "MOTP_sum"))
SYNONYMS = {
    "FP": "CLR_FP",
    "FN": "CLR_FN",
    "IDS": "IDSW",
    "FAF": "FP_per_frame",
    "FRAG": "Frag",
    "TP": "CLR_TP",
}


@dataclass(frozen=True, slots=True)
class Objectives:
    """One or several metrics by their names."""

    names: tuple[str, ...]

    @property
    def directions(self) -> tuple[str, ...]:
        """``"maximize"`` or ``"minimize"`` of each."""
        return tuple("minimize" if name in FEWER else "maximize" for name in self.names)

    def values(self, metrics: Metrics) -> tuple[float, ...]:
        """The metrics asked for."""
        return tuple(float(metrics[name]) for name in self.names)

    def better(self, one: float, other: float, index: int = 0) -> bool:
        """Whether ``one`` is better than ``other`` by the objective with that index."""
        return one < other if self.names[index] in FEWER else one > other

    def __str__(self) -> str:
        return ",".join(self.names)


def parse_objectives(given: str | Sequence[str]) -> Objectives:
    """``"HOTA"``, ``"HOTA,IDF1"`` or ``("HOTA", "IDF1")``, without regard to case.

    Raises:
        ConfigError: for a metric that does not exist or says nothing of a tracker, with the nearest name.
    """
    parts = given.split(",") if isinstance(given, str) else [str(part) for part in given]
    known = {name.upper(): name for name in total(()).metrics() if name not in _NO_AIM} | SYNONYMS
    names: list[str] = []
    for part in (part.strip() for part in parts):
        if part.upper() not in known:
            nearest = difflib.get_close_matches(part.upper(), known, n=1, cutoff=0.5)
            hint = f"did you mean {known[nearest[0]]!r}?" if nearest else "try HOTA, IDF1, AssA, MOTA or IDSW"
            raise ConfigError(f"there is no objective {part!r}; {hint}")
        names.append(known[part.upper()])
    if not names or len(set(names)) < len(names):
        raise ConfigError(f"objectives must be different metrics such as HOTA,IDF1, not {given!r}")
    return Objectives(tuple(names))


def overall(scores: Sequence[Scores]) -> Metrics:
    """The metrics of several sequences together, every box counting alike."""
    return total(scores).metrics()


__all__ = ["FEWER", "Objectives", "overall", "parse_objectives"]
