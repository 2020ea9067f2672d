"""Options of trackers: declared in frozen dataclasses with their ranges, checked by name and value."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from boxtrail.errors import ConfigError

T = TypeVar("T")

MEASURES = ("iou", "giou", "diou", "ciou", "hmiou", "centroid", "biou")


def option(
    default: Any, low: float | None = None, high: float | None = None, *, choices: tuple[str, ...] = ()
) -> Any:
    """A dataclass field with the range its value must lie in, both ends included."""
    return field(default=default, metadata={"low": low, "high": high, "choices": choices})


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamConfig:
    """What every tracker can be told about the stream it works on.

    Attributes:
        per_class: track every class on its own; a track never changes its class then.
        class_names: class id → name, for whoever shows the results.
        variable_dt: frames come at irregular times; every ``update`` needs a ``timestamp`` in seconds.
        frame_rate: frames a second, turns durations such as ``"1.0s"`` into frames and seconds into steps.
        frame_size: (width, height) in pixels, for ``asso_func="centroid"``.
        buffer_ratio: growth of a box per side as a share of its size, for ``asso_func="biou"``.
        strict: a box without area is an error instead of being dropped with a warning.
    """

    per_class: bool = option(False)
    class_names: Mapping[int, str] | None = option(None)
    variable_dt: bool = option(False)
    frame_rate: float = option(30.0, 1e-3, 1e6)
    frame_size: tuple[int, int] | None = option(None)
    buffer_ratio: float = option(0.3, 0.0, 10.0)
    strict: bool = option(False)


def build(config_type: type[T], values: Mapping[str, Any]) -> T:
    """The config with these values.

    Raises:
        ConfigError: names the option whose value has the wrong type or range.
    """
    config = config_type(**values)
    for declared in fields(config_type):  # type: ignore[arg-type]
        value = getattr(config, declared.name)
        if declared.metadata:
            _check(declared.name, value, declared.default, declared.metadata)
    return config


def split(
    options: Mapping[str, Any], config_types: tuple[type[Any], ...], aliases: Mapping[str, str], owner: str
) -> list[dict[str, Any]]:
    """The options of each config type, under their own names.

    Raises:
        ConfigError: for an unknown option, with the nearest known name; for one given under two names.
    """
    groups: list[dict[str, Any]] = [{} for _ in config_types]
    names = [{declared.name for declared in fields(kind)} for kind in config_types]
    for given, value in options.items():
        name = aliases.get(given, given)
        for group, known in zip(groups, names, strict=True):
            if name in known:
                if name in group:
                    raise ConfigError(f"{owner}: {name!r} is given twice (once as {given!r})")
                group[name] = value
                break
        else:
            raise ConfigError(_unknown(given, sorted(set().union(*names, aliases)), owner))
    return groups


def frames(value: float | str, frame_rate: float, name: str) -> float:
    """A duration in frames: a number of frames as it is, ``"1.0s"`` by the frame rate.

    Raises:
        ConfigError: if it is neither.
    """
    if isinstance(value, str):
        try:
            count = float(value.removesuffix("s")) * frame_rate
        except ValueError:
            count = -1.0
        if not value.endswith("s") or not count >= 0.0:
            raise ConfigError(f"{name} must be a number of frames or seconds like '1.0s', not {value!r}")
        return count
    return float(value)


def _check(name: str, value: Any, default: Any, limits: Mapping[str, Any]) -> None:
    if limits["choices"]:
        if value not in limits["choices"]:
            raise ConfigError(f"{name} must be one of {', '.join(limits['choices'])}, not {value!r}")
    elif isinstance(default, bool):
        if not isinstance(value, bool):
            raise ConfigError(f"{name} must be True or False, not {value!r}")
    elif isinstance(default, int | float) and not (isinstance(value, str) and limits["low"] == 0):
        whole = isinstance(default, int) and limits["high"] is not None
        if isinstance(value, bool) or not isinstance(value, int | float) or (whole and value != int(value)):
            raise ConfigError(f"{name} must be {'a whole number' if whole else 'a number'}, not {value!r}")
        low, high = limits["low"], limits["high"]
        if not (value >= low and (high is None or value <= high)):
            raise ConfigError(
                f"{name} must be {f'in [{low:g}, {high:g}]' if high is not None else f'≥ {low:g}'}, not {value:g}"
            )


def _unknown(given: str, known: list[str], owner: str) -> str:
    nearest = difflib.get_close_matches(given, known, n=1, cutoff=0.5)
    hint = f"; did you mean {nearest[0]!r}?" if nearest else f"; known: {', '.join(known)}"
    return f"{owner} has no option {given!r}{hint}"
