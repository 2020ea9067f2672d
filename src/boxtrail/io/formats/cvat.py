"""CVAT's XML 1.1: video tracks, and images whose boxes name their track.

Boxes (upright or rotated), polygons and masks are read. Between two boxes of a track CVAT leaves out, it draws straight
lines; so does the reader. A box that is ``outside`` is not there. In images the track is the attribute ``track_id``
(also ``track id``, ``id``) of a box, or its ``group_id``. Frames count from 0 in the file, from 1 in the rows.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any

from boxtrail.io.formats.collecting import Entry, Place, RowCollector, whole
from boxtrail.io.formats.cvat_shapes import NO_TRACKS, SHAPES, shape_of
from boxtrail.io.formats.problems import Report
from boxtrail.io.formats.rows import SequenceRows
from boxtrail.io.formats.xml_document import Element, XmlDocument, parse_xml

TRACK_ATTRIBUTES = ("track_id", "track id", "trackid", "id")
UNKNOWN_CLASS = "object"
MOST_BETWEEN = 100_000  # frames between two shapes of a track; more is a mistake in their numbers
_STEP = re.compile(r"step\s*=\s*(\d+)")


def read_cvat(data: bytes, report: Report) -> dict[str, SequenceRows]:
    """The task of a file, or every task of a project.

    Raises:
        InvalidInputError: naming file and line.
    """
    return scan_cvat(data, report)[0]


def inspect_cvat(data: bytes, report: Report) -> XmlDocument:
    """Look at every element.

    Raises:
        StopReading: if there are more problems than anyone reads.
    """
    return scan_cvat(data, report)[1]


def scan_cvat(data: bytes, report: Report) -> tuple[dict[str, SequenceRows], XmlDocument]:
    """The rows of every task, and the document they come from."""
    document = parse_xml(data, report)
    root = document.root
    if root.tag != "annotations":
        report.fatal(document.line(root), f"expected <annotations>, not <{root.tag:.40}>")
    tasks = [
        task for name in ("meta/task", "meta/job", "meta/project/tasks/task") for task in root.findall(name)
    ]
    labels = _Labels(root)
    several = len(tasks) > 1
    out: dict[str, SequenceRows] = {}
    without: list[Element | None] = [None]
    for task in tasks or without:
        wanted = task.findtext("id") if task is not None and several else None
        name = task.findtext("name") or f"task {wanted}" if task is not None and several else ""
        out[name] = _task_rows(document, task, wanted, labels, report)
    return out, document


class _Labels:
    """The numbers of the classes: in the order of the meta, from 1."""

    def __init__(self, root: Element) -> None:
        named = (element.text or "" for element in root.iterfind("meta//labels/label/name"))
        self.numbers: dict[str, int] = {}
        for name in named:
            self.numbers.setdefault(name, len(self.numbers) + 1)
        self.is_closed = bool(self.numbers)

    def number(self, name: str) -> int | None:
        """None for a class that the meta does not have."""
        if self.is_closed:
            return self.numbers.get(name)
        return self.numbers.setdefault(name, len(self.numbers) + 1)


def _task_rows(
    document: XmlDocument, task: Element | None, wanted: str | None, labels: _Labels, report: Report
) -> SequenceRows:
    collector = RowCollector(report)
    size = None if task is None else _size(task.find("original_size"))
    for track in document.root.iterfind("track"):
        if wanted is None or track.get("task_id") == wanted:
            _add_track(document, track, _step(task), size, labels, collector)
    for image in document.root.iterfind("image"):
        if wanted is None or image.get("task_id") == wanted:
            size = size or _size(image)
            _add_image(document, image, size, labels, collector)
    only_unknown = set(labels.numbers) == {UNKNOWN_CLASS}
    rows = collector.rows(
        names={} if only_unknown else {number: name for name, number in labels.numbers.items()},
        num_frames=None if task is None else _whole_text(task.findtext("size"), 1),
        frame_size=size,
    )
    last = int(rows.frames[-1]) if len(rows) else 0
    if rows.num_frames is not None and last > rows.num_frames:
        rows = replace(rows, num_frames=last)  # a job's size is less than the numbers of its frames
    return replace(rows, labels=None) if only_unknown else rows


def _add_track(
    document: XmlDocument,
    track: Element,
    step: int,
    size: tuple[int, int] | None,
    labels: _Labels,
    collector: RowCollector,
) -> None:
    report, line = collector.report, document.line(track)
    number, label = _whole_text(track.get("id"), 0), labels.number(track.get("label", ""))
    if number is None:
        report.add(line, f"<track>: no id that is a whole number ≥ 0: {track.get('id')!r:.40}")
        return
    if label is None:
        report.add(line, f"<track id={number}>: class {track.get('label')!r:.40} is none of the file's")
        return
    before: Entry | None = None
    left_out: dict[str, list[Element]] = {}
    for element in sorted(track, key=lambda shape: _whole_text(shape.get("frame"), 0) or 0):
        if element.tag in NO_TRACKS:
            left_out.setdefault(element.tag, []).append(element)
            continue
        if element.tag not in SHAPES:
            if element.tag != "attribute":
                report.add(document.line(element), f"<{element.tag:.40}> is no shape that is read")
            continue
        place = _place(document, track, element)
        frame = _whole_text(element.get("frame"), 0)
        if frame is None:
            report.add(place.line(), f"<{element.tag}>: no frame that is a whole number ≥ 0")
            continue
        if element.get("outside") == "1":
            if before is not None:
                _fill(before, None, frame + 1, step, place, collector)
            before = None
            continue
        shape = shape_of(element, size, place, report)
        if shape is None:
            continue
        entry = Entry(frame + 1, number, shape, label=label, score=_score(element, place, report))
        if before is not None:
            _fill(before, entry, entry.frame, step, place, collector)
        collector.add(entry, place)
        before = entry
    for tag, elements in left_out.items():
        report.leave_out(document.line(elements[0]), f"<track id={number}>: {_left_out(tag, len(elements))}")


def _left_out(tag: str, count: int) -> str:
    return f"{count} <{tag}> left out, which is no shape of a track"


def _fill(
    before: Entry, after: Entry | None, end: int, step: int, place: Place, collector: RowCollector
) -> None:
    """The frames between two shapes: on straight lines for boxes, else, or before the track ends, as the first is."""
    if end - before.frame > MOST_BETWEEN * step:
        collector.report.add(place.line(), place.says(f"{end - before.frame} frames after the one before"))
        return
    a, b = before.shape, before.shape if after is None else after.shape
    straight = not isinstance(a, tuple) and not isinstance(b, tuple) and len(a) == len(b)
    for frame in range(before.frame + step, end, step):
        share = (frame - before.frame) / (end - before.frame)
        shape: Any = a
        if straight:
            shape = [p + share * (q - p) for p, q in zip(a, b, strict=True)]  # type: ignore[operator]
        collector.add(replace(before, frame=frame, shape=shape), Place(place.line))


def _add_image(
    document: XmlDocument,
    image: Element,
    size: tuple[int, int] | None,
    labels: _Labels,
    collector: RowCollector,
) -> None:
    report = collector.report
    frame = _whole_text(image.get("id"), 0)
    if frame is None:
        report.add(
            document.line(image), f"<image>: no id that is a whole number ≥ 0: {image.get('id')!r:.40}"
        )
        return
    for element in image:
        if element.tag in NO_TRACKS:
            report.leave_out(document.line(element), f"<image id={frame}>: {_left_out(element.tag, 1)}")
        if element.tag not in SHAPES:
            continue
        place = _place(document, image, element)
        label, number = labels.number(element.get("label", "")), _track_of(element)
        if label is None:
            report.add(
                place.line(), f"<{element.tag}>: class {element.get('label')!r:.40} is none of the file's"
            )
        elif number is None:
            report.add(
                place.line(), f"<{element.tag}>: no track: neither an attribute track_id nor a group_id"
            )
        else:
            shape = shape_of(element, size, place, report)
            if shape is not None:
                score = _score(element, place, report)
                collector.add(Entry(frame + 1, number, shape, label=label, score=score), place)


def _track_of(element: Element) -> int | None:
    for attribute in element.iterfind("attribute"):
        if attribute.get("name", "").lower() in TRACK_ATTRIBUTES:
            return _whole_text(attribute.text, 0)
    return _whole_text(element.get("group_id"), 0)


def _score(element: Element, place: Place, report: Report) -> float | None:
    for attribute in element.iterfind("attribute"):
        if attribute.get("name") == "score":
            try:
                value = float(attribute.text or "")
            except ValueError:
                value = math.nan
            if math.isfinite(value):
                return value
            report.add(place.line(), f"<{element.tag}>: the score is no number: {attribute.text!r:.40}")
    return None


def _place(document: XmlDocument, parent: Element, element: Element) -> Place:
    content = [(child.tag, sorted(child.attrib.items()), child.text) for child in element]
    source = (element.tag, sorted(element.attrib.items()), content)
    return Place(lambda: document.line(element), document.drop(parent, element), f"<{element.tag}>", source)


def _size(element: Element | None) -> tuple[int, int] | None:
    if element is None:
        return None
    width, height = (
        _whole_text(element.get(name) or element.findtext(name), 1) for name in ("width", "height")
    )
    return (width, height) if width and height else None


def _step(task: Element | None) -> int:
    match = _STEP.search("" if task is None else task.findtext("frame_filter") or "")
    return max(1, int(match.group(1))) if match else 1


def _whole_text(text: str | None, lowest: int) -> int | None:
    """A whole number of at least ``lowest``; None for anything else."""
    text = (text or "").strip()
    return whole(int(text), lowest) if text.isascii() and text.isdecimal() and len(text) < 17 else None


__all__ = ["TRACK_ATTRIBUTES", "UNKNOWN_CLASS", "inspect_cvat", "read_cvat", "scan_cvat"]
