"""Rows that come one by one from a file, checked as they come."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from boxtrail.io.formats.json_document import Path, named
from boxtrail.io.formats.masks import box_of, is_mask, mask_of_box
from boxtrail.io.formats.problems import Edit, Report
from boxtrail.io.formats.rows import Mask, SequenceRows

MOST = 2**53  # whole numbers below are exact as float64

_OPTIONAL = ("score", "label", "flag", "visibility", "truncation", "occlusion")


@dataclass(slots=True, eq=False)
class Place:
    """Where an entry of a file is, and how it is taken out.

    There is one a row, so nothing is worked out before there is a mistake.

    Attributes:
        line: finds the line; only called for a mistake.
        drop: takes the entry out of the document, or None where that cannot be done.
        name: of the entry within the file, as a text or as a path in JSON; "" where the line says it all.
        source: the entry itself, to see whether two are equal.
    """

    line: Callable[[], int]
    drop: Edit | None = None
    name: str | Path = ""
    source: Any = None

    def says(self, message: str) -> str:
        """The message with the name of the entry before it."""
        name = self.name if isinstance(self.name, str) else named(self.name)
        return f"{name}: {message}" if name else message

    def is_equal(self, other: Place) -> bool:
        """Whether both are the same entry twice; names of entries of their own do not count."""
        first, second = (_without_keys(place.source) for place in (self, other))
        return first is not None and first == second


def _without_keys(source: Any) -> Any:
    if not isinstance(source, Mapping):
        return source
    return {name: value for name, value in source.items() if name not in ("id", "key")}


@dataclass(slots=True)
class Entry:
    """One row: a shape with what is known of it; frames count from 1."""

    frame: int
    id: int
    shape: Sequence[float] | Mask
    score: float | None = None
    label: int | None = None
    flag: float | None = None
    visibility: float | None = None
    truncation: float | None = None
    occlusion: float | None = None


@dataclass(eq=False)
class RowCollector:
    """The entries of one sequence: what is wrong goes to the report, the rest becomes rows.

    Attributes:
        report: takes the problems.
        id_names: what a track id is called in messages, where it is not a number in the file.
    """

    report: Report
    entries: list[Entry] = field(default_factory=list)
    ignored: list[tuple[int, Sequence[float] | Mask]] = field(default_factory=list)
    id_names: dict[int, str] = field(default_factory=dict)
    _seen: dict[tuple[int, int], Place] = field(default_factory=dict)

    def add(self, entry: Entry, place: Place) -> None:
        """Take a row.

        Raises:
            InvalidInputError: for a shape that is none, or a track that is twice in a frame.
        """
        if not self._is_shape(entry.shape, place):
            return
        for name in _OPTIONAL:
            value = getattr(entry, name)
            if value is not None and not math.isfinite(value):
                self.report.add(place.line(), place.says(f"the {name} is not finite"))
                return
        earlier = self._seen.setdefault((entry.frame, entry.id), place)
        if earlier is not place:
            self._repeated(entry, earlier, place)
            return
        self.entries.append(entry)

    def ignore(self, frame: int, shape: Sequence[float] | Mask, place: Place) -> None:
        """Take a region in which predictions are forgiven."""
        if self._is_shape(shape, place):
            self.ignored.append((frame, shape))

    def _is_shape(self, shape: Sequence[float] | Mask, place: Place) -> bool:
        if isinstance(shape, tuple):
            if not is_mask(shape):
                self.report.add(place.line(), place.says(f"the runs make no mask of {shape[1]}x{shape[0]}"))
            return is_mask(shape)
        if not all(map(math.isfinite, shape)):
            self.report.add(place.line(), place.says("a value is not finite"))
            return False
        negative = (
            shape[2] < shape[0] or shape[3] < shape[1]
            if len(shape) == 4
            else len(shape) == 5 and min(shape[2:4]) < 0.0
        )
        if negative:
            self.report.add(place.line(), place.says("negative size"), "leaves the box out", place.drop)
        return not negative

    def _repeated(self, entry: Entry, earlier: Place, place: Place) -> None:
        name = self.id_names.get(entry.id, str(entry.id))
        message = f"track {name} has a row in frame {entry.frame} already, in line {earlier.line()}"
        if place.is_equal(earlier):
            self.report.add(
                place.line(), place.says(message), "leaves out the second of two equal rows", place.drop
            )
        else:
            self.report.add(place.line(), place.says(message))

    def rows(
        self,
        *,
        names: Mapping[int, str] | None = None,
        num_frames: int | None = None,
        frame_size: tuple[int, int] | None = None,
        frame_rate: float | None = None,
    ) -> SequenceRows:
        """What was taken, in order of the frames; shapes of several kinds become their boxes."""
        if self.report.masks and frame_size is not None:
            self._fill_boxes(frame_size)
        entries = sorted(self.entries, key=lambda entry: entry.frame)
        ignored = sorted(self.ignored, key=lambda region: region[0])
        values: dict[str, Any] = {}
        for name, plural in zip(_OPTIONAL, _PLURALS, strict=True):
            found = [getattr(entry, name) for entry in entries]
            if entries and all(value is not None for value in found):
                values[plural] = np.array(found, dtype=np.int64 if name == "label" else np.float64)
        return SequenceRows(
            frames=np.array([entry.frame for entry in entries], dtype=np.int64),
            ids=np.array([entry.id for entry in entries], dtype=np.int64),
            shapes=self._shapes([entry.shape for entry in entries]),
            names=names or {},
            ignored_frames=np.array([frame for frame, _ in ignored], dtype=np.int64),
            ignored=self._shapes([shape for _, shape in ignored]),
            num_frames=num_frames,
            frame_size=frame_size,
            frame_rate=frame_rate,
            **values,
        )

    def _fill_boxes(self, frame_size: tuple[int, int]) -> None:
        """Boxes beside masks as masks; boxes alone stay what they are."""
        if any(isinstance(entry.shape, tuple) for entry in self.entries):
            for entry in self.entries:
                if not isinstance(entry.shape, tuple):
                    entry.shape = mask_of_box(enclosing(entry.shape), frame_size)

    def _shapes(self, shapes: list[Sequence[float] | Mask]) -> Any:
        kinds = {"mask" if isinstance(shape, tuple) else len(shape) for shape in shapes}
        if kinds == {"mask"}:
            return shapes
        if len(kinds) > 1:
            self.report.notes.append("shapes of several kinds are read as their boxes")
            return np.array([enclosing(shape) for shape in shapes])
        return np.array(shapes, dtype=np.float64).reshape(-1, *(kinds or {4}))


_PLURALS = ("scores", "labels", "flags", "visibilities", "truncations", "occlusions")


def enclosing(shape: Sequence[float] | Mask) -> tuple[float, float, float, float]:
    """The smallest upright box ``x1, y1, x2, y2`` around a shape."""
    if isinstance(shape, tuple):
        return box_of(shape)
    if len(shape) == 2:
        return shape[0], shape[1], shape[0], shape[1]
    if len(shape) == 4:
        return shape[0], shape[1], shape[2], shape[3]
    cx, cy, w, h, angle = shape
    half_width = (abs(w * math.cos(angle)) + abs(h * math.sin(angle))) / 2.0
    half_height = (abs(w * math.sin(angle)) + abs(h * math.cos(angle))) / 2.0
    return cx - half_width, cy - half_height, cx + half_width, cy + half_height


def whole(value: object, lowest: int) -> int | None:
    """A whole number of at least ``lowest``, also from a float; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if not lowest <= value < MOST or value != int(value):  # not a number is not in the range either
        return None
    return int(value)


__all__ = ["Entry", "Place", "RowCollector", "enclosing", "whole"]
