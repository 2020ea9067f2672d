"""Tracks that every format can hold, drawn at random."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from boxtrail.io.formats import FORMATS, SequenceRows, write_tracks
from boxtrail.io.formats.masks import mask_of, mask_of_box

SIZE = (64, 48)
NAMES = {1: "car", 2: "pedestrian"}
KINDS = ("box", "oriented", "mask")


def scene(seed: int, kind: str = "box", num_frames: int = 6, num_tracks: int = 5) -> SequenceRows:
    """Whole pixels inside the frame, a class a track, scores that are neither 0 nor 1."""
    rng = np.random.default_rng(seed)
    present = rng.random((num_frames, num_tracks)) < 0.7
    present[-1, 0] = present[0, 0] = True
    frames, tracks = (values + 1 for values in np.nonzero(present))
    count = len(frames)
    left_top = np.column_stack([rng.integers(0, 30, count), rng.integers(0, 20, count)])
    size = np.column_stack([rng.integers(2, 30, count), rng.integers(2, 24, count)])
    shapes: Any = np.hstack([left_top, left_top + size]).astype(np.float64)
    if kind == "oriented":
        angles = rng.integers(-31, 32, count) / 10.0
        shapes = np.column_stack([left_top + 10.0, np.sort(size, axis=1)[:, ::-1], angles]).astype(np.float64)
    if kind == "mask":
        shapes = [random_mask(rng, box) for box in shapes]
    return SequenceRows(
        frames=frames,
        ids=tracks * 3,
        shapes=shapes,
        scores=rng.integers(5, 96, count) / 100.0,
        labels=(tracks % 2 + 1).astype(np.int64),
        names=NAMES,
        num_frames=num_frames,
        frame_size=SIZE,
        frame_rate=25.0,
    )


def random_mask(rng: np.random.Generator, box: Any) -> Any:
    """Some of the pixels of a box, at least one."""
    height, width, _ = mask_of_box(box, SIZE)
    bits = np.zeros((height, width), dtype=bool)
    x1, y1, x2, y2 = (int(value) for value in box)
    bits[y1:y2, x1:x2] = rng.random((y2 - y1, x2 - x1)) < rng.choice([0.3, 0.8, 1.0])
    bits[y1, x1] = True
    return mask_of(bits)


def put(folder: Path, format: str, rows: SequenceRows) -> Path:
    """The rows in a file of the format."""
    path = folder if format == "motchallenge" else folder / f"one{suffix(format)}"
    if not isinstance(rows.shapes, list) and format == "mots":
        rows = replace(rows, shapes=[mask_of_box(box, SIZE) for box in rows.shapes])
    write_tracks(path, {"one": rows}, format)
    return path


def suffix(format: str) -> str:
    """Of the files of a format."""
    return FORMATS[format].suffix
