"""Sequences with pictures and truth: what appearance can be measured on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from boxtrail.demo.scene import PlazaScene
from boxtrail.detectors import create_detector

Array = NDArray[np.float64]
Image = NDArray[np.uint8]

ACF_SCALE = 30.0  # MOT15's ACF scores s, about 0 to 120, become 1 - exp(-s / 30)
SHOWN = 0.0  # visible share of a person above which the demo's truth counts


@dataclass(frozen=True)
class Filmed:
    """A sequence: its pictures, what was detected in each, and the truth."""

    name: str
    frame_rate: float
    frames: Callable[[], Iterator[Image]]
    detections: list[Array]  # (N, 6) a frame
    truth: Array  # rows `frame, id, left, top, width, height, 1, 1, 1`, frames from 1


def filmed_sequences(data: Path) -> list[Filmed]:
    """TUD-Campus, PETS09-S2L1 and S3-MF1, with the detections of their det files."""
    mot15 = data / "MOT15" / "train"
    video = partial(_video, data / "clips" / "vtest.avi")
    pets = data / "PETS09" / "extra" / "S3-MF1"
    return [
        _sequence(mot15 / "TUD-Campus", 25.0, partial(_images, mot15 / "TUD-Campus" / "img1")),
        _sequence(mot15 / "PETS09-S2L1", 7.0, video),
        _sequence(pets, 7.0, partial(_images, pets / "img1")),
    ]


def demo_film(seed: int, size: tuple[int, int] = (1280, 720)) -> Filmed:
    """The film of `boxtrail demo`, with the detections of its motion detector."""
    scene = PlazaScene(seed=seed, width=size[0], height=size[1])
    detector = create_detector("motion")
    detections, truth = [], []
    for frame in scene:
        detections.append(np.asarray(detector([frame.image], [frame.index])[0], dtype=np.float64))
        for who in frame.people:
            x1, y1, x2, y2 = who.xyxy
            if who.visibility > SHOWN:
                truth.append([frame.index + 1, who.person_id, x1, y1, x2 - x1, y2 - y1, 1, 1, 1])
    return Filmed(
        f"demo, seed {seed}", scene.fps, lambda: (frame.image for frame in scene), detections, np.array(truth)
    )


def _sequence(folder: Path, frame_rate: float, frames: Callable[[], Iterator[Image]]) -> Filmed:
    found = np.loadtxt(folder / "det" / "det.txt", delimiter=",", ndmin=2)
    truth = np.loadtxt(folder / "gt" / "gt.txt", delimiter=",", ndmin=2)
    scores = found[:, 6]
    if scores.max() > 1.0:
        scores = 1.0 - np.exp(-np.maximum(scores, 0.0) / ACF_SCALE)
    boxes = np.hstack([found[:, 2:4], found[:, 2:4] + found[:, 4:6]])
    rows = np.column_stack([boxes, scores, np.zeros(len(found))])
    last = int(max(found[:, 0].max(), truth[:, 0].max()))
    detections = [np.ascontiguousarray(rows[found[:, 0] == number]) for number in range(1, last + 1)]
    counted = truth[truth[:, 6] != 0][:, :6]
    return Filmed(
        folder.name, frame_rate, frames, detections, np.hstack([counted, np.ones((len(counted), 3))])
    )


def _images(folder: Path) -> Iterator[Image]:
    for path in sorted(folder.glob("*.jpg")):
        yield np.asarray(cv2.imread(str(path)), dtype=np.uint8)


def _video(path: Path) -> Iterator[Image]:
    capture = cv2.VideoCapture(str(path))
    while True:
        there, image = capture.read()
        if not there:
            return
        yield np.asarray(image, dtype=np.uint8)
