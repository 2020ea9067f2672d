"""Tracks as COCO-VID JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from boxtrail.io.formats.coco import UNKNOWN_CLASS
from boxtrail.io.formats.collecting import enclosing
from boxtrail.io.formats.masks import run_lengths, run_text
from boxtrail.io.formats.rows import SequenceRows

DECIMALS = 6


def write_coco(tracks: Mapping[str, SequenceRows]) -> str:
    """One document of all sequences, an image a frame; frame and image numbers go on through it."""
    names = _names(tracks)
    document: dict[str, list[Any]] = {"videos": [], "images": [], "annotations": [], "categories": []}
    for video, (name, rows) in enumerate(tracks.items(), 1):
        known = {} if rows.frame_size is None else {"width": rows.frame_size[0], "height": rows.frame_size[1]}
        rate = {} if rows.frame_rate is None else {"fps": rows.frame_rate}
        document["videos"].append({"id": video, "name": name, **known, **rate})
        first_image = len(document["images"]) + 1
        last = max(rows.num_frames or 0, int(max(rows.frames, default=0)))
        document["images"] += [
            {
                "id": first_image + k,
                "video_id": video,
                "frame_id": k,
                "file_name": f"{name}/{k + 1:06d}.jpg",
                **known,
            }
            for k in range(last)
        ]
        for annotation in _annotations(rows, names):
            annotation["image_id"] += first_image - 1
            document["annotations"].append(
                {"id": len(document["annotations"]) + 1, "video_id": video, **annotation}
            )
    document["categories"] = [{"id": label, "name": name} for name, label in names.items()]
    return json.dumps(document, ensure_ascii=False) + "\n"


def _names(tracks: Mapping[str, SequenceRows]) -> dict[str, int]:
    """Numbers by the names of the classes; a number that two sequences name differently is given once."""
    out: dict[str, int] = {}
    for rows in tracks.values():
        labels = [] if rows.labels is None else np.unique(rows.labels).tolist()
        for label in sorted({*labels, *rows.names}):
            name = rows.names.get(label, str(label))
            if name not in out:
                out[name] = label if label not in out.values() else max(out.values()) + 1
    if not out or any(rows.labels is None and len(rows) for rows in tracks.values()):
        out.setdefault(UNKNOWN_CLASS, max(out.values(), default=0) + 1)
    return out


def _annotations(rows: SequenceRows, names: Mapping[str, int]) -> list[dict[str, Any]]:
    out = []
    optional = {"score": rows.scores, "visibility": rows.visibilities}
    for k in np.lexsort((rows.ids, rows.frames)).tolist():
        label = None if rows.labels is None else int(rows.labels[k])
        name = UNKNOWN_CLASS if label is None else rows.names.get(label, str(label))
        shape: Any = rows.shapes[k] if isinstance(rows.shapes, list) else rows.shapes[k].tolist()
        x1, y1, x2, y2 = enclosing(shape)
        known = {
            key: round(float(values[k]), DECIMALS) for key, values in optional.items() if values is not None
        }
        if rows.flags is not None:
            known["ignore"] = int(rows.flags[k] == 0.0)
        out.append(
            {"image_id": int(rows.frames[k]), "instance_id": int(rows.ids[k]), "category_id": names[name]}
            | {"bbox": [round(value, DECIMALS) for value in (x1, y1, x2 - x1, y2 - y1)], "iscrowd": 0}
            | _shape(shape, (x2 - x1) * (y2 - y1))
            | known
        )
    return out


def _shape(shape: Any, area: float) -> dict[str, Any]:
    if isinstance(shape, tuple):
        height, width, counts = shape
        text = run_text(counts).decode()
        return {
            "segmentation": {"size": [height, width], "counts": text},
            "area": sum(run_lengths(counts)[1::2]),
        }
    if len(shape) == 5:
        return {
            "rbox": [round(value, DECIMALS) for value in shape],
            "area": round(shape[2] * shape[3], DECIMALS),
        }
    return {"area": round(area, DECIMALS)}


__all__ = ["write_coco"]
