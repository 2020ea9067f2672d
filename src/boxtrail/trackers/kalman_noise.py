"""The option that gives a tracker's Kalman filter other noise."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from boxtrail.errors import ConfigError

KINDS = ("measurement", "process_position", "process_velocity", "initial_position", "initial_velocity")


def checked_noise(value: Any) -> dict[str, tuple[float, ...]] | None:
    """The option as a mapping from kinds of noise to four or five numbers.

    Raises:
        ConfigError: naming what is wrong.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise ConfigError(f"kalman_noise must map {', '.join(KINDS)} to numbers, not {value!r}")
    found: dict[str, tuple[float, ...]] = {}
    for kind, given in value.items():
        if kind not in KINDS:
            raise ConfigError(f"kalman_noise has no {kind!r}; there are {', '.join(KINDS)}")
        numbers = tuple(given) if isinstance(given, (list, tuple)) else ()
        # Without any noise of the measurement the filter would divide by what is left of the uncertainty.
        least = math.ulp(0.0) if kind == "measurement" else 0.0
        if len(numbers) not in (4, 5) or not all(
            isinstance(number, (int, float)) and not isinstance(number, bool) and least <= number < math.inf
            for number in numbers
        ):
            sign = "above 0" if least else "from 0 on"
            raise ConfigError(
                f"kalman_noise[{kind!r}] must be four numbers {sign}, five with an angle, not {given!r}"
            )
        found[kind] = tuple(float(number) for number in numbers)
    return found


__all__ = ["KINDS", "checked_noise"]
