"""A camera above a level ground: where a point falls in the picture, and how large things are there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class GroundCamera:
    """A pinhole camera looking level across a flat ground; metres in, pixels out."""

    width: int  # pixels
    height: int  # pixels
    focal: float  # pixels
    elevation: float  # metres above the ground
    horizon: float  # picture row of the horizon, pixels

    def scale(self, depth: float) -> float:
        """Pixels a metre at ``depth`` metres from the camera."""
        return self.focal / depth

    def project(self, x: float, depth: float) -> tuple[float, float]:
        """Picture position of the ground point ``x`` metres right of the middle, ``depth`` metres away."""
        scale = self.scale(depth)
        return self.width / 2.0 + x * scale, self.horizon + self.elevation * scale

    def ground_homography(self) -> NDArray[np.float64]:
        """(3, 3) matrix from ground metres ``(x, depth, 1)`` to homogeneous picture pixels."""
        return np.array(
            [
                [self.focal, self.width / 2.0, 0.0],
                [0.0, self.horizon, self.focal * self.elevation],
                [0.0, 1.0, 0.0],
            ]
        )


def plaza_camera(width: int, height: int) -> GroundCamera:
    """The camera of the demo: five metres and a half up, as street cameras hang, for a picture of any size."""
    unit = height / 720.0
    return GroundCamera(width, height, focal=900.0 * unit, elevation=5.5, horizon=15.0 * unit)
