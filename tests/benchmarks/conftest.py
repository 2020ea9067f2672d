"""A benchmark of two sequences, and a call of ``generate`` on it with a cache of its own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from benchmark_folders import LENGTH, write_sequence
from boxtrail.benchmarks import GeneratedCache, generate


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own") / "own"
    write_sequence(folder / "a", LENGTH)
    write_sequence(folder / "b", 5, info=False)
    for path in folder.rglob("*.png"):
        os.utime(path, (1e9, 1e9))
    return folder


@pytest.fixture
def own(made: Path, tmp_path: Path) -> Path:
    """Two sequences, of 70 and of 5 frames."""
    shutil.copytree(made, tmp_path / "own")
    return tmp_path / "own"


@pytest.fixture
def run(own: Path, tmp_path: Path) -> Any:
    def generated(detector: Any = "public", **given: Any) -> GeneratedCache:
        return generate(own, detector, **{"cache_dir": tmp_path / "cache", **given})

    return generated
