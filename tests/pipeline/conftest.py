"""A clip with a walking square, and a model that tracks it."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxtrail.pipeline import Boxtrail
from square_video import CoastingTracker, square_detector, square_video


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return square_video(tmp_path_factory.mktemp("clip") / "square.mp4")


@pytest.fixture
def model() -> Boxtrail:
    return Boxtrail(square_detector, CoastingTracker())
