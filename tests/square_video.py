"""A bright square that walks through a short video, a detector that finds it, and a tracker that coasts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from boxtrail.results import TrackResults

NUM_FRAMES = 24
Image = NDArray[np.uint8]


def square_video(path: Path) -> Path:
    """24 frames at 12 a second, 96 x 64: a bright square moves three pixels a frame to the right."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), 12.0, (96, 64))
    for index in range(NUM_FRAMES):
        image = np.full((64, 96, 3), 40, np.uint8)
        image[20:44, 3 * index : 3 * index + 16] = (60, 200, 240)
        writer.write(image)
    writer.release()
    return path


def square_detector(image: Image) -> list[list[float]]:
    """The bright square, and behind it in the rows a second box that never moves."""
    columns = np.flatnonzero(image[32, :, 1] > 120)
    return [[70, 50, 90, 60, 0.8, 1], [columns.min(), 20, columns.max() + 1, 44, 0.9, 0]]


class CoastingTracker:
    """Reports the second detection as track 7, and track 9, which no detection made."""

    def __init__(self) -> None:
        self.num_resets = 0
        self.timestamps: list[float | None] = []

    def reset(self) -> None:
        self.num_resets += 1

    def update(
        self, dets: Any, img: Any = None, embs: Any = None, *, timestamp: float | None = None
    ) -> TrackResults:
        self.timestamps.append(timestamp)
        seen = [*dets[1][:4], 7, dets[1][4], 0, 1]
        return TrackResults([seen, [5, 5, 9, 9, 9, 0.5, 1, -1]])
