"""Tracks as CVAT's XML 1.1 of a video."""

from __future__ import annotations

import math
from typing import Any
from xml.etree import ElementTree

import numpy as np

from boxtrail.io.formats.cvat import UNKNOWN_CLASS
from boxtrail.io.formats.masks import box_of, pixels
from boxtrail.io.formats.mot import number
from boxtrail.io.formats.rows import Mask, SequenceRows

Element = ElementTree.Element


def write_cvat(rows: SequenceRows, name: str) -> str:
    """One task; a shape in every frame, and one ``outside`` where a track has none any more."""
    root = ElementTree.Element("annotations")
    _text(root, "version", "1.1")
    labels = _labels(rows)
    last = max(rows.num_frames or 0, int(max(rows.frames, default=0)))
    _add_meta(root, rows, name, labels, last)
    order = np.lexsort((rows.frames, rows.ids)).tolist()
    track: Element | None = None
    key: tuple[int, str] | None = None
    before = 0
    for k in order:
        track_id, frame = int(rows.ids[k]), int(rows.frames[k]) - 1
        label = UNKNOWN_CLASS if rows.labels is None else labels[int(rows.labels[k])]
        if track is None or key != (track_id, label):
            _leave(track, before + 1, last)
            track = ElementTree.SubElement(root, "track", id=str(track_id), label=label, source="manual")
        elif frame > before + 1:
            _leave(track, before + 1, last)
        key, before = (track_id, label), frame
        shape: Any = rows.shapes[k]
        element = _shape(track, shape, frame)
        if rows.scores is not None:
            score = ElementTree.SubElement(element, "attribute", name="score")
            score.text = number(float(rows.scores[k]))
    _leave(track, before + 1, last)
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _add_meta(root: Element, rows: SequenceRows, name: str, labels: dict[int, str], last: int) -> None:
    task = ElementTree.SubElement(ElementTree.SubElement(root, "meta"), "task")
    _text(task, "name", name)
    _text(task, "size", str(last))
    _text(task, "mode", "interpolation")
    _text(task, "start_frame", "0")
    _text(task, "stop_frame", str(max(last - 1, 0)))
    entries = ElementTree.SubElement(task, "labels")
    for title in labels.values() or [UNKNOWN_CLASS]:
        label = ElementTree.SubElement(entries, "label")
        _text(label, "name", title)
        attributes = ElementTree.SubElement(label, "attributes")
        if rows.scores is not None:
            attribute = ElementTree.SubElement(attributes, "attribute")
            for tag, text in (("name", "score"), ("mutable", "True"), ("input_type", "text")):
                _text(attribute, tag, text)
    if rows.frame_size is not None:
        size = ElementTree.SubElement(task, "original_size")
        _text(size, "width", str(rows.frame_size[0]))
        _text(size, "height", str(rows.frame_size[1]))


def _labels(rows: SequenceRows) -> dict[int, str]:
    """Names by number; the number stands for a class without a name."""
    found = [] if rows.labels is None else np.unique(rows.labels).tolist()
    return {label: _clean(rows.names.get(label, str(label))) for label in sorted({*found, *rows.names})}


def _leave(track: Element | None, frame: int, num_frames: int) -> None:
    """The last shape once more, as one that is not there, unless the video ends before."""
    if track is None or frame >= num_frames:
        return
    last = track[-1]
    gone = ElementTree.SubElement(track, last.tag, {**last.attrib, "frame": str(frame), "outside": "1"})
    gone.extend(last)


def _shape(track: Element, shape: Any, frame: int) -> Element:
    common = {"frame": str(frame), "outside": "0", "occluded": "0", "keyframe": "1"}
    if isinstance(shape, tuple):
        return ElementTree.SubElement(track, "mask", {**common, **_mask(shape), "z_order": "0"})
    if len(shape) == 4:
        corners = dict(zip(("xtl", "ytl", "xbr", "ybr"), map(number, shape.tolist()), strict=True))
        return ElementTree.SubElement(track, "box", {**common, **corners, "z_order": "0"})
    cx, cy, w, h, angle = shape.tolist()
    values = (cx - w / 2.0, cy - h / 2.0, cx + w / 2.0, cy + h / 2.0)
    corners = dict(zip(("xtl", "ytl", "xbr", "ybr"), map(number, values), strict=True))
    rotation = number(math.degrees(angle) % 360.0)
    return ElementTree.SubElement(track, "box", {**common, **corners, "rotation": rotation, "z_order": "0"})


def _mask(mask: Mask) -> dict[str, str]:
    """Runs over the rows of the smallest cut-out, 0 first."""
    x1, y1, x2, y2 = (int(value) for value in box_of(mask))
    flat = np.concatenate([[False], pixels(mask)[y1:y2, x1:x2].ravel()])
    ends = np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1]), [len(flat) - 1]])
    runs = ", ".join(map(str, np.diff(ends).tolist()))
    return {"rle": runs, "left": str(x1), "top": str(y1), "width": str(x2 - x1), "height": str(y2 - y1)}


def _text(parent: Element, tag: str, text: str) -> None:
    ElementTree.SubElement(parent, tag).text = _clean(text)


def _clean(text: str) -> str:
    """Without the characters that XML cannot have."""
    return "".join(c for c in text if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")


__all__ = ["write_cvat"]
