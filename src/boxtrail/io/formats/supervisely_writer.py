"""Tracks as a Supervisely video annotation and the project meta it needs."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.boxes import corners
from boxtrail.errors import InvalidInputError
from boxtrail.io.colours import hex_colour
from boxtrail.io.formats.rows import FloatArray, SequenceRows
from boxtrail.io.formats.supervisely import UNKNOWN_CLASS
from boxtrail.io.supervisely_figures import annotation_key, whole_polygon


def write_supervisely(rows: SequenceRows, name: str) -> tuple[str, str, int]:
    """The annotation, its meta, and how many boxes lie outside the frames, which the format cannot have.

    Raises:
        InvalidInputError: if the size of the frames is not known.
    """
    if rows.frame_size is None:
        raise InvalidInputError(f"sequence {name!r}: Supervisely's annotations need the size of the frames")
    oriented = np.asarray(rows.shapes).shape[1] == 5
    frames, titles, left_out = _figures(rows, name, oriented)
    objects = {track_id: found.most_common(1)[0][0] for track_id, found in sorted(titles.items())}
    annotation = {
        "description": "",
        "key": annotation_key(name, "video"),
        "size": {"height": rows.frame_size[1], "width": rows.frame_size[0]},
        "framesCount": max(rows.num_frames or 0, max(frames, default=-1) + 1),
        "tags": [],
        "objects": [
            {"key": annotation_key(name, str(track_id)), "classTitle": title, "tags": []}
            for track_id, title in objects.items()
        ],
        "frames": [{"index": index, "figures": figures} for index, figures in sorted(frames.items())],
    }
    shape = "polygon" if oriented else "rectangle"
    classes = dict.fromkeys([*rows.names.values(), *objects.values()])
    meta = {
        "classes": [
            {"title": title, "shape": shape, "color": hex_colour(k)} for k, title in enumerate(classes)
        ],
        "tags": [],
        "projectType": "videos",
    }
    return (
        json.dumps(annotation, ensure_ascii=False) + "\n",
        json.dumps(meta, ensure_ascii=False) + "\n",
        left_out,
    )


def _figures(
    rows: SequenceRows, name: str, oriented: bool
) -> tuple[dict[int, list[dict[str, Any]]], dict[int, Counter[str]], int]:
    """Figures by frame, classes by track, and how many boxes lie outside."""
    frames: dict[int, list[dict[str, Any]]] = {}
    titles: dict[int, Counter[str]] = {}
    left_out, size, shapes = 0, rows.frame_size or (1, 1), np.asarray(rows.shapes)
    for k in np.lexsort((rows.ids, rows.frames)).tolist():
        index, track_id = int(rows.frames[k]) - 1, int(rows.ids[k])
        outline = corners(shapes[k : k + 1])[0] if oriented else shapes[k].reshape(2, 2)
        points = whole_polygon(outline, *size) if oriented else _rectangle(outline, size)
        if points is None:
            left_out += 1
            continue
        label = None if rows.labels is None else int(rows.labels[k])
        title = UNKNOWN_CLASS if label is None else rows.names.get(label, str(label))
        titles.setdefault(track_id, Counter())[title] += 1
        frames.setdefault(index, []).append(
            {
                "key": annotation_key(name, f"{track_id}/{index}"),
                "objectKey": annotation_key(name, str(track_id)),
                "geometryType": "polygon" if oriented else "rectangle",
                "geometry": {"points": {"exterior": points, "interior": []}},
                "trackId": str(track_id),
            }
        )
    return frames, titles, left_out


def _rectangle(outline: FloatArray, frame_size: tuple[int, int]) -> list[list[int]] | None:
    """Corners in whole pixels inside the frame; None for a box outside."""
    width, height = frame_size
    (x1, y1), (x2, y2) = outline
    if x2 < 0 or y2 < 0 or x1 > width - 1 or y1 > height - 1:
        return None
    # The loader refuses the whole annotation for one corner past the last pixel.
    points: NDArray[np.float64] = np.clip(np.rint(outline), 0, [width - 1, height - 1])
    return [[int(x), int(y)] for x, y in points]


__all__ = ["write_supervisely"]
