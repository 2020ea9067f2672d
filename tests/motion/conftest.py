"""A picture before and after its camera moves. OpenCV is imported late: without it only the tests that need it skip."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray


@pytest.fixture(scope="session")
def plane() -> NDArray[np.uint8]:
    """The texture that the camera looks at."""
    from moving_camera import plane_for

    return plane_for()


@pytest.fixture(scope="session")
def first(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The frame before the camera moves, (480, 640, 3)."""
    from moving_camera import photograph, similarity

    return photograph(plane, similarity())
