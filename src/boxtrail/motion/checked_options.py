"""Ranges of the estimators' parameters."""

from __future__ import annotations

from typing import Any

from boxtrail.errors import ConfigError


def check_range(name: str, value: Any, low: float, high: float) -> None:
    """Raise ConfigError unless low ≤ value ≤ high."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError(f"{name} must be in [{low:g}, {high:g}], not {value!r}")


def check_count(name: str, value: Any, low: int, high: int) -> None:
    """Raise ConfigError unless value is a whole number in [low, high]."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError(f"{name} must be a whole number in [{low}, {high}], not {value!r}")


__all__ = ["check_count", "check_range"]
