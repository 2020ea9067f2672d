"""Where tuning looks for options: every range is one that the tracker takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field, fields
from typing import Any

import pytest

from boxtrail.trackers import TRACKERS, StreamConfig, create_tracker
from boxtrail.trackers.search import Search


def searched() -> Iterator[tuple[str, Field[Any]]]:
    for name, kind in TRACKERS.items():
        for declared in fields(kind.config_type):
            if declared.metadata["search"] is not None:
                yield name, declared


def values(declared: Field[Any]) -> tuple[Any, ...]:
    """The ends of a range, or all choices, as the option takes them."""
    found: Search = declared.metadata["search"]
    if found.choices:
        return found.choices
    if isinstance(declared.default, str):
        return f"{found.low}s", f"{found.high}s"
    whole = isinstance(declared.default, int)
    return tuple(int(end) if whole else end for end in (found.low, found.high))


cases = pytest.mark.parametrize(
    ("tracker", "declared"), [pytest.param(*case, id=f"{case[0]}-{case[1].name}") for case in searched()]
)


@cases
def test_every_value_at_the_end_of_a_range_builds_a_tracker(tracker: str, declared: Field[Any]) -> None:
    for value in values(declared):
        assert create_tracker(tracker, **{declared.name: value}).options[declared.name] == value


@cases
def test_every_range_contains_the_default(tracker: str, declared: Field[Any]) -> None:
    found: Search = declared.metadata["search"]
    if found.choices:
        assert declared.default in found.choices
        return
    default = declared.default
    number = float(default.removesuffix("s")) if isinstance(default, str) else float(default)
    assert found.low <= number <= found.high
    if found.step is not None:
        steps = [(end - found.low) / found.step for end in (number, found.high)]
        assert steps == pytest.approx([round(count) for count in steps])


@cases
def test_every_range_lies_in_what_the_option_allows(tracker: str, declared: Field[Any]) -> None:
    found: Search = declared.metadata["search"]
    limits = declared.metadata
    if not found.choices:
        assert limits["low"] is not None
        assert limits["low"] <= found.low < found.high
        assert limits["high"] is None or found.high <= limits["high"]
        assert not found.log or found.low > 0.0


@cases
def test_an_option_is_kept_on_its_side_of_one_that_is_searched_too(
    tracker: str, declared: Field[Any]
) -> None:
    found: Search = declared.metadata["search"]
    names = {other.name for name, other in searched() if name == tracker}
    assert {found.not_above, found.not_below} <= names | {""}
    assert found.needs in ("", "embeddings", "warps", "frame_size")


@pytest.mark.parametrize("tracker", TRACKERS)
def test_every_tracker_has_something_to_tune(tracker: str) -> None:
    assert len([name for name, _ in searched() if name == tracker]) >= 3


def test_what_is_said_of_the_stream_is_not_tuned() -> None:
    assert all(declared.metadata["search"] is None for declared in fields(StreamConfig))
