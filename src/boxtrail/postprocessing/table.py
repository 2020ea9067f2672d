"""All tracks of one video as one table, a row a box: what post-processing takes and gives back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError
from boxtrail.io.atomic import AtomicText
from boxtrail.postprocessing.mot_file import MotRows, read_mot
from boxtrail.results import TrackResults

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]

UNKNOWN = -1  # the label of a row without a class, the detection row of a row that was made up


@dataclass(frozen=True, slots=True, eq=False)
class TrackTable:
    """Boxes of tracks over time. No track has two rows in one frame; the order of the rows is free.

    Attributes:
        frames: (R,) int64 frame indices, from 0.
        ids: (R,) int64 track ids.
        boxes: (R, 4) ``x1, y1, x2, y2`` or (R, 5) ``cx, cy, w, h, angle``, pixels and radians, finite.
        scores: (R,) in [0, 1].
        labels: (R,) int64 class ids, −1 where unknown.
        rows: (R,) int64, where the row comes from: the row of the frame's detections for a run (``det_ind``), the
            row of the file for a MOT file; −1 for a row no detection made.
        step: frames from one frame of the table to the next: the stride of the run.

    Raises:
        InvalidInputError: if an array has another shape, a box is not finite, an oriented one has a side that is
            not positive, frames do not fit ``step``, or a track has two rows in a frame.
    """

    frames: IntArray
    ids: IntArray
    boxes: FloatArray
    scores: FloatArray
    labels: IntArray
    rows: IntArray
    step: int = 1

    def __post_init__(self) -> None:
        for name, kind in _COLUMNS.items():
            object.__setattr__(self, name, np.array(getattr(self, name), dtype=kind))
        boxes, num_rows = self.boxes, len(self.frames)
        if boxes.ndim != 2 or boxes.shape[1] not in (4, 5):
            raise InvalidInputError(f"boxes must have shape (R, 4) or (R, 5), not {boxes.shape}")
        for name in _COLUMNS:
            shape = getattr(self, name).shape
            if shape[0] != num_rows or (name != "boxes" and len(shape) != 1):
                raise InvalidInputError(f"{name} has shape {shape} in a table of {num_rows} rows")
        if not np.isfinite(boxes).all() or not np.isfinite(self.scores).all():
            raise InvalidInputError("boxes and scores must be finite")
        if self.is_obb and (boxes[:, 2:4] <= 0.0).any():
            raise InvalidInputError("oriented boxes must have positive sides")
        if self.step < 1 or (num_rows and ((self.frames - self.frames.min()) % self.step).any()):
            raise InvalidInputError(f"the frames are not {self.step} apart")
        self._refuse_duplicates()

    def _refuse_duplicates(self) -> None:
        order = self.order()
        frames, ids = self.frames[order], self.ids[order]
        twice = np.flatnonzero((np.diff(frames) == 0) & (np.diff(ids) == 0))
        if len(twice):
            raise InvalidInputError(f"track {ids[twice[0]]} has two rows in frame {frames[twice[0]]}")

    @classmethod
    def empty(cls, *, is_obb: bool = False, step: int = 1) -> TrackTable:
        """A table without rows."""
        none = np.empty(0, dtype=np.int64)
        return cls(none, none, np.empty((0, 5 if is_obb else 4)), np.empty(0), none, none, step)

    @classmethod
    def from_mot(cls, path: str | Path, *, oriented: bool | None = None, step: int = 1) -> TrackTable:
        """The tracks of a MOT file, also gzipped; frame 1 of the file is frame 0 of the table.

        Rows are ``frame,id,left,top,width,height[,score[,class,…]]`` or, oriented, as ``TrackResults.to_mot`` writes
        them. ``oriented=None`` looks: ten columns of which the ninth is a class and the tenth −1 are oriented.

        Raises:
            SourceError: if the file cannot be read.
            InvalidInputError: naming file and line of a malformed row, or of a row that repeats frame and id.
        """
        mot: MotRows = read_mot(Path(path), oriented=oriented)
        columns = mot.columns
        if mot.oriented:
            boxes, scores, labels = columns[:, [2, 3, 4, 5, 6]], columns[:, 7], columns[:, 8]
        else:
            left_top, size = columns[:, 2:4], columns[:, 4:6]
            boxes, scores, labels = np.hstack([left_top, left_top + size]), columns[:, 6], columns[:, 7]
        known = (labels >= 0.0) & (labels == np.rint(labels))
        try:
            return cls(
                columns[:, 0].astype(np.int64) - 1,
                columns[:, 1].astype(np.int64),
                boxes,
                scores,
                np.where(known, labels, UNKNOWN).astype(np.int64),
                np.arange(len(columns)),
                step,
            )
        except InvalidInputError as error:
            raise InvalidInputError(f"{path}: {error}") from error

    def to_mot(self, path: str | Path) -> None:
        """Write a MOT file, by frame and id, under a partial name until it is complete.

        Upright rows are ``frame,id,left,top,width,height,score,class,-1,-1`` with class −1 where unknown; oriented
        ones are as :meth:`TrackResults.to_mot` writes them.

        Raises:
            SinkError: if the file cannot be written.
        """
        file = AtomicText(path)
        try:
            for frame, tracks in self.by_frame().items():
                text = tracks.to_mot(frame + 1)
                if not self.is_obb:
                    rows = zip(text.splitlines(), tracks.cls.tolist(), strict=True)
                    text = "".join(f"{row.removesuffix(',-1,-1,-1')},{label},-1,-1\n" for row, label in rows)
                file.write(text)
        except BaseException:
            file.abort()
            raise
        file.close()

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.frames)

    @property
    def is_obb(self) -> bool:
        """Whether the boxes are oriented."""
        return bool(self.boxes.shape[1] == 5)

    @property
    def xywh(self) -> FloatArray:
        """(R, 4) left, top, width, height of upright boxes, (R, 5) oriented boxes as they are: what is smoothed."""
        boxes = self.boxes
        return boxes if self.is_obb else np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])

    def with_xywh(self, boxes: FloatArray) -> TrackTable:
        """The table with the boxes of :attr:`xywh` replaced."""
        if not self.is_obb:
            boxes = np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])
        return replace(self, boxes=boxes)

    def order(self) -> IntArray:
        """(R,) indices that sort the rows by frame, then id."""
        return np.lexsort((self.ids, self.frames)).astype(np.int64)

    def take(self, index: NDArray[np.int64] | NDArray[np.bool_]) -> TrackTable:
        """The rows chosen by an index or mask, in that order."""
        return replace(self, **{name: getattr(self, name)[index] for name in _COLUMNS})

    def tracks(self) -> Iterator[IntArray]:
        """Row indices of each track in order of frames; tracks ascending by id."""
        order = np.lexsort((self.frames, self.ids)).astype(np.int64)
        starts = np.flatnonzero(np.diff(self.ids[order])) + 1
        return (rows for rows in np.split(order, starts) if len(rows))

    def by_frame(self) -> dict[int, TrackResults]:
        """The tracks of each frame that has any, by frame index, ascending; rows ascending by id."""
        order = self.order()
        columns = [self.boxes, self.ids, self.scores, self.labels, self.rows]
        table = np.column_stack([column[order] for column in columns])
        frames, starts = np.unique(self.frames[order], return_index=True)
        parts = np.split(table, starts[1:]) if len(frames) else []
        return {int(frame): TrackResults(part) for frame, part in zip(frames, parts, strict=True)}


_COLUMNS = {
    "frames": np.int64, "ids": np.int64, "boxes": np.float64,
    "scores": np.float64, "labels": np.int64, "rows": np.int64,
}  # fmt: skip

__all__ = ["UNKNOWN", "TrackTable"]
