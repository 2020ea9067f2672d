"""Video annotations as tracks, tracks as video annotations, and MOT text as either."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from boxtrail.errors import InvalidInputError
from boxtrail.io.formats import read_tracks, write_tracks
from boxtrail.io.formats.problems import Report
from boxtrail.io.formats.rows import SequenceRows
from boxtrail.io.formats.supervisely import read_supervisely
from boxtrail.io.formats.supervisely_writer import write_supervisely
from boxtrail.results import TrackResults

IN_MEMORY = Path("video annotation")  # what messages call an annotation that came as an object


def video_annotation(
    tracks: Sequence[ArrayLike] | SequenceRows,
    *,
    frame_size: tuple[int, int] | None = None,
    class_names: Mapping[int, str] | None = None,
    frame_indices: Sequence[int] | None = None,
    num_frames: int | None = None,
    name: str = "video",
) -> dict[str, Any]:
    """``VideoAnnotation`` JSON of tracks, as the SDK's ``VideoAnnotation.from_json`` loads it.

    Boxes are rounded to whole pixels and cut at the edge of the frame, for the SDK refuses others; those outside are
    left out. Oriented boxes become polygons. A track has one class, that of most of its boxes. Scores have no place.

    Args:
        tracks: one :class:`boxtrail.TrackResults`, or array (M, 8) or (M, 9), a frame; or rows, frames from 1.
        frame_size: width and height in pixels; rows may know it themselves.
        class_names: class number to name; numbers without one are called by their digits.
        frame_indices: place in the video of each entry of ``tracks``, from 0; None for 0, 1, 2, …
        num_frames: frames of the whole video, if there are more.
        name: of the video; keys depend on it and on the ids alone.

    Raises:
        InvalidInputError: without the size of the frames, or for indices that do not fit.
    """
    rows = tracks if isinstance(tracks, SequenceRows) else _rows(tracks, frame_indices)
    rows = replace(
        rows,
        names=dict(class_names if class_names is not None else rows.names),
        frame_size=frame_size or rows.frame_size,
        num_frames=max(num_frames or 0, rows.num_frames or 0) or None,
    )
    text, _, _ = write_supervisely(rows, name)
    annotation: dict[str, Any] = json.loads(text)
    return annotation


def rows_of(annotation: Any) -> SequenceRows:
    """Rows of a ``VideoAnnotation``: the SDK's object, its JSON, or the path of a file; frames count from 1.

    Raises:
        InvalidInputError: naming the entry that is wrong.
        SourceError: if a file cannot be read.
    """
    if isinstance(annotation, (str, Path)):
        (rows,) = read_tracks(annotation, "supervisely").values()
        return rows
    content = annotation if isinstance(annotation, Mapping) else annotation.to_json()
    return read_supervisely(json.dumps(content).encode(), Report(IN_MEMORY))[""]


def tracks_of(annotation: Any, *, class_names: Mapping[int, str] | None = None) -> list[TrackResults]:
    """The tracks of every frame of a ``VideoAnnotation``, ascending by id; empty where a frame has none.

    Scores are 1 and ``det_ind`` is -1: an annotation has neither.

    Args:
        annotation: as :func:`rows_of` takes it.
        class_names: class number to name; None numbers the classes from 1 as their objects appear.

    Raises:
        InvalidInputError: for an annotation that cannot be read, has masks, or a class that is not among the names.
    """
    rows = rows_of(annotation)
    if isinstance(rows.shapes, list):
        raise InvalidInputError("an annotation with masks has no boxes to make tracks of")
    labels = np.zeros(len(rows)) if rows.labels is None else _labels(rows, class_names)
    ones = np.ones(len(rows))
    table = np.column_stack([rows.shapes, rows.ids, ones, labels, -ones])
    order = np.lexsort((rows.ids, rows.frames))
    table, frames = table[order], rows.frames[order]
    count = rows.num_frames or int(frames.max(initial=0))
    edges = np.searchsorted(frames, np.arange(1, count + 2))
    return [TrackResults(table[start:end]) for start, end in pairwise(edges.tolist())]


def video_annotation_to_mot(annotation: Any, path: str | Path) -> Path:
    """Write the tracks of a ``VideoAnnotation`` as MOT text: ``frame, id, left, top, width, height, 1, class``.

    Raises:
        InvalidInputError: for an annotation that cannot be read.
        SinkError: if the file cannot be written; nothing is left half written.
    """
    return write_tracks(path, rows_of(annotation), "mot").files[0]


def mot_to_video_annotation(
    path: str | Path,
    *,
    frame_size: tuple[int, int],
    class_names: Mapping[int, str] | None = None,
    num_frames: int | None = None,
) -> dict[str, Any]:
    """``VideoAnnotation`` JSON of MOT text; ``frame_size`` is width and height in pixels.

    Raises:
        InvalidInputError: naming file and line of a mistake.
        SourceError: if the file cannot be read.
    """
    ((name, rows),) = read_tracks(path, "mot").items()
    return video_annotation(
        rows, frame_size=frame_size, class_names=class_names, num_frames=num_frames, name=name
    )


def _rows(tracks: Sequence[ArrayLike], frame_indices: Sequence[int] | None) -> SequenceRows:
    results = [frame if isinstance(frame, TrackResults) else TrackResults(frame) for frame in tracks]
    indices = np.arange(len(results)) if frame_indices is None else np.asarray(frame_indices, dtype=np.int64)
    if indices.shape != (len(results),) or np.any(indices < 0) or len(np.unique(indices)) < len(results):
        raise InvalidInputError(
            f"frame_indices must be {len(results)} different whole numbers from 0, one a frame"
        )
    some = [frame for frame in results if len(frame)]
    if len({frame.shape[1] for frame in some}) > 1:
        raise InvalidInputError("tracks are upright boxes in some frames and oriented boxes in others")
    table = np.concatenate([np.asarray(frame) for frame in some]) if some else np.empty((0, 8))
    width = table.shape[1] - 4
    return SequenceRows(
        frames=np.repeat(indices + 1, [len(frame) for frame in results]).astype(np.int64),
        ids=table[:, width].astype(np.int64),
        shapes=table[:, :width],
        scores=table[:, width + 1],
        labels=table[:, width + 2].astype(np.int64),
        num_frames=int(indices.max(initial=-1)) + 1,
    )


def _labels(rows: SequenceRows, class_names: Mapping[int, str] | None) -> np.ndarray[Any, np.dtype[Any]]:
    assert rows.labels is not None
    if class_names is None:
        return rows.labels
    numbers = {name: number for number, name in class_names.items()}
    unknown = sorted({rows.names[label] for label in np.unique(rows.labels).tolist()} - set(numbers))
    if unknown:
        raise InvalidInputError(f"class {unknown[0]!r} is not among the names {', '.join(numbers)}")
    return np.array([numbers[rows.names[label]] for label in rows.labels.tolist()])


__all__ = ["mot_to_video_annotation", "rows_of", "tracks_of", "video_annotation", "video_annotation_to_mot"]
