"""What is done to a picture before it is trained on, or embedded; OpenCV and numpy, no torch."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from boxtrail.training.options import TrainOptions

MEAN = np.array([0.485, 0.456, 0.406], dtype=np.float32)  # of ImageNet, RGB
STD = np.array([0.229, 0.224, 0.225], dtype=np.float32)
ENLARGED = 1.125  # before a random cut
ERASED_AREA = (0.02, 0.4)  # Zhong et al., "Random Erasing Data Augmentation", AAAI 2020
ERASED_ASPECT = 0.3  # to its inverse
ATTEMPTS = 100

FloatArray = NDArray[np.float32]
Image = NDArray[np.uint8]


def prepare(image: Image, size: tuple[int, int]) -> FloatArray:
    """An (H, W, 3) BGR uint8 picture as (3, height, width), RGB in [0, 1] less the mean and over the deviation."""
    return normalise(resize(image, size).astype(np.float32) / 255.0)


def augment(
    image: Image, size: tuple[int, int], rng: np.random.Generator, options: TrainOptions
) -> FloatArray:
    """As :func:`prepare`, after a random cut, mirroring and change of colours, and with a rectangle erased."""
    if rng.random() < options.crop:
        large = resize(image, (round(size[0] * ENLARGED), round(size[1] * ENLARGED)))
        top, left = (
            int(rng.integers(0, big - small + 1)) for big, small in zip(large.shape, size, strict=False)
        )
        picture = large[top : top + size[0], left : left + size[1]]
    else:
        picture = resize(image, size)
    if rng.random() < options.flip:
        picture = picture[:, ::-1]
    coloured = jitter(picture.astype(np.float32) / 255.0, rng, options.jitter)
    prepared = normalise(coloured)
    if rng.random() < options.erase:
        erase(prepared, rng)
    return prepared


def resize(image: Image, size: tuple[int, int]) -> Image:
    """(H, W, 3) to ``size``, (height, width), averaged where it shrinks."""
    shrinks = size[0] < image.shape[0] or size[1] < image.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size[::-1], interpolation=how), dtype=np.uint8)


def jitter(picture: FloatArray, rng: np.random.Generator, most: float) -> FloatArray:
    """Brightness, contrast and saturation of a BGR picture in [0, 1], each times a number in [1 − most, 1 + most]."""
    brightness, contrast, saturation = rng.uniform(1.0 - most, 1.0 + most, 3).astype(np.float32)
    picture = picture * brightness
    mean = picture.mean(dtype=np.float32)
    picture = (picture - mean) * contrast + mean
    grey = picture.mean(axis=2, keepdims=True, dtype=np.float32)
    return np.asarray(np.clip((picture - grey) * saturation + grey, 0.0, 1.0), dtype=np.float32)


def normalise(picture: FloatArray) -> FloatArray:
    """(H, W, 3) BGR in [0, 1] to (3, H, W) RGB, less the mean and over the deviation."""
    return np.ascontiguousarray(((picture[:, :, ::-1] - MEAN) / STD).transpose(2, 0, 1))


def erase(prepared: FloatArray, rng: np.random.Generator) -> None:
    """Fill a random rectangle of (3, H, W) with noise, in place."""
    height, width = prepared.shape[1:]
    for _ in range(ATTEMPTS):
        area = rng.uniform(*ERASED_AREA) * height * width
        aspect = np.exp(rng.uniform(np.log(ERASED_ASPECT), -np.log(ERASED_ASPECT)))
        tall, wide = round(float(np.sqrt(area * aspect))), round(float(np.sqrt(area / aspect)))
        if 0 < tall < height and 0 < wide < width:
            top, left = int(rng.integers(0, height - tall + 1)), int(rng.integers(0, width - wide + 1))
            noise = rng.standard_normal((3, tall, wide), dtype=np.float32)
            prepared[:, top : top + tall, left : left + wide] = noise
            return


__all__ = ["MEAN", "STD", "augment", "erase", "jitter", "normalise", "prepare", "resize"]
