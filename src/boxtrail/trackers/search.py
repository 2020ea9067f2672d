"""Where a tuner may look for the value of an option."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Search:
    """A range of numbers, both ends included, or a choice of values; made by :func:`between` and :func:`among`.

    Attributes:
        low, high: ends of the range; frames or, where the default is one like ``"1.0s"``, seconds for a duration.
        step: distance of neighbouring values, None for any; 1 for an option that is a whole number.
        log: look at orders of magnitude, not at differences.
        choices: the values of an option that is no number.
        not_above, not_below: an option of the same tracker; a value on the wrong side of it is set to it.
        needs: what the sequences must have for the option to matter: ``"embeddings"``, ``"warps"``, ``"frame_size"``
            or nothing.
    """

    low: float = 0.0
    high: float = 0.0
    step: float | None = None
    log: bool = False
    choices: tuple[Any, ...] = ()
    not_above: str = ""
    not_below: str = ""
    needs: str = ""


def between(
    low: float,
    high: float,
    *,
    step: float | None = 0.01,
    log: bool = False,
    not_above: str = "",
    not_below: str = "",
    needs: str = "",
) -> Search:
    """Numbers from ``low`` to ``high``, by default in hundredths, which a reader of a preset can take in."""
    return Search(low, high, None if log else step, log, (), not_above, not_below, needs)


def among(*choices: Any, needs: str = "") -> Search:
    """One of ``choices``."""
    return Search(choices=choices, needs=needs)


__all__ = ["Search", "among", "between"]
