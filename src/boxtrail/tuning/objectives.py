"""What a search is after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from boxtrail.errors import ConfigError
from boxtrail.evaluation import Metrics, Scores
from boxtrail.evaluation.columns import COLUMNS, choose_columns
from boxtrail.evaluation.scores import total


@dataclass(frozen=True, slots=True)
class Objectives:
    """One or several metrics by their names."""

    names: tuple[str, ...]

    @property
    def directions(self) -> tuple[str, ...]:
        """``"maximize"`` or ``"minimize"`` of each."""
        return tuple("minimize" if fewer_is_better(name) else "maximize" for name in self.names)

    def values(self, metrics: Metrics) -> tuple[float, ...]:
        """The metrics asked for."""
        return tuple(float(metrics[name]) for name in self.names)

    def better(self, one: float, other: float, index: int = 0) -> bool:
        """Whether ``one`` is better than ``other`` by the objective with that index."""
        return one < other if fewer_is_better(self.names[index]) else one > other

    def __str__(self) -> str:
        return ",".join(self.names)


def fewer_is_better(metric: str) -> bool:
    """Whether a tracker wants it low, as id switches."""
    return COLUMNS[metric].better == "lower"


def parse_objectives(given: str | Sequence[str]) -> Objectives:
    """``"HOTA"``, ``"HOTA,IDF1"`` or ``("HOTA", "IDF1")``, without regard to case.

    Raises:
        ConfigError: for a metric that does not exist, with the nearest one, or that is no aim; for none.
    """
    parts = given.split(",") if isinstance(given, str) else [str(part) for part in given]
    columns = choose_columns([part for part in parts if part.strip()])
    for column in columns:
        if not column.better or column.name.startswith(("AP_", "AR_")):
            raise ConfigError(f"{column.title} is no objective; try HOTA, IDF1, AssA, MOTA or IDSW")
    if not columns:
        raise ConfigError(
            "an objective is a metric such as HOTA, or several such as HOTA,IDF1; there is none"
        )
    return Objectives(tuple(column.name for column in columns))


def overall(scores: Sequence[Scores]) -> Metrics:
    """The metrics of several sequences together, every box counting alike."""
    return total(scores).metrics()


__all__ = ["Objectives", "fewer_is_better", "overall", "parse_objectives"]
