"""Irregular frame times, as steps in frames."""

from __future__ import annotations

import math
from typing import Any

from boxtrail.errors import InvalidInputError


def time_step(timestamp: Any, last: float | None, frame_rate: float) -> tuple[float, float]:
    """The timestamp in seconds, and how many frames after the last one it is; 1 for the first.

    Raises:
        InvalidInputError: if it is no number, or does not come after the last one.
    """
    try:
        seconds = math.nan if timestamp is None else float(timestamp)
    except (TypeError, ValueError):
        seconds = math.nan
    if not math.isfinite(seconds):
        raise InvalidInputError(f"variable_dt needs a timestamp in seconds, not {timestamp!r}")
    if last is None:
        return seconds, 1.0
    if seconds <= last:
        raise InvalidInputError(f"timestamp {seconds:g} s does not come after the last one, {last:g} s")
    return seconds, (seconds - last) * frame_rate
