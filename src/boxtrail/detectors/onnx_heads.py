"""What the outputs of exported detection networks mean.

One function a family turns the raw outputs for one image into candidates; ``HEADS`` says beside it how the
family wants its input. Boxes are in pixels of the network's input unless the head says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from boxtrail.boxes import xywh_to_xyxy
from boxtrail.detectors.letterbox import Placement

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Candidates:
    """Boxes (N, 4) xyxy or (N, 5) ``cx, cy, w, h, angle``; scores (N,) in [0, 1]; labels (N,)."""

    boxes: FloatArray
    scores: FloatArray
    labels: FloatArray


@dataclass(frozen=True)
class Raw:
    """What the network said of one image."""

    outputs: list[FloatArray]  # without the batch axis
    size: tuple[int, int]  # width, height of the input
    num_classes: int | None  # None where the file does not say


Decode = Callable[[Raw], Candidates]


@dataclass(frozen=True)
class Head:
    """How a family of networks is fed and read."""

    decode: Decode
    placement: Placement = "center"
    rgb: bool = True  # channel order of the input
    unit_range: bool = True  # pixels in [0, 1], else [0, 255]
    nms: bool = True  # whether boxes on the same object remain to be suppressed


def _best_class(boxes: FloatArray, class_scores: FloatArray) -> Candidates:
    """Candidates of boxes (N, 4 or 5) with their best class out of (N, C)."""
    if class_scores.shape[1] == 0:
        return Candidates(boxes, np.zeros(len(boxes)), np.zeros(len(boxes)))
    labels = class_scores.argmax(axis=1)
    return Candidates(boxes, class_scores[np.arange(len(boxes)), labels], labels.astype(np.float64))


def _sigmoid(values: FloatArray) -> FloatArray:
    return 1.0 / (1.0 + np.exp(-np.clip(values, -500.0, 500.0)))


def decode_yolov5(raw: Raw) -> Candidates:
    """(N, 5 + C): cx, cy, w, h, objectness, classes."""
    rows = raw.outputs[0]
    end = None if raw.num_classes is None else 5 + raw.num_classes
    return _best_class(xywh_to_xyxy(rows[:, :4]), rows[:, 5:end] * rows[:, 4:5])


def decode_yolov8(raw: Raw) -> Candidates:
    """(4 + C, N): cx, cy, w, h, classes. v8, v9 and v11."""
    rows = raw.outputs[0].T
    end = None if raw.num_classes is None else 4 + raw.num_classes  # behind the classes: masks or key points
    return _best_class(xywh_to_xyxy(rows[:, :4]), rows[:, 4:end])


def decode_yolov8_obb(raw: Raw) -> Candidates:
    """(4 + C + 1, N): cx, cy, w, h, classes, angle in radians."""
    rows = raw.outputs[0].T
    return _best_class(np.column_stack([rows[:, :4], rows[:, -1]]), rows[:, 4:-1])


def decode_yolov10(raw: Raw) -> Candidates:
    """(N, 6): x1, y1, x2, y2, score, class, suppressed inside. v10, 26, and exports with NMS."""
    rows = raw.outputs[0]
    return Candidates(rows[:, :4], rows[:, 4], rows[:, 5])


def decode_yolov10_obb(raw: Raw) -> Candidates:
    """(N, 7): cx, cy, w, h, score, class, angle in radians, suppressed inside."""
    rows = raw.outputs[0]
    return Candidates(np.column_stack([rows[:, :4], rows[:, 6]]), rows[:, 4], rows[:, 5])


def decode_yolox(raw: Raw) -> Candidates:
    """(N, 5 + C) per grid cell: offsets from the cell and logarithms of the size, both in strides."""
    rows = raw.outputs[0].copy()
    cells, strides = _grid(raw.size, len(rows))
    rows[:, :2] = (rows[:, :2] + cells) * strides
    rows[:, 2:4] = np.exp(np.clip(rows[:, 2:4], -50.0, 50.0)) * strides
    return decode_yolov5(replace(raw, outputs=[rows]))


def decode_detr(raw: Raw) -> Candidates:
    """Logits (N, C) and boxes (N, 4) ``cx, cy, w, h`` in shares of the image, in either order."""
    first, second = raw.outputs
    boxes, logits = (first, second) if first.shape[-1] == 4 else (second, first)
    return _best_class(xywh_to_xyxy(boxes) * np.array(raw.size * 2), _sigmoid(logits))


def decode_detr_scores(raw: Raw) -> Candidates:
    """(N, 4 + C): cx, cy, w, h in shares of the image, class scores in [0, 1]."""
    rows = raw.outputs[0]
    return _best_class(xywh_to_xyxy(rows[:, :4]) * np.array(raw.size * 2), rows[:, 4:])


def decode_detr_labels(raw: Raw) -> Candidates:
    """Labels (N,), boxes (N, 4) xyxy and scores (N,), in this order."""
    labels, boxes, scores = raw.outputs
    return Candidates(boxes, scores, labels)


def grid_sizes(size: tuple[int, int]) -> tuple[int, int]:
    """Cells of an input of ``size`` on strides 8, 16, 32, and with 64 too."""
    counts = [(size[0] // stride) * (size[1] // stride) for stride in (8, 16, 32, 64)]
    return sum(counts[:3]), sum(counts)


def _grid(size: tuple[int, int], count: int) -> tuple[FloatArray, FloatArray]:
    """Column and row (N, 2) of each of ``count`` cells and its stride (N, 1), finest first, row by row."""
    three, four = grid_sizes(size)
    if count not in (three, four):
        raise ValueError(f"a YOLOX head on {size[0]}x{size[1]} has {three} or {four} rows, not {count}")
    cells, strides = [], []
    for stride in (8, 16, 32, 64)[: 3 if count == three else 4]:
        y, x = np.mgrid[: size[1] // stride, : size[0] // stride]
        cells.append(np.column_stack([x.ravel(), y.ravel()]).astype(np.float64))
        strides.append(np.full((x.size, 1), float(stride)))
    return np.concatenate(cells), np.concatenate(strides)


HEADS: dict[str, Head] = {
    "yolov5": Head(decode_yolov5),
    "yolov8": Head(decode_yolov8),
    "yolov8-obb": Head(decode_yolov8_obb),
    "yolov10": Head(decode_yolov10, nms=False),
    "yolov10-obb": Head(decode_yolov10_obb, nms=False),
    "yolox": Head(decode_yolox, placement="top-left", rgb=False, unit_range=False),
    "yolox-decoded": Head(decode_yolov5, placement="top-left", rgb=False, unit_range=False),
    "detr": Head(decode_detr, placement="stretch", nms=False),
    "detr-scores": Head(decode_detr_scores, placement="stretch", nms=False),
    "detr-labels": Head(decode_detr_labels, placement="stretch", nms=False),
}
