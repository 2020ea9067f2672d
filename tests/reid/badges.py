"""People who wear a number each, an embedder that reads it, and a film of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZE = (240, 640)
NUM_PEOPLE = 6


class Badges:
    """Reads the grey value in the middle of a box: everybody wears a number. Notes what it was asked."""

    def __init__(self, dim: int = 16) -> None:
        self.dim = dim
        self.asked: list[NDArray[np.float64]] = []

    def embed(self, frames: Any, boxes: Any, **_: Any) -> Any:
        if isinstance(frames, list):
            return [self.embed(frame, rows) for frame, rows in zip(frames, boxes, strict=True)]
        boxes = np.asarray(boxes)
        self.asked.append(boxes.copy())
        centres = boxes[:, :2] if boxes.shape[1] % 2 else (boxes[:, :2] + boxes[:, 2:4]) / 2.0
        columns, rows = centres.astype(int).clip(0, [SIZE[1] - 1, SIZE[0] - 1]).T
        return np.eye(self.dim, dtype=np.float32)[frames[rows, columns, 0] % self.dim]


def scene(
    num_frames: int = 40, *, oriented: bool = False
) -> list[tuple[NDArray[np.uint8], NDArray[np.float64]]]:
    """Frames and detections of people who walk to and fro and cross; scores from 0.05 to 0.95, some missing."""
    rng = np.random.default_rng(3)
    frames = []
    for t in range(num_frames):
        frame = np.zeros((*SIZE, 3), np.uint8)
        rows = []
        for person in range(NUM_PEOPLE):
            x = 320.0 + 250.0 * np.sin(0.09 * t + 1.1 * person)
            y = 60.0 + 20.0 * person
            box = np.array([x - 18.0, y - 40.0, x + 18.0, y + 40.0]) + rng.normal(0.0, 1.0, 4)
            frame[int(y - 30) : int(y + 30), int(x - 10) : int(x + 10)] = person + 1
            if rng.random() > 0.15:
                rows.append([*box, rng.choice([0.05, 0.3, 0.55, 0.65, 0.75, 0.95]), 0.0])
        detections = np.array(rows)
        if oriented:
            x1, y1, x2, y2, score, label = detections.T
            angle = np.full(len(rows), 0.1)
            detections = np.stack(
                [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1, angle, score, label], axis=1
            )
        frames.append((frame, detections))
    return frames


def row(x: float, score: float = 0.9) -> list[float]:
    return [x, 50.0, x + 40.0, 150.0, score, 0.0]
