"""What the C++ program outside the project is held to is what Python gives today."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from strategies import TRACKER_NAMES

CONSUMER = Path(__file__).resolve().parents[1] / "cpp/tests/consumer"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_cases", CONSUMER / "make_cases.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("tracker", TRACKER_NAMES)
def test_the_consumer_is_held_to_the_rows_of_the_reference(maker: ModuleType, tracker: str) -> None:
    scene = (CONSUMER / "cases/scene.txt").read_text()
    expected = (CONSUMER / f"cases/{tracker}.rows.txt").read_text()
    assert expected == maker.rows(tracker, scene)
    assert expected.count("\n") > 100
    assert (CONSUMER / f"cases/{tracker}.options.txt").read_text() == maker.options(tracker)


def test_no_case_is_of_a_tracker_that_is_gone() -> None:
    names = {path.name.split(".")[0] for path in (CONSUMER / "cases").glob("*.rows.txt")}
    assert names == set(TRACKER_NAMES)
