"""Settings of Supervisely's SDK as arguments of ``predict``."""

from __future__ import annotations

from typing import Any

import pytest

from boxtrail.predict.settings import settings_of
from boxtrail.serve.supervisely.state import arguments

PARAMS = {"overlapX": 30, "overlapY": 20}


@pytest.mark.parametrize(
    ("given", "cells"),
    [
        (
            {"windowWidth": 150, "windowHeight": 100},
            [(0, 0, 150, 100), (120, 0, 270, 100), (170, 0, 320, 100)],
        ),
        ({"windowHeight": 100}, [(0, 0, 320, 100)]),
        ({"windowWidth": 150}, [(0, 0, 150, 240), (120, 0, 270, 240), (170, 0, 320, 240)]),
    ],
)
def test_a_side_of_a_window_that_is_not_told_is_the_images(given: dict[str, int], cells: list[Any]) -> None:
    settings = {"inference_mode": "sliding_window", "sliding_window_params": {**given, **PARAMS}}
    windows = settings_of(**arguments({"settings": settings}, video=False)).windows
    assert windows is not None
    assert windows.cut((240, 320))[: len(cells)] == cells


def test_whole_images_are_the_ordinary_case() -> None:
    assert (
        settings_of(**arguments({"settings": {"inference_mode": "full_image"}}, video=False)).windows is None
    )
