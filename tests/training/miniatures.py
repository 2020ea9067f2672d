"""Made-up miniature data sets, named as the real ones are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray


def picture(seed: int, size: tuple[int, int] = (32, 16)) -> NDArray[np.uint8]:
    """(H, W, 3): a coloured person on noise; the same seed is the same picture."""
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 60, (*size, 3), dtype=np.uint8)
    height, width = size
    image[height // 8 : -height // 8, width // 4 : -width // 4] = rng.integers(60, 255, 3, dtype=np.uint8)
    return image


def write(folder: Path, names: Iterable[str]) -> None:
    """An image file under each of the names, folders made."""
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), picture(number))


def people(folder: Path, identities: int = 4, images: int = 8, size: tuple[int, int] = (32, 16)) -> Path:
    """``<identity>/<image>``: every identity has its own colours, every image of it other noise."""
    rng = np.random.default_rng(7)
    for identity in range(identities):
        upper, lower = rng.integers(40, 255, (2, 3))
        own = folder / f"person{identity}"
        own.mkdir(parents=True)
        for number in range(images):
            image = rng.integers(0, 60, (*size, 3), dtype=np.uint8)
            half = size[0] // 2
            image[4:half, 4:-4] = np.clip(upper + rng.normal(0, 8, (half - 4, size[1] - 8, 3)), 0, 255)
            image[half:-4, 4:-4] = np.clip(lower + rng.normal(0, 8, (half - 4, size[1] - 8, 3)), 0, 255)
            cv2.imwrite(str(own / f"image{number}.png"), image)
    return folder
