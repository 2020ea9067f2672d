"""Tracks as a Supervisely video annotation, with the project meta it needs beside it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.boxes import corners
from boxtrail.errors import SinkError
from boxtrail.io.atomic import AtomicText, complete, partial_path, prepare
from boxtrail.io.colours import hex_colour
from boxtrail.io.frame import Frame
from boxtrail.io.sinks import SinkInfo
from boxtrail.io.supervisely_figures import annotation_key, whole_polygon
from boxtrail.results import TrackResults


class SuperviselySink:
    """Writes ``<name>.json``, a ``VideoAnnotation``, and ``<name>.meta.json``, its ``ProjectMeta``.

    Boxes are clipped to the image, in whole pixels; those outside are left out. Oriented boxes become
    polygons. One object a track, with the class the track had in most frames; ``trackId`` is the track id as
    text, frame indices are those of the source. Keys depend on the source's name and the track id alone.
    Scores of single frames have no place in this format. The annotation is kept in memory until the end.

    Raises:
        SinkError: if the file cannot be written.
    """

    def __init__(self, path: str | Path, info: SinkInfo) -> None:
        self.path = prepare(path)
        self.meta_path = self.path.with_name(f"{self.path.stem}.meta.json")
        self._info = info
        self._size: tuple[int, int] | None = None
        self._frames: list[dict[str, Any]] = []
        self._labels: dict[int, Counter[int]] = {}
        self._oriented = False
        self._last_index = -1
        self._ended = False
        # Both files are opened now, so that a folder nobody may write to is known before the work is done.
        self._write_partials()

    def write(self, frame: Frame, tracks: TrackResults) -> None:
        """Add one frame; a frame without figures leaves no entry.

        Raises:
            SinkError: if the size of the images changes, or a frame comes twice: the format knows neither.
        """
        size = (frame.image.shape[0], frame.image.shape[1])
        if self._ended:
            raise SinkError(f"cannot write {self.path}: it is closed")
        height, width = self._size or size
        if (height, width) != size:
            raise SinkError(
                f"cannot write {self.path}: frame {frame.index} is {size[1]}x{size[0]}, those before it are "
                f"{width}x{height}, and an annotation has one size"
            )
        if frame.index <= self._last_index:
            raise SinkError(
                f"cannot write {self.path}: frame {frame.index} comes after frame {self._last_index}"
            )
        self._size, self._last_index = size, frame.index
        figures = self._figures(frame.index, tracks, size)
        if figures:
            self._frames.append({"index": frame.index, "figures": figures})

    def _figures(self, index: int, tracks: TrackResults, size: tuple[int, int]) -> list[dict[str, Any]]:
        figures = []
        outlines = corners(tracks.xywha) if tracks.is_obb else tracks.xyxy.reshape(-1, 2, 2)
        for track_id, label, outline in zip(tracks.id.tolist(), tracks.cls.tolist(), outlines, strict=True):
            points = whole_polygon(outline, size[1], size[0]) if tracks.is_obb else _rectangle(outline, size)
            if points is None:
                continue
            self._oriented |= tracks.is_obb
            self._labels.setdefault(track_id, Counter())[label] += 1
            figures.append(
                {
                    "key": self._key(f"{track_id}/{index}"),
                    "objectKey": self._key(str(track_id)),
                    "geometryType": "polygon" if tracks.is_obb else "rectangle",
                    "geometry": {"points": {"exterior": points, "interior": []}},
                    "trackId": str(track_id),
                }
            )
        return figures

    def _key(self, what: str) -> str:
        return annotation_key(self._info.source_name, what)

    def annotation(self) -> dict[str, Any]:
        """The frames so far as ``VideoAnnotation`` JSON; (1, 1) pixel if there was none."""
        height, width = self._size or (1, 1)
        return {
            "description": "",
            "key": self._key("video"),
            "size": {"height": height, "width": width},
            "framesCount": max(self._info.source_frames or 0, self._last_index + 1),
            "tags": [],
            "objects": [
                {"key": self._key(str(track_id)), "classTitle": self._title(labels), "tags": []}
                for track_id, labels in sorted(self._labels.items())
            ],
            "frames": self._frames,
        }

    def meta(self) -> dict[str, Any]:
        """The classes of the run, and any other that occurs, as ``ProjectMeta`` JSON."""
        titles = {self._info.class_name(label): label for label in self._info.class_names}
        for labels in self._labels.values():
            titles.setdefault(self._title(labels), labels.most_common(1)[0][0])
        shape = "polygon" if self._oriented else "rectangle"
        return {
            "classes": [
                {"title": title, "shape": shape, "color": hex_colour(label)}
                for title, label in titles.items()
            ],
            "tags": [],
            "projectType": "videos",
        }

    def _title(self, labels: Counter[int]) -> str:
        return self._info.class_name(labels.most_common(1)[0][0])

    def _write_partials(self) -> None:
        for path, document in ((self.meta_path, self.meta()), (self.path, self.annotation())):
            text = AtomicText(path)
            text.write(json.dumps(document, ensure_ascii=False) + "\n")
            text.abort()

    def close(self) -> None:
        """Complete: both files get their names, the meta first."""
        if not self._ended:
            self.abort()
            complete(partial_path(self.meta_path), self.meta_path)
            complete(partial_path(self.path), self.path)

    def abort(self) -> None:
        """Interrupted: complete documents of the frames so far stay under the partial names."""
        if not self._ended:
            self._ended = True
            self._write_partials()


def _rectangle(outline: NDArray[np.float64], size: tuple[int, int]) -> list[list[int]] | None:
    """Corners [[left, top], [right, bottom]], both inside the image; None if the box lies outside."""
    height, width = size
    (x1, y1), (x2, y2) = outline
    if x2 <= 0 or y2 <= 0 or x1 >= width or y1 >= height:
        return None
    # The loader refuses the whole annotation for one corner past the last pixel.
    points = np.clip(np.round(outline), 0, [width - 1, height - 1])
    return [[int(x), int(y)] for x, y in points]


__all__ = ["SuperviselySink"]
