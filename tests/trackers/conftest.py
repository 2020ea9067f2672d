"""Every behaviour is asked of every tracker in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from boxtrail import create_tracker
from boxtrail.trackers import Tracker
from strategies import TRACKER_NAMES


@pytest.fixture(autouse=True)
def _looks(everyone_looks_alike: None) -> None:
    """Nobody here shows embeddings unless the test is about them."""


@pytest.fixture(params=["cpp", "python"])
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=TRACKER_NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def make(name: str, backend: str) -> Callable[..., Tracker]:
    """Makes the tracker; ``buffer`` is how long it keeps a lost track. It reports only what it sees."""
    seen = {"max_coasted": 0} if "max_coasted" in create_tracker(name).options else {}

    def build(buffer: float | str | None = None, **options: Any) -> Tracker:
        if buffer is not None:
            options["max_age"] = buffer  # every tracker knows it by this name
        return create_tracker(name, backend, **{**seen, **options})

    return build


@pytest.fixture
def eager(make: Callable[..., Tracker], name: str) -> Callable[..., Tracker]:
    """The same, reporting a track as soon as its tracker can."""
    first = {"min_hits": 1} if "min_hits" in create_tracker(name).options else {}

    def build(buffer: float | str = 5, **options: Any) -> Tracker:
        return make(buffer, **{**first, **options})

    return build
