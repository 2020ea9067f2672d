"""What is done to a picture before it is trained on, or embedded; OpenCV and numpy, no torch."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from boxtrail.reid import crops
from boxtrail.training.options import TrainOptions

MEAN = np.array(crops.MEAN, dtype=np.float32)
STD = np.array(crops.DEVIATION, dtype=np.float32)
SCALE = (0.85, 1.25)  # of the affine change
STRETCH = 0.15  # most, of the logarithm of width over height
SHIFT = 0.08  # most, as a share of the sides
SLANT = 0.08  # most, width per height
BLUR = 0.4  # deviation in source pixels per source pixel of a step, against aliasing
SHRINKS = 1.5  # source pixels per step from which a picture is blurred
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
    """As :func:`prepare`, after a random affine change, mirroring and change of colours, and with rectangles erased."""
    picture = affine(image, size, rng) if rng.random() < options.affine else resize(image, size)
    if rng.random() < options.flip:
        picture = picture[:, ::-1]
    coloured = jitter(picture.astype(np.float32) / 255.0, rng, options.jitter)
    prepared = normalise(coloured)
    for _ in range(options.erasings):
        if rng.random() < options.erase:
            erase(prepared, rng)
    return prepared


def resize(image: Image, size: tuple[int, int]) -> Image:
    """(H, W, 3) to ``size``, (height, width), averaged where it shrinks."""
    shrinks = size[0] < image.shape[0] or size[1] < image.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size[::-1], interpolation=how), dtype=np.uint8)


def affine(image: Image, size: tuple[int, int], rng: np.random.Generator) -> Image:
    """(H, W, 3) to ``size``, scaled, stretched, shifted and slanted a little at random, mirrored at its edges."""
    scale = np.exp(rng.uniform(*np.log(SCALE)))
    stretch = np.exp(rng.uniform(-STRETCH, STRETCH))
    shift = rng.uniform(-SHIFT, SHIFT, 2)
    slant = rng.uniform(-SLANT, SLANT)
    height, width = image.shape[:2]
    x, y = size[1] / width * scale * stretch, size[0] / height * scale / stretch
    linear = np.array([[x, slant * y], [0.0, y]])
    middle = np.array([width / 2.0, height / 2.0])
    target = np.array([size[1], size[0]]) * (0.5 + shift)
    step = 1.0 / max(x, y)
    if step > SHRINKS:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), BLUR * step), dtype=np.uint8)
    change = np.column_stack([linear, target - linear @ middle])
    moved = cv2.warpAffine(image, change, size[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, dtype=np.uint8)


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


__all__ = ["MEAN", "STD", "affine", "augment", "erase", "jitter", "normalise", "prepare", "resize"]
