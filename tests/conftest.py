"""Fixtures every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real sequences: ``BOXTRAIL_DATA``, or ``shared/data`` beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("BOXTRAIL_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}; set BOXTRAIL_DATA")
    return folder
