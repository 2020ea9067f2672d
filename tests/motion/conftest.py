"""Pairs of pictures whose camera motion is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("cv2")

from moving_camera import photograph, plane_for, similarity


@pytest.fixture(scope="session")
def plane() -> NDArray[np.uint8]:
    return plane_for()


@pytest.fixture(scope="session")
def first(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The frame before the camera moves, (480, 640, 3)."""
    return photograph(plane, similarity())
