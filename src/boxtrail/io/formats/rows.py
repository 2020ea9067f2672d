"""The tracks of one sequence as rows: the truth or a prediction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from boxtrail.errors import InvalidInputError

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = tuple[int, int, "bytes | list[int]"]

SHAPES = {"box": 4, "oriented": 5, "point": 2}  # numbers a row


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SequenceRows:
    """Rows of one sequence, one a box and frame; :func:`boxtrail.evaluation.evaluate` checks and sorts them.

    Attributes:
        frames: (N,) whole numbers, from 1 where a file was read; both sides count alike.
        ids: (N,) whole numbers, each once a frame.
        shapes: (N, 4) boxes ``x1, y1, x2, y2``, (N, 5) oriented boxes ``cx, cy, w, h, angle`` (radians), (N, 2)
            points ``x, y``, or a list of N masks ``(height, width, counts)``, ``counts`` being COCO's run lengths:
            compressed, as bytes, or a list of whole numbers.
        scores: (N,) confidence of a prediction, or None.
        labels: (N,) classes as whole numbers, or None where they are not known.
        names: what the labels are called.
        flags: (N,) of the truth, 0 for a row that is not to be considered, or None.
        visibilities: (N,) share of the object that is seen, in [0, 1], or None.
        truncations, occlusions: (N,) of the truth as KITTI and VisDrone have them, or None.
        ignored_frames, ignored: (R,) and (R, 4) boxes or a list of R masks, regions of the truth in which
            predictions are forgiven.
        num_frames: frames of the sequence, if known.
        frame_size: width and height of the frames in pixels, if known.
        frame_rate: frames a second, if known.
    """

    frames: IntArray
    ids: IntArray
    shapes: FloatArray | list[Mask]
    scores: FloatArray | None = None
    labels: IntArray | None = None
    names: Mapping[int, str] = field(default_factory=dict)
    flags: FloatArray | None = None
    visibilities: FloatArray | None = None
    truncations: FloatArray | None = None
    occlusions: FloatArray | None = None
    ignored_frames: IntArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    ignored: FloatArray | list[Mask] = field(default_factory=lambda: np.empty((0, 4)))
    num_frames: int | None = None
    frame_size: tuple[int, int] | None = None
    frame_rate: float | None = None

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def kind(self) -> str:
        """``"box"``, ``"oriented"``, ``"point"`` or ``"mask"``.

        Raises:
            InvalidInputError: if ``shapes`` is none of them.
        """
        if isinstance(self.shapes, list):
            return "mask"
        shape = np.shape(self.shapes)
        for kind, width in SHAPES.items():
            if len(shape) == 2 and shape[1] == width:
                return kind
        raise InvalidInputError(f"shapes must be (N, 4), (N, 5), (N, 2) or a list of masks, not {shape}")


def mot_rows(rows: ArrayLike) -> SequenceRows:
    """Rows (N, 6 to 10) ``frame, id, left, top, width, height, flag or score, class, visibility`` as in a MOT file.

    Raises:
        InvalidInputError: if the array has another shape, a frame below 1 or a class that is not whole.
    """
    table = np.asarray(rows, dtype=np.float64)
    if table.size == 0:
        table = np.empty((0, table.shape[1] if table.ndim == 2 and table.shape[1] else 6))
    if table.ndim != 2 or not 6 <= table.shape[1] <= 10:
        raise InvalidInputError(f"rows of tracks must have shape (N, 6 to 10), not {table.shape}")
    if np.any(table[:, 0] < 1.0):
        raise InvalidInputError(f"row {int(np.argmax(table[:, 0] < 1.0))}: frames count from 1")
    if table.shape[1] in (8, 9) and np.any(table[:, 7] != np.rint(table[:, 7])):
        raise InvalidInputError(
            f"row {int(np.argmax(table[:, 7] != np.rint(table[:, 7])))}: a class is a whole number"
        )
    return of_mot_columns(table[:, 0], table[:, 1], table[:, 2:], table.shape[1])


def of_mot_columns(
    frames: NDArray[np.generic], ids: NDArray[np.generic], columns: FloatArray, num_columns: int
) -> SequenceRows:
    """The columns of a MOT file from the third on; ``num_columns`` counts the first two as well."""
    boxes = columns[:, :4].copy()
    boxes[:, 2:] += boxes[:, :2]
    seventh = columns[:, 4].copy() if num_columns > 6 else None
    labels = None
    # Of ten columns the last three are world coordinates, of eight or nine the eighth is the class; -1 says nothing.
    if num_columns in (8, 9) and not np.all(columns[:, 5] == -1.0):
        labels = columns[:, 5].astype(np.int64)
    visible = num_columns == 9 and not np.all(columns[:, 6] == -1.0)
    return SequenceRows(
        frames=frames,  # type: ignore[arg-type]
        ids=ids,  # type: ignore[arg-type]
        shapes=boxes,
        scores=seventh,
        flags=seventh,
        labels=labels,
        visibilities=columns[:, 6].copy() if visible else None,
    )


__all__ = ["SHAPES", "FloatArray", "IntArray", "Mask", "SequenceRows", "mot_rows", "of_mot_columns"]
