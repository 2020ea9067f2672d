"""What is searched: the options of a tracker, each with its range, and what their values mean together."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from boxtrail.benchmarks import CachedSequence
from boxtrail.errors import ConfigError, require
from boxtrail.trackers import Tracker
from boxtrail.trackers.options import own_names
from boxtrail.trackers.search import Search

Params = dict[str, Any]
CALIBRATED = "calibrated_kf"  # the parameter that says whether a trial has the calibrated noise


@dataclass(frozen=True, slots=True)
class SearchSpace:
    """The options searched, in the order of the tracker's config.

    Attributes:
        tracker: its class.
        ranges: where to look for each option.
        fixed: options that have the same value in every trial, under the tracker's own names.
        noise: a calibrated ``kalman_noise`` that a trial has or has not, None for no such choice.
    """

    tracker: type[Tracker]
    ranges: Mapping[str, Search]
    fixed: Mapping[str, Any]
    noise: Mapping[str, Any] | None = None

    def distributions(self) -> dict[str, Any]:
        """The ranges as optuna's distributions; durations in seconds are numbers."""
        optuna = require("optuna", "tune", "tuning")
        kinds = optuna.distributions
        found: dict[str, Any] = {}
        for name, search in self.ranges.items():
            if search.choices:
                found[name] = kinds.CategoricalDistribution(search.choices)
            elif self._is_whole(name):
                step = max(1, int(search.step or 1))
                found[name] = kinds.IntDistribution(int(search.low), int(search.high), search.log, step)
            else:
                found[name] = kinds.FloatDistribution(search.low, search.high, search.log, search.step)
        if self.noise is not None:
            found[CALIBRATED] = kinds.CategoricalDistribution((False, True))
        return found

    def defaults(self) -> Params:
        """The default of every option searched; the nearest value where a given range leaves it out."""
        found: Params = {}
        for name, search in self.ranges.items():
            default = self._default(name)
            if search.choices:
                found[name] = default if default in search.choices else search.choices[0]
                continue
            number = float(default.removesuffix("s")) if isinstance(default, str) else float(default)
            number = min(max(number, search.low), search.high)
            if search.step:
                number = round(search.low + round((number - search.low) / search.step) * search.step, 10)
            found[name] = int(number) if self._is_whole(name) else number
        if self.noise is not None:
            found[CALIBRATED] = False
        return found

    def options(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The tracker's options: the fixed ones, and ``params`` on the sides of one another where they belong."""
        params = dict(params)
        is_calibrated = params.pop(CALIBRATED, False)
        values: dict[str, Any] = {
            declared.name: declared.default for declared in fields(self.tracker.config_type)
        }
        values |= {**self.fixed, **{name: _rounded(value) for name, value in params.items()}}
        found: dict[str, Any] = dict(self.fixed)
        for name, search in self.ranges.items():
            value = values[name]
            if search.not_above:
                value = min(value, values[search.not_above])
            if search.not_below:
                value = max(value, values[search.not_below])
            found[name] = (
                f"{value:g}s" if isinstance(self._default(name), str) and not search.choices else value
            )
        if is_calibrated and self.noise is not None:
            found["kalman_noise"] = dict(self.noise)
        return found

    def _default(self, name: str) -> Any:
        return next(one.default for one in fields(self.tracker.config_type) if one.name == name)

    def _is_whole(self, name: str) -> bool:
        default = self._default(name)
        return isinstance(default, int) and not isinstance(default, bool)


def search_space(
    tracker: type[Tracker],
    sequences: Sequence[CachedSequence],
    *,
    only: Collection[str] | None = None,
    ranges: Mapping[str, Any] | None = None,
    fixed: Mapping[str, Any] | None = None,
) -> SearchSpace:
    """The options of ``tracker`` that are worth searching on ``sequences``.

    Args:
        tracker: its class; the ranges are those that its config declares.
        sequences: what the trials run on; options are left out that do nothing there, as those of appearance where
            there are no embeddings.
        only: names of the options to search, all by default.
        ranges: other ranges: ``(low, high)`` of numbers, a list of values to choose from if these are other things or
            more than two, or a :class:`boxtrail.trackers.search.Search`.
        fixed: options that keep a value.

    Raises:
        ConfigError: for an option that does not exist or has no range, and if nothing is left to search.
    """
    declared = {one.name: one.metadata["search"] for one in fields(tracker.config_type)}
    named = own_names(fixed or {}, tracker.aliases, tracker.__name__)
    given = own_names(ranges or {}, tracker.aliases, tracker.__name__)
    wanted = None if only is None else own_names(dict.fromkeys(only), tracker.aliases, tracker.__name__)
    for name in (*given, *(wanted or ())):
        if name not in declared:
            raise ConfigError(_unknown(name, declared, tracker))
    there = {
        "embeddings": any(one.embeddings is not None for one in sequences),
        "warps": any(one.warps is not None for one in sequences),
        "frame_size": "frame_size" in named or any(one.frame_size is not None for one in sequences),
        "": True,
    }
    found: dict[str, Search] = {}
    for name, search in declared.items():
        if name in named or (wanted is not None and name not in wanted and name not in given):
            continue
        if name in given:
            found[name] = _range(name, given[name], search)
        elif search is not None and there[search.needs]:
            found[name] = search
        elif wanted is not None:
            why = "no range to search" if search is None else f"no effect without {search.needs}"
            raise ConfigError(f"{tracker.__name__}: {name} has {why}; give it one in ranges")
    if not found:
        raise ConfigError(f"{tracker.__name__}: no option is left to search")
    return SearchSpace(tracker, found, named)


def _range(name: str, given: Any, declared: Search | None) -> Search:
    """A range as the user gives it.

    Raises:
        ConfigError: if it is neither two ascending numbers nor values.
    """
    if isinstance(given, Search):
        return given
    values = tuple(given) if isinstance(given, (list, tuple)) else ()
    if len(values) == 2 and all(
        isinstance(end, (int, float)) and not isinstance(end, bool) for end in values
    ):
        if not values[0] < values[1]:
            raise ConfigError(f"the range of {name} must ascend, not {values[0]:g} to {values[1]:g}")
        whole = all(isinstance(end, int) for end in values)
        base = declared if declared is not None and not declared.choices else Search()
        return replace(base, low=values[0], high=values[1], step=1 if whole and not base.log else None)
    if len(values) < 2:
        raise ConfigError(f"the range of {name} must be two numbers or a list of values, not {given!r}")
    return Search(choices=values)


def _rounded(value: Any) -> Any:
    """Without the tail that adding up steps leaves: 0.6 and not 0.6000000000000001."""
    return round(value, 10) if isinstance(value, float) else value


def _unknown(name: str, known: Collection[str], tracker: type[Tracker]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"; did you mean {nearest[0]!r}?" if nearest else f"; known: {', '.join(known)}"
    return f"{tracker.__name__} has no option {name!r}{hint}"


__all__ = ["Params", "SearchSpace", "search_space"]
