"""Options of trackers: declared in frozen dataclasses with their ranges, checked by name and value."""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

import numpy as np

from boxtrail.errors import ConfigError
from boxtrail.trackers.kalman_noise import checked_noise
from boxtrail.trackers.search import Search

T = TypeVar("T")

MEASURES = ("iou", "giou", "diou", "ciou", "hmiou", "centroid", "biou")


def option(
    default: Any,
    low: float | None = None,
    high: float | None = None,
    *,
    choices: tuple[str, ...] = (),
    search: Search | None = None,
) -> Any:
    """A dataclass field with the range its value must lie in, both ends included, and where tuning looks for it."""
    limits = {"low": low, "high": high, "choices": choices, "duration": False, "search": search}
    return field(default=default, metadata=limits)


def duration(default: int | str, *, search: Search | None = None) -> Any:
    """A dataclass field that holds a number of frames or seconds like ``"1.0s"``, ≥ 0."""
    limits = {"low": 0, "high": None, "choices": (), "duration": True, "search": search}
    return field(default=default, metadata=limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamConfig:
    """What every tracker can be told about the stream it works on.

    Attributes:
        per_class: track every class on its own; a track never changes its class then.
        class_groups: lists of class ids, or of names that ``class_names`` knows; classes of one list are tracked
            together, every other class on its own.
        class_vote: report the class a track was seen with most, each sight weighted by its score; otherwise the
            class of the detection, which flips where the detector wavers.
        class_names: class id → name, for whoever shows the results.
        variable_dt: frames come at irregular times; every ``update`` needs a ``timestamp`` in seconds.
        frame_rate: frames a second, turns durations such as ``"1.0s"`` into frames and seconds into steps.
        frame_size: (width, height) in pixels, for ``asso_func="centroid"`` and the margins of SFSORT, which learns it
            from the first frame it is shown if it is not told.
        buffer_ratio: growth of a box per side as a share of its size, for ``asso_func="biou"``.
        strict: a box without area is an error instead of being dropped with a warning.
        cmc_method: how camera motion is estimated from frames that are passed without a ``warp``: ``"auto"`` as the
            tracker is used to, ``"sof"``, ``"ecc"``, ``"orb"``, ``"sift"``, ``"file:PATH"`` or ``"none"``.
        kalman_noise: other noise for the Kalman filter: ``measurement``, ``process_position``, ``process_velocity``,
            ``initial_position`` or ``initial_velocity`` → four numbers, five with an angle, in the terms of the filter,
            see :func:`boxtrail.tuning.calibrate_kalman`; without effect on trackers that have none.
        record: note every decision, for :meth:`Tracker.explain`.
        embedding_interval: with an embedder of its own the tracker embeds every k-th frame, ≥ 1; the frames between
            are tracked by motion.
        only_ambiguous: it embeds only detections that motion leaves open, because several tracks and detections are
            near each other, or none; together with an interval above 1 all are embedded in every k-th frame.
    """

    per_class: bool = option(False)
    class_groups: tuple[tuple[int | str, ...], ...] | None = option(None)
    class_vote: bool = option(True)
    class_names: Mapping[int, str] | None = option(None)
    variable_dt: bool = option(False)
    frame_rate: float = option(30.0, 1e-3, 1e6)
    frame_size: tuple[int, int] | None = option(None)
    buffer_ratio: float = option(0.3, 0.0, 10.0)
    strict: bool = option(False)
    cmc_method: str = option("auto")
    kalman_noise: Mapping[str, tuple[float, ...]] | None = option(None)
    record: bool = option(False)
    embedding_interval: int = option(1, 1, 1e6)
    only_ambiguous: bool = option(False)


def build(config_type: type[T], values: Mapping[str, Any]) -> T:
    """The config with these values, numbers as plain ints and floats.

    Raises:
        ConfigError: names the option whose value has the wrong type or range.
    """
    config = config_type(**values)
    checked = {
        declared.name: _checked(
            declared.name, getattr(config, declared.name), declared.default, declared.metadata
        )
        for declared in fields(config_type)  # type: ignore[arg-type]
    }
    return config_type(**checked)


def own_names(options: Mapping[str, Any], aliases: Mapping[str, str], owner: str) -> dict[str, Any]:
    """The options under the tracker's own names.

    Raises:
        ConfigError: if one is given under two names.
    """
    named: dict[str, Any] = {}
    for given, value in options.items():
        name = aliases.get(given, given)
        if name in named:
            raise ConfigError(f"{owner}: {name!r} is given twice (once as {given!r})")
        named[name] = value
    return named


def split(
    options: Mapping[str, Any], config_types: tuple[type[Any], ...], aliases: Mapping[str, str], owner: str
) -> list[dict[str, Any]]:
    """The options of each config type, under their own names.

    Raises:
        ConfigError: for an unknown option, with the nearest known name; for one given under two names.
    """
    groups: list[dict[str, Any]] = [{} for _ in config_types]
    names = [{declared.name for declared in fields(kind)} for kind in config_types]
    for name, value in own_names(options, aliases, owner).items():
        for group, known in zip(groups, names, strict=True):
            if name in known:
                group[name] = value
                break
        else:
            raise ConfigError(_unknown(name, sorted(set().union(*names, aliases)), owner))
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


def _checked(name: str, value: Any, default: Any, limits: Mapping[str, Any]) -> Any:
    if name == "frame_size":
        return _checked_size(value)
    if name == "class_groups":
        return _checked_groups(value)
    if name == "kalman_noise":
        return checked_noise(value)
    if limits["choices"]:
        if value not in limits["choices"]:
            raise ConfigError(f"{name} must be one of {', '.join(limits['choices'])}, not {value!r}")
        return value
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise ConfigError(f"{name} must be True or False, not {value!r}")
        return value
    if limits["duration"]:  # seconds are read once the frame rate is known
        return value if isinstance(value, str) else _checked_number(name, value, False, limits)
    if isinstance(default, int | float):
        return _checked_number(name, value, isinstance(default, int), limits)
    return value


def _checked_number(name: str, value: Any, whole: bool, limits: Mapping[str, Any]) -> int | float:
    number = isinstance(value, numbers.Real) and not isinstance(value, bool | np.bool_)
    try:
        plain = float(value) if number else math.nan
    except OverflowError:  # an int of hundreds of digits
        raise ConfigError(f"{name} is too large") from None
    if not number or (whole and not plain.is_integer()):
        raise ConfigError(f"{name} must be {'a whole number' if whole else 'a number'}, not {value!r}")
    low, high = limits["low"], limits["high"]
    if not (low <= plain and (math.isfinite(plain) if high is None else plain <= high)):
        span = f"in [{low:g}, {high:g}]" if high is not None else f"≥ {low:g}"
        raise ConfigError(f"{name} must be {span}, not {plain:g}")
    return int(value) if whole or isinstance(value, numbers.Integral) else float(value)


def _checked_size(value: Any) -> tuple[int, int] | None:
    if value is None:
        return None
    try:
        width, height = (int(side) for side in value)
    except (TypeError, ValueError):
        width = height = 0
    if width <= 0 or height <= 0:
        raise ConfigError(f"frame_size must be (width, height) in pixels, not {value!r}")
    return width, height


def _checked_groups(value: Any) -> tuple[tuple[int | str, ...], ...] | None:
    if value is None:
        return None
    try:
        groups = tuple(tuple(group) for group in value if not isinstance(group, str))
        whole = len(groups) == len(value)
    except TypeError:
        groups, whole = (), False
    if not whole or not all(isinstance(label, int | str) for group in groups for label in group):
        raise ConfigError(
            f"class_groups must be lists of class ids or names, such as [[0, 1], [2]], not {value!r}"
        )
    seen: set[int | str] = set()
    for label in (label for group in groups for label in group):
        if label in seen:
            raise ConfigError(f"class_groups: {label!r} is named twice")
        seen.add(label)
    return groups


def _unknown(given: str, known: list[str], owner: str) -> str:
    nearest = difflib.get_close_matches(given, known, n=1, cutoff=0.5)
    hint = f"; did you mean {nearest[0]!r}?" if nearest else f"; known: {', '.join(known)}"
    return f"{owner} has no option {given!r}{hint}"
