"""Appearance in predictions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.predict.local_model import LocalModel
from boxtrail.predict.session import PredictionSession
from square_video import NUM_FRAMES


class CountingEmbedder:
    """Counts the boxes it is shown; all look alike."""

    dim = 4

    def __init__(self) -> None:
        self.num_boxes = 0

    def embed(self, frame: Any, boxes: Any, **_: Any) -> NDArray[np.float32]:
        self.num_boxes += len(boxes)
        return np.tile(np.float32([1, 0, 0, 0]), (len(boxes), 1))


def bright_and_faint(image: NDArray[np.uint8]) -> list[list[float]]:
    columns = np.flatnonzero(image[32, :, 1] > 120)
    return [[70, 50, 90, 60, 0.2, 0], [columns.min(), 20, columns.max() + 1, 44, 0.9, 0]]


def embedded(video: Path, tracker: str) -> int:
    embedder = CountingEmbedder()
    model = LocalModel(bright_and_faint, embedder=embedder)
    config = {"tracker": tracker, "cmc_method": "none"}
    with PredictionSession(model.start(str(video), tracking=True, tracking_config=config)) as session:
        assert len(list(session)) == NUM_FRAMES
    return embedder.num_boxes


def test_only_detections_that_the_tracker_uses_are_embedded(video: Path) -> None:
    assert (
        embedded(video, "botsort") == NUM_FRAMES
    )  # the faint box is for its second stage, which has no looks
    assert embedded(video, "bytetrack") == 0
