"""A data set small enough to train on in a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from training.miniatures import people

SMALL: dict[str, Any] = {
    "model": "osnet_x0_25", "epochs": 3, "batch_size": 8, "input_size": (32, 16), "warmup_epochs": 1,
    "eval_every": 1, "workers": 1,
}  # fmt: skip


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four people, eight pictures each, as ``<identity>/<image>``."""
    return people(tmp_path_factory.mktemp("crowd") / "people")


@pytest.fixture
def small() -> dict[str, Any]:
    """Options of a run of seconds."""
    return dict(SMALL)
