"""Fixtures and settings every test may use."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from boxtrail import TrackResults
from boxtrail.detections import as_array
from boxtrail.trackers import TRACKERS

# No deadline: these machines are shared. "sanitize" is for the slow, sanitized core.
settings.register_profile(
    "default", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "sanitize", deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def alike(update: Callable[..., TrackResults]) -> Callable[..., TrackResults]:
    """``update`` with the same embedding for every detection that comes without one."""

    def with_looks(tracker: Any, dets: Any, img: Any = None, embs: Any = None, **given: Any) -> TrackResults:
        if embs is None and "embeddings" not in given:
            embs = np.ones((len(as_array(dets)), 4))
        return update(tracker, dets, img, embs, **given)

    return with_looks


@pytest.fixture
def everyone_looks_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked of every tracker can be asked of those that need embeddings too: motion decides."""
    for kind in TRACKERS.values():
        if kind.appearance == "needed":
            monkeypatch.setattr(kind, "update", alike(kind.update))


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real sequences: ``BOXTRAIL_DATA``, or ``shared/data`` beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("BOXTRAIL_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set BOXTRAIL_DATA")
    return folder
