"""The images or the video of a benchmark's sequence, all of them there."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from boxtrail.benchmarks.benchmark import BenchmarkSequence
from boxtrail.errors import SourceError
from boxtrail.io.images import SUFFIXES, natural_key


def check_frames(sequence: BenchmarkSequence) -> Path:
    """The folder of images or the video of a sequence.

    Raises:
        SourceError: if there is none, or images are missing.
    """
    frames = sequence.files.frames
    if frames is None:
        raise SourceError(
            f"no images of sequence {sequence.name!r}; without them there are public detections and file:PATH only"
        )
    if frames.is_dir():
        _check_images(sequence, frames, _images(frames))
    return frames


def image_files(sequence: BenchmarkSequence) -> list[Path]:
    """The images of the split's frames in order, or the video.

    Raises:
        SourceError: as :func:`check_frames`.
    """
    frames = check_frames(sequence)
    if not frames.is_dir():
        return [frames]
    return _images(frames)[sequence.first_frame :][: sequence.num_frames]


def _images(folder: Path) -> list[Path]:
    found = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES and path.name[0] != "."]
    return sorted(found, key=natural_key)


def _check_images(sequence: BenchmarkSequence, folder: Path, images: list[Path]) -> None:
    """An image that is missing would shift all frames after it."""
    if len(images) < sequence.length:
        raise SourceError(
            f"sequence {sequence.name!r} has {sequence.length} frames, but {folder} has {len(images)} images"
        )
    numbers = [re.findall(r"\d+", path.stem) for path in images]
    if not all(numbers):
        return
    counted = [int(found[-1]) for found in numbers]
    for before, after in pairwise(counted):
        if after != before + 1:
            raise SourceError(
                f"sequence {sequence.name!r}: no image between {before} and {after} in {folder}"
            )


__all__ = ["check_frames", "image_files"]
