"""What the clients send: drawn images and videos of coloured boxes, and the detector that finds the boxes.

Needs only NumPy and OpenCV, so that it runs in the environments of the clients and in that of the server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

WIDTH, HEIGHT, FRAMES, FPS = 320, 240, 30, 15.0
NAMES = {0: "red", 1: "green", 2: "blue", 3: "faint"}
COLOURS = {0: (30, 30, 220), 1: (30, 220, 30), 2: (220, 30, 30), 3: (30, 220, 220)}  # BGR
SCORES = {0: 0.9, 1: 0.8, 2: 0.85, 3: 0.2}
PART = 0.25  # of a pixel by which boxes begin late: whether it arrives shows whether boxes were rounded
BROKEN = 6  # the frame of the broken video that the detector refuses


def box(label: int, frame: int) -> tuple[int, int, int, int] | None:
    """``x1, y1, x2, y2`` of a colour in a frame, or None where it is not there."""
    match label:
        case 0:
            left, top, width, height = 20 + 6 * frame, 30, 40, 30
        case 1:
            left, top, width, height = 250 - 5 * frame, 120, 36, 48
        case 2 if 8 <= frame < 24:
            left, top, width, height = 60 + 3 * frame, 180, 50, 34
        case 3:
            left, top, width, height = 280, 10, 24, 20
        case _:
            return None
    return left, top, left + width, top + height


def draw(frame: int) -> np.ndarray:
    """One frame (240, 320, 3) BGR."""
    image = np.full((HEIGHT, WIDTH, 3), 40, np.uint8)
    for label, colour in COLOURS.items():
        if (place := box(label, frame)) is not None:
            cv2.rectangle(image, place[:2], (place[2] - 1, place[3] - 1), colour, -1)
    return image


class ColourDetector:
    """One box a colour. White frames are refused, so that there is an error to look at."""

    names: Mapping[int, str] = NAMES

    def __call__(
        self, images: Sequence[np.ndarray], frame_indices: Sequence[int] | None = None
    ) -> list[np.ndarray]:
        """(N, 6) of each image."""
        return [self._detect(image) for image in images]

    def reset(self) -> None:
        """It remembers nothing."""

    @staticmethod
    def _detect(image: np.ndarray) -> np.ndarray:
        if image.min() > 230:
            raise RuntimeError("the frame is white")
        high = image > 120
        rows = []
        for label, colour in COLOURS.items():
            found = np.logical_and.reduce([high[..., k] == (colour[k] > 120) for k in range(3)])
            # A line of three pixels is more than what a lossy video leaves at an edge.
            columns, lines = np.flatnonzero(found.sum(axis=0) > 3), np.flatnonzero(found.sum(axis=1) > 3)
            if len(columns) and len(lines):
                corner = (columns[0] + PART, lines[0] + PART, columns[-1] + 1.0, lines[-1] + 1.0)
                rows.append([*corner, SCORES[label], label])
        return np.array(rows, dtype=np.float64).reshape(-1, 6)


@dataclass(frozen=True)
class Material:
    """Files in a folder of their own."""

    folder: Path
    image: Path  # frame 10
    empty: Path  # nothing in it
    frames: Path  # a folder of six images, two of them one folder below
    video: Path
    broken: Path  # a video with a white frame

    @classmethod
    def make(cls, folder: Path) -> Material:
        """Draw everything."""
        made = cls(folder, folder / "image.png", folder / "empty.png", folder / "frames", folder / "video.mp4",
                   folder / "broken.mp4")  # fmt: skip
        (made.frames / "more").mkdir(parents=True)
        _write(made.image, draw(10))
        _write(made.empty, np.full((HEIGHT, WIDTH, 3), 40, np.uint8))
        for index in range(4):
            _write(made.frames / f"{index}.png", draw(index))
        for index in (4, 5):
            _write(made.frames / "more" / f"{index}.png", draw(index))
        _video(made.video, [draw(index) for index in range(FRAMES)])
        white = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
        _video(made.broken, [draw(index) if index != BROKEN else white for index in range(12)])
        return made


def truth(frame: int, labels: Sequence[int] = tuple(NAMES)) -> dict[str, tuple[int, int, int, int]]:
    """Boxes by colour of a frame as drawn."""
    return {NAMES[label]: place for label in labels if (place := box(label, frame)) is not None}


def read_frames(path: Path) -> list[Any]:
    """All frames (H, W, 3) BGR of a video."""
    capture = cv2.VideoCapture(str(path))
    frames = []
    while True:
        found, image = capture.read()
        if not found:
            capture.release()
            return frames
        frames.append(image)


def _write(path: Path, image: np.ndarray) -> None:
    assert cv2.imwrite(str(path), image)


def _video(path: Path, frames: Sequence[np.ndarray]) -> None:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), FPS, (WIDTH, HEIGHT))
    for frame in frames:
        writer.write(frame)
    writer.release()
