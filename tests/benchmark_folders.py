"""Small benchmarks on disk: squares that walk through small images, with truth and public detections."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from boxtrail.benchmarks.frame_pass import CHUNK

WIDTH, HEIGHT = 96, 64
LENGTH = 2 * CHUNK + 6  # frames of a sequence that is more than two chunks long


def box_of(frame: int, lane: int) -> tuple[int, int, int, int]:
    """Left, top, width and height of the square in a lane, in frame ``frame`` from 1."""
    return 2 * frame + 10 * lane, 6 + 28 * lane, 14, 22


def image_of(frame: int) -> NDArray[np.uint8]:
    """Two squares, a lane each, before a textured wall."""
    rng = np.random.default_rng(7)
    image = rng.integers(20, 60, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    for lane in (0, 1):
        left, top, width, height = box_of(frame, lane)
        image[top : top + height, left : left + width] = (60, 200, 240)
    return image


def find_squares(image: NDArray[np.uint8]) -> list[list[float]]:
    """The squares by their colour: a detector that looks at one image alone."""
    found = []
    for top in (6, 34):
        columns = np.flatnonzero(image[top + 5, :, 1] > 120)
        if len(columns):
            found.append([float(columns.min()), top, float(columns.max() + 1), top + 22, 0.9, 0])
    return found


def rows(frames: range, *, seventh: float = 1.0, rest: str = ",1,1") -> str:
    """MOT rows of both squares."""
    lines = []
    for frame in frames:
        for lane in (0, 1):
            left, top, width, height = box_of(frame, lane)
            lines.append(f"{frame},{lane + 1},{left},{top},{width},{height},{seventh:g}{rest}")
    return "\n".join(lines) + "\n"


def write_sequence(
    folder: Path,
    num_frames: int = 20,
    *,
    images: bool = True,
    truth: bool = True,
    detections: bool = True,
    info: bool = True,
) -> Path:
    """A sequence as MOTChallenge lays it out."""
    folder.mkdir(parents=True)
    frames = range(1, num_frames + 1)
    if images:
        (folder / "img1").mkdir()
        for frame in frames:
            cv2.imwrite(str(folder / "img1" / f"{frame:06d}.png"), image_of(frame))
    if truth:
        (folder / "gt").mkdir()
        (folder / "gt" / "gt.txt").write_text(rows(frames))
    if detections:
        (folder / "det").mkdir()
        (folder / "det" / "det.txt").write_text(rows(frames, seventh=0.9, rest=""))
    if info:
        (folder / "seqinfo.ini").write_text(
            f"[Sequence]\nname={folder.name}\nimDir=img1\nframeRate=10\nseqLength={num_frames}\n"
            f"imWidth={WIDTH}\nimHeight={HEIGHT}\nimExt=.png\n"
        )
    return folder


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a cache by its path, without the memo of hashes, which holds times."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "hashes.json"
    }


class Watcher:
    """A progress that keeps what it was told."""

    def __init__(self) -> None:
        self.begun: list[tuple[Any, ...]] = []
        self.steps = 0

    def begin(self, *told: Any) -> None:
        self.begun.append(told)

    def advance(self) -> None:
        self.steps += 1

    def end(self) -> None:
        pass
