"""What a tracker reports for one frame: rows of an array, with names for the columns."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.boxes import corners, enclosing_xyxy, xyxy_to_xywh
from boxtrail.errors import require

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]

AABB_COLUMNS = ("x1", "y1", "x2", "y2", "id", "conf", "cls", "det_ind")
OBB_COLUMNS = ("cx", "cy", "w", "h", "angle", "id", "conf", "cls", "det_ind")


def _take(values: Any, rows: IntArray) -> Any:
    if not isinstance(values, np.ndarray):
        return [None if row < 0 else values[row] for row in rows.tolist()]
    if len(values) == 0:
        return np.zeros((len(rows), *values.shape[1:]), values.dtype)
    taken = values[rows]
    taken[rows < 0] = np.zeros((), values.dtype)
    return taken


class TrackResults(np.ndarray[Any, np.dtype[np.float64]]):
    """Tracks of one frame, a float64 array with one row a track, ascending by id.

    Axis-aligned: (M, 8) ``x1, y1, x2, y2, id, conf, cls, det_ind``, corners in pixels.
    Oriented: (M, 9) ``cx, cy, w, h, angle, id, conf, cls, det_ind``, angle in radians in image axes
    (y down), continuous along a track, so it may leave [−π, π).
    ``det_ind`` is the row of the detections that produced the track, −1 where none of this frame did.
    Rows can be sliced and masked like any array and stay ``TrackResults``.
    """

    _carried: (
        tuple[FloatArray, Mapping[str, Any]] | None
    )  # classes (N,) of the detections, and their companions

    def __array_finalize__(self, source: Any) -> None:
        """What rides along follows every slice, mask and copy."""
        self._carried = getattr(source, "_carried", None)

    def __new__(cls, rows: Any) -> TrackResults:
        """Copy ``rows``, (M, 8) or (M, 9).

        Raises:
            ValueError: if the rows have any other shape.
        """
        array = np.array(rows, dtype=np.float64, ndmin=2)
        if array.size == 0 and array.shape[-1] not in (8, 9):
            array = array.reshape(0, 8)
        if array.ndim != 2 or array.shape[1] not in (8, 9):
            raise ValueError(f"tracks must have shape (M, 8) or (M, 9), not {np.shape(rows)}")
        return array.view(cls)

    @classmethod
    def empty(cls, *, is_obb: bool = False) -> TrackResults:
        """No track: shape (0, 8), or (0, 9) for oriented boxes."""
        return np.empty((0, 9 if is_obb else 8)).view(cls)

    @property
    def is_obb(self) -> bool:
        """Whether the rows are oriented boxes."""
        return bool(self.shape[-1] == 9)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return OBB_COLUMNS if self.is_obb else AABB_COLUMNS

    def _column(self, name: str) -> FloatArray:
        if self.ndim not in (1, 2) or self.shape[-1] not in (8, 9):
            raise AttributeError(
                f"an array of shape {self.shape} is no longer rows of tracks; it has no {name!r}"
            )
        return np.asarray(self)[..., self.columns.index(name)]

    @property
    def xyxy(self) -> FloatArray:
        """(M, 4) corners in pixels; for oriented boxes those of the enclosing upright box."""
        self._column("id")
        rows = np.asarray(self)
        return enclosing_xyxy(rows[..., :5]) if self.is_obb else rows[..., :4]

    @property
    def xywh(self) -> FloatArray:
        """(M, 4) centre x, centre y, width, height in pixels; oriented boxes keep their own sides."""
        self._column("id")
        rows = np.asarray(self)
        return rows[..., :4] if self.is_obb else xyxy_to_xywh(rows[..., :4])

    @property
    def xywha(self) -> FloatArray:
        """(M, 5) centre x, centre y, width, height, angle in radians; the angle of upright boxes is 0."""
        if self.is_obb:
            return np.asarray(self)[..., :5]
        return np.concatenate([self.xywh, np.zeros((*self.shape[:-1], 1))], axis=-1)

    @property
    def id(self) -> IntArray:
        """(M,) track ids, from 1."""
        return self._column("id").astype(np.int64)

    @property
    def conf(self) -> FloatArray:
        """(M,) score of the last matched detection, in [0, 1]."""
        return self._column("conf")

    @property
    def cls(self) -> IntArray:
        """(M,) class ids."""
        return self._column("cls").astype(np.int64)

    @property
    def det_ind(self) -> IntArray:
        """(M,) rows of the detections as passed in; −1 for a coasting track."""
        return self._column("det_ind").astype(np.int64)

    @property
    def det_cls(self) -> IntArray:
        """(M,) classes of the detections behind the tracks, ``cls`` where there is none or no tracker made the rows.

        ``cls`` is the class a track was seen with most; this one wavers with the detector.
        """
        if self._carried is None or len(self._carried[0]) == 0:
            return self.cls
        rows = self.det_ind
        return np.where(rows >= 0, self._carried[0][rows].astype(np.int64), self.cls)

    @property
    def carry(self) -> dict[str, Any]:
        """What was passed beside the boxes, by name, its rows aligned with the tracks: ``carry["masks"][k]`` is the
        mask of the k-th track. A coasting track, which has no detection, gets zeros, and None in a list.
        """
        if self._carried is None:
            return {}
        rows = np.atleast_1d(self.det_ind)
        return {name: _take(values, rows) for name, values in self._carried[1].items()}

    def to_dict(self) -> list[dict[str, float | int]]:
        """One dict a track, keyed by column name; ids, classes and detection rows are ints."""
        rows = np.atleast_2d(np.asarray(self))
        whole = {"id", "cls", "det_ind"}
        return [
            {
                name: int(value) if name in whole else float(value)
                for name, value in zip(self.columns, row, strict=True)
            }
            for row in rows
        ]

    def to_json(self, *, indent: int | None = None) -> str:
        """The rows of :meth:`to_dict` as a JSON array."""
        return json.dumps(self.to_dict(), indent=indent)

    def to_csv(self, *, frame: int | None = None, header: bool = True) -> str:
        """Comma-separated rows under a header; with ``frame`` as the first column if it is given."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        if header:
            writer.writerow((["frame"] if frame is not None else []) + list(self.columns))
        for row in self.to_dict():
            writer.writerow(([frame] if frame is not None else []) + list(row.values()))
        return text.getvalue()

    def to_mot(self, frame: int) -> str:
        """MOTChallenge rows ``frame,id,left,top,width,height,conf,-1,-1,-1``; ``frame`` counts from 1.

        Oriented boxes have no MOTChallenge form; they are written as
        ``frame,id,cx,cy,width,height,angle,conf,cls,-1``.
        """
        lines = []
        for row in np.atleast_2d(np.asarray(self)):
            if self.is_obb:
                cx, cy, w, h, angle, track_id, conf, cls, _ = row
                box, tail = f"{cx:.4f},{cy:.4f},{w:.4f},{h:.4f},{angle:.6f}", f"{conf:.4f},{int(cls)},-1"
            else:
                x1, y1, x2, y2, track_id, conf, _, _ = row
                box, tail = f"{x1:.4f},{y1:.4f},{x2 - x1:.4f},{y2 - y1:.4f}", f"{conf:.4f},-1,-1,-1"
            lines.append(f"{frame},{int(track_id)},{box},{tail}\n")
        return "".join(lines)

    def save_mot(self, path: str | Path, frame: int) -> None:
        """Append the rows of :meth:`to_mot` to ``path``."""
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(self.to_mot(frame))

    def save_csv(self, path: str | Path, frame: int | None = None) -> None:
        """Append the rows of :meth:`to_csv` to ``path``; the header is written once, at the top."""
        path = Path(path)
        with path.open("a", encoding="utf-8") as file:
            file.write(self.to_csv(frame=frame, header=file.tell() == 0))

    def to_supervision(self) -> Any:
        """A ``supervision.Detections`` with ``tracker_id``; oriented boxes carry their corners in ``data``.

        Raises:
            MissingExtraError: if supervision is not installed.
        """
        sv = require("supervision", "supervision", "to_supervision()")
        data: dict[str, Any] = {"det_ind": self.det_ind}
        if self.is_obb:
            data["xyxyxyxy"] = corners(self.xywha)
        return sv.Detections(
            xyxy=self.xyxy.reshape(-1, 4).astype(np.float32),
            confidence=self.conf.astype(np.float32),
            class_id=self.cls,
            tracker_id=self.id,
            data=data,
        )


__all__ = ["AABB_COLUMNS", "OBB_COLUMNS", "TrackResults"]
