"""A short video of a bright square, and a model that finds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from boxtrail.predict import ModelAPI
from square_video import square_detector, square_video


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return square_video(tmp_path_factory.mktemp("video") / "square.mp4")


@pytest.fixture
def model() -> ModelAPI:
    return ModelAPI(detector=square_detector)
