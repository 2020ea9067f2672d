"""What the tests draw from: boxes, options, warps and whole videos, full of ties and of values at the thresholds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from boxtrail.trackers import TRACKERS
from tracker_options import MEASURES, OPTIONS

FloatArray = NDArray[np.float64]
Embeddings = NDArray[np.float32]

TRACKER_NAMES = tuple(OPTIONS)
EMBEDDING_WIDTH = 20
FRAME_SIZE = (320, 240)
SCORES = (0.0, 0.05, 0.1, 0.3, 0.5, 0.6, 0.7, 0.75, 0.9, 1.0)

# Values that mean something in the terms of every family.
OTHER_NOISE = {
    "measurement": [0.2, 0.3, 0.05, 0.1],
    "process_velocity": [0.01, 0.02, 0.001, 0.01, 0.001],
    "initial_position": [0.5, 0.5, 0.1, 0.5],
}


def examples(count: int) -> settings:
    """Settings with ``count`` examples in the ordinary profile of 60, in proportion in any other."""
    return settings(max_examples=max(1, count * settings().max_examples // 60), deadline=None)


@dataclass(frozen=True)
class Frame:
    """The arguments of one ``update``."""

    dets: FloatArray
    warp: FloatArray | None = None
    timestamp: float | None = None
    embs: Embeddings | None = None


@dataclass(frozen=True)
class Scenario:
    """A tracker by name, its options, and what it is shown."""

    tracker: str
    options: dict[str, Any]
    frames: list[Frame]


def grid_boxes(rng: np.random.Generator, count: int, *, oriented: bool) -> FloatArray:
    """Boxes (N, 4) or (N, 5) on a grid of 8 pixels, so coarse that equal overlaps are the rule."""
    corner = 8.0 * rng.integers(-3, 12, (count, 2))
    size = 8.0 * rng.integers(1, 5, (count, 2))
    return _boxes(corner, size, rng.integers(-8, 9, count) * math.pi / 8.0, oriented=oriented)


def free_boxes(rng: np.random.Generator, count: int, *, oriented: bool) -> FloatArray:
    """Boxes (N, 4) or (N, 5) of any position, size and angle."""
    corner, size = rng.uniform(-40.0, 120.0, (count, 2)), rng.uniform(1.0, 60.0, (count, 2))
    return _boxes(corner, size, rng.uniform(-4.0, 4.0, count), oriented=oriented)


def _boxes(corner: FloatArray, size: FloatArray, angle: FloatArray, *, oriented: bool) -> FloatArray:
    if oriented:
        return np.column_stack([corner + size / 2.0, size, angle])
    return np.column_stack([corner, corner + size])


@st.composite
def box_sets(draw: st.DrawFn, *, oriented: bool = False, max_count: int = 8) -> tuple[FloatArray, FloatArray]:
    """Two sets of boxes, on the grid or anywhere, some of them shared."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    make = grid_boxes if draw(st.booleans()) else free_boxes
    first = make(rng, draw(st.integers(0, max_count)), oriented=oriented)
    second = make(rng, draw(st.integers(0, max_count)), oriented=oriented)
    shared = min(len(first), len(second), draw(st.integers(0, 2)))
    second[:shared] = first[:shared]
    return first, second


@st.composite
def matrices(draw: st.DrawFn, values: tuple[float, ...], max_size: int) -> FloatArray:
    """A matrix (N, M) of the given values, empty ones included; some rows and columns repeat."""
    rows, columns = draw(st.integers(0, max_size)), draw(st.integers(0, max_size))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    chosen = draw(st.lists(st.sampled_from(values), min_size=1, max_size=len(values), unique=True))
    matrix = rng.choice(np.array(chosen), (rows, columns))
    if rows > 1 and draw(st.booleans()):
        matrix[-1] = matrix[0]
    if columns > 1 and draw(st.booleans()):
        matrix[:, -1] = matrix[:, 0]
    return matrix


def warp(rng: np.random.Generator, kind: str) -> FloatArray | None:
    """A camera motion (2, 3): ``"none"``, ``"shift"``, ``"zoom"``, ``"turn"`` or ``"shear"``."""
    if kind == "none":
        return None
    shift = rng.uniform(-6.0, 6.0, (2, 1))
    matrix = np.eye(2)
    if kind == "zoom":
        matrix = np.diag(rng.uniform(0.9, 1.1, 2))
    elif kind == "turn":
        angle, scale = rng.uniform(-0.2, 0.2), rng.uniform(0.95, 1.05)
        matrix = scale * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    elif kind == "shear":
        matrix = np.eye(2) + rng.uniform(-0.1, 0.1, (2, 2))
    return np.hstack([matrix, shift])


@st.composite
def options(draw: st.DrawFn, tracker: str) -> dict[str, Any]:
    """Options of a tracker and its stream."""
    pick = st.sampled_from
    return {
        "frame_size": FRAME_SIZE,
        "buffer_ratio": draw(pick((0.0, 0.3, 1.0))),
        "per_class": draw(st.booleans()),
        "class_groups": draw(pick((None, None, [[0, 1]], [[1]]))),
        "class_vote": draw(st.booleans()),
        "kalman_noise": draw(pick((None, None, None, OTHER_NOISE))),
        "record": draw(st.booleans()),
        **OPTIONS[tracker](draw),
    }


def embeddings(rng: np.random.Generator, dets: FloatArray) -> Embeddings:
    """(N, D) unit rows that say roughly which class and which box they are of; now and then one is missing."""
    basis = np.random.default_rng(7).normal(size=(8, EMBEDDING_WIDTH))
    looks = basis[(dets[:, -1].astype(int) + 2 * (dets[:, 2] // 16).astype(int)) % len(basis)]
    rows = looks + rng.normal(scale=rng.choice((0.0, 0.3, 1.0)), size=looks.shape)
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    rows[rng.random(len(rows)) < 0.1] = 0.0
    return rows.astype(np.float32)


@st.composite
def videos(draw: st.DrawFn, *, oriented: bool, max_frames: int = 24) -> list[FloatArray]:
    """Detections (N, 6) or (N, 7) frame by frame.

    Figures that move straight, cross, hide and come back, also long after they were lost; clutter, exact duplicates,
    shuffled rows, empty frames. On the grid positions are whole multiples of 8, so that costs tie.
    """
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    on_grid = draw(st.booleans())
    figures = draw(st.integers(0, 6))
    misses, clutter = draw(st.sampled_from((0.0, 0.1, 0.4))), draw(st.sampled_from((0, 0, 1, 3)))
    long_gap = draw(st.booleans())
    make = grid_boxes if on_grid else free_boxes
    boxes = make(rng, figures, oriented=oriented)
    velocity = 8.0 * rng.integers(-1, 2, (figures, 2)) if on_grid else rng.normal(0.0, 4.0, (figures, 2))
    labels = rng.integers(0, 2, figures)
    video = []
    for frame in range(draw(st.integers(1, max_frames))):
        seen = rng.random(figures) >= misses
        if (long_gap and 6 <= frame < 12) or rng.random() < 0.05:
            seen[:] = False
        noise = 0.0 if on_grid else rng.normal(0.0, 1.0, (figures, 2))
        now = _moved(boxes, velocity * frame + noise, oriented=oriented)
        video.append(_shuffled(rng, now[seen], labels[seen], make(rng, clutter, oriented=oriented)))
    return video


def _moved(boxes: FloatArray, by: FloatArray, *, oriented: bool) -> FloatArray:
    moved = boxes.copy()
    moved[:, :2] += by
    if not oriented:
        moved[:, 2:4] += by
    return moved


def _shuffled(rng: np.random.Generator, boxes: FloatArray, labels: Any, clutter: FloatArray) -> FloatArray:
    """Rows in any order, with scores at and between the thresholds; now and then one row twice."""
    boxes = np.vstack([boxes, clutter])
    labels = np.concatenate([labels, rng.integers(0, 2, len(clutter))])
    sure = rng.random(len(boxes)) < 0.7
    scores = np.where(sure, rng.choice((0.75, 0.9, 1.0), len(boxes)), rng.choice(SCORES, len(boxes)))
    rows = np.column_stack([boxes, scores, labels])
    if len(rows) and rng.random() < 0.15:
        rows = np.vstack([rows, rows[rng.integers(len(rows))]])
    return rng.permutation(rows)


@st.composite
def scenarios(draw: st.DrawFn, tracker: str, *, max_frames: int = 24) -> Scenario:
    """A tracker with options and a video, with or without camera motion and irregular time."""
    chosen = draw(options(tracker))
    video = draw(videos(oriented=draw(st.sampled_from((False, False, True))), max_frames=max_frames))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kind = draw(st.sampled_from(("none", "none", "shift", "zoom", "turn", "shear")))
    chosen["variable_dt"] = irregular = draw(st.booleans())
    chosen["frame_rate"] = draw(st.sampled_from((1.0, 25.0, 30.0)))
    steps = rng.choice((0.25, 0.5, 1.0, 1.0, 1.5, 3.0), len(video)) / chosen["frame_rate"]
    times = np.cumsum(steps) if irregular else [None] * len(video)
    appearance = {"unused": 0.0, "optional": draw(st.sampled_from((0.0, 0.8, 1.0))), "needed": 1.0}
    share = appearance[TRACKERS[tracker].appearance]  # of the frames that come with embeddings
    frames = [
        Frame(
            dets,
            warp(rng, kind) if rng.random() < 0.7 else None,
            None if time is None else float(time),
            embeddings(rng, dets) if rng.random() < share else None,
        )
        for dets, time in zip(video, times, strict=True)
    ]
    return Scenario(tracker, chosen, frames)


__all__ = ["MEASURES", "TRACKER_NAMES", "Frame", "Scenario"]
