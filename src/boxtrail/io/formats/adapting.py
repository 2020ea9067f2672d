"""Tracks as another format can hold them, with a line for everything that is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from boxtrail.errors import InvalidInputError
from boxtrail.io.formats.catalogue import FORMATS, Format
from boxtrail.io.formats.collecting import enclosing
from boxtrail.io.formats.kitti import type_name
from boxtrail.io.formats.masks import mask_of_box
from boxtrail.io.formats.mot import VISDRONE_CLASSES
from boxtrail.io.formats.mots import IGNORED_REGION, MOTS_CLASSES
from boxtrail.io.formats.rows import FloatArray, Mask, SequenceRows

_SAID = {
    "scores": "scores",
    "labels": "classes",
    "flags": "flags of what is not to be considered",
    "visibilities": "visibilities",
    "truncations": "truncations",
    "occlusions": "occlusions",
    "ignored": "regions to ignore",
}


def adapted(rows: SequenceRows, format: str) -> tuple[SequenceRows, list[str]]:
    """Rows that the format can hold, and what is said of the rest.

    Raises:
        InvalidInputError: for points, and for masks of boxes if the size of the frames is not known.
    """
    target = FORMATS[format]
    rows = settled(rows)
    rows, notes = _with_shapes(rows, target)
    for name, said in _SAID.items():
        if name not in target.holds and _has(rows, name):
            notes.append(f"{target.title} cannot hold {said}; they are left out")
            empty: Any = np.empty((0, 4)) if name == "ignored" else None
            changes: dict[str, Any] = {name: empty}
            if name == "ignored":
                changes["ignored_frames"] = np.empty(0, dtype=np.int64)
            rows = replace(rows, **changes)
    rows, more = _with_classes(rows, format, target)
    return rows, notes + more


def settled(rows: SequenceRows) -> SequenceRows:
    """The seventh column of a MOT file as scores, or as flags if it is 0 and 1 alone; all 1, it says nothing."""
    if rows.scores is None or rows.flags is None or rows.scores is not rows.flags:
        return rows
    if np.all(rows.flags == 1.0):
        return replace(rows, scores=None, flags=None)
    if np.all(np.isin(rows.flags, (0.0, 1.0))):
        return replace(rows, scores=None)
    return replace(rows, flags=None)


def upright(rows: SequenceRows) -> SequenceRows:
    """The rows with the smallest upright boxes around their shapes."""
    if rows.kind == "box":
        return rows
    regions: Any = rows.ignored
    if isinstance(regions, list):
        regions = _boxes(regions)
    return replace(rows, shapes=_boxes(rows.shapes), ignored=regions)


def _boxes(shapes: Any) -> FloatArray:
    return np.array([enclosing(shape) for shape in shapes], dtype=np.float64).reshape(-1, 4)


def _has(rows: SequenceRows, name: str) -> bool:
    values = getattr(rows, name)
    return values is not None and len(values) > 0


def _with_shapes(rows: SequenceRows, target: Format) -> tuple[SequenceRows, list[str]]:
    """The shapes as the format has them."""
    if not len(rows):
        empty: Any = (
            [] if target.kinds == ("mask",) else np.empty((0, 5 if target.kinds == ("oriented",) else 4))
        )
        rows = replace(rows, shapes=empty)
    kind = rows.kind
    if kind == "point":
        raise InvalidInputError(f"{target.title} cannot hold points")
    if isinstance(rows.ignored, list) and "mask" not in target.kinds:
        rows = replace(rows, ignored=_boxes(rows.ignored))
    if target.kinds == ("mask",) and not isinstance(rows.ignored, list):
        rows = replace(rows, ignored=_filled(rows.ignored, rows, target))
    if kind in target.kinds:
        return rows, []
    if target.kinds == ("mask",):
        return replace(rows, shapes=_filled(upright(rows).shapes, rows, target)), [
            f"{target.title} holds masks alone; boxes become masks of whole pixels"
        ]
    if target.kinds == ("oriented",) and kind == "box":
        return rows, []  # with the angle 0
    what = {
        "oriented": "oriented boxes become the upright boxes around them",
        "mask": "masks become their boxes",
    }
    return upright(rows), [
        f"{target.title} cannot hold {'masks' if kind == 'mask' else 'angles'}; {what[kind]}"
    ]


def _filled(boxes: Any, rows: SequenceRows, target: Format) -> list[Mask]:
    if not len(boxes):
        return []
    if rows.frame_size is None:
        raise InvalidInputError(f"{target.title} needs the size of the frames, which the input does not have")
    return [mask_of_box(box, rows.frame_size) for box in boxes]


def _with_classes(rows: SequenceRows, format: str, target: Format) -> tuple[SequenceRows, list[str]]:
    """Numbers or names of the classes as the format has them."""
    if rows.labels is None:
        return rows, [
            f"{target.title} has a class for every row; it is {_DEFAULT[format]}"
        ] if format in _DEFAULT else []
    if format in _NUMBERED:
        return _renumbered(rows, format, target)
    if "names" not in target.holds and rows.names:
        said = ", ".join(f"{label} {rows.names.get(label, '?')}" for label in np.unique(rows.labels).tolist())
        return rows, [f"{target.title} has numbers for classes alone: {said}"] if said else []
    if format == "kitti":
        changed = [name for name in rows.names.values() if type_name(name) != name]
        return rows, [
            f"KITTI's types are single words: {changed[0]!r} becomes {type_name(changed[0])!r}"
        ] if changed else []
    return rows, []


_DEFAULT = {"mot-oriented": "0", "visdrone": "others", "mots": "pedestrian", "kitti": "object"}
_NUMBERED = {"visdrone": VISDRONE_CLASSES, "mots": MOTS_CLASSES}
_ALSO = {"person": "pedestrian"}


def _renumbered(rows: SequenceRows, format: str, target: Format) -> tuple[SequenceRows, list[str]]:
    """Classes by name where the format has them; those it does not have keep a number that it does not use."""
    known = _NUMBERED[format]
    if rows.labels is None or dict(rows.names) == known:
        return rows, []
    numbers = {name: label for label, name in known.items()}
    taken, labels, foreign = {*known, IGNORED_REGION}, rows.labels.copy(), []
    for label in np.unique(rows.labels).tolist():
        name = rows.names.get(label)
        number = label if name is None else numbers.get(_ALSO.get(name.lower(), name.lower()))
        if format == "visdrone" and (number is None or number not in known or number == 0):
            number = 11
            foreign.append(f"{name or label} becomes others")
        elif number is None or number == IGNORED_REGION:
            number = next(k for k in range(1, 1 << 20) if k not in taken)
            foreign.append(f"{name or label} becomes {number}")
        taken.add(number)
        labels[rows.labels == label] = number
    notes = [f"{target.title} has classes of its own: {', '.join(foreign)}"] if foreign else []
    return replace(rows, labels=labels, names=known), notes


__all__ = ["adapted", "settled", "upright"]
