"""Supervisely's video annotations: ``objects`` with classes, ``frames`` with their figures.

Rectangles, polygons and bitmaps are read, the last as masks. Where most polygons are rectangles, as
:class:`boxtrail.io.SuperviselySink` writes oriented boxes, all become the smallest oriented boxes around them, for some
are cut at the edge of the frame; else, and where masks are wanted, polygons are filled. Figures that are no shape of a
track, points and cuboids for instance, are left out, with a line for each object. A track is the figure's ``trackId``
if all are whole numbers, else its object, numbered from 1. Frames count from 0 in the file, from 1 in the rows. Classes
are numbered from 1 in the order in which their objects appear.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from boxtrail.io.formats.collecting import Entry, Place, RowCollector, whole
from boxtrail.io.formats.json_document import JsonDocument, entries_at, parse_json
from boxtrail.io.formats.problems import Report
from boxtrail.io.formats.rows import SequenceRows
from boxtrail.io.formats.supervisely_shapes import NO_TRACKS, are_rectangles, shape_of

UNKNOWN_CLASS = "object"


def read_supervisely(data: bytes, report: Report) -> dict[str, SequenceRows]:
    """The annotation of one video.

    Raises:
        InvalidInputError: naming file, line and entry.
    """
    return {"": scan_supervisely(data, report)[0]}


def inspect_supervisely(data: bytes, report: Report) -> JsonDocument:
    """Look at every figure.

    Raises:
        StopReading: if there are more problems than anyone reads.
    """
    return scan_supervisely(data, report)[1]


def scan_supervisely(data: bytes, report: Report) -> tuple[SequenceRows, JsonDocument]:
    """The rows, and the document they come from."""
    document = parse_json(data, report)
    root = document.root
    if not isinstance(root, Mapping):
        report.fatal(1, "expected an object with frames")
    size = _frame_size(document, report)
    objects = _objects(document, report)
    labels = {title: k for k, title in enumerate(dict.fromkeys(objects.values()), 1)}
    frames = entries_at(document, root, ("frames",), report)
    ids = _track_ids(frames, list(objects), report)
    collector = RowCollector(report)
    oriented = not report.masks and are_rectangles(_figures(frames))
    _leave_out(document, frames, objects, report)
    read = partial(_add_figure, objects=objects, labels=labels, ids=ids, size=None if oriented else size)
    for k, frame in enumerate(frames):
        for j, figure, index in _figures_of(frame, k, document, report):
            here = ("frames", k, "figures", j)
            place = Place(partial(document.line, here), document.drop(frame["figures"], j), here, figure)
            read(figure, index + 1, place, collector)
    count = whole(root.get("framesCount"), 0)
    only_unknown = set(labels) == {UNKNOWN_CLASS}
    if only_unknown:
        for entry in collector.entries:
            entry.label = None
    names = {} if only_unknown else {label: title for title, label in labels.items()}
    # The last figure may lie beyond framesCount, which some writers take for the frames they processed.
    last = max((entry.frame for entry in collector.entries), default=0)
    return collector.rows(
        names=names, num_frames=max(count, last) if count else None, frame_size=size
    ), document


def _figures_of(frame: Any, k: int, document: JsonDocument, report: Report) -> list[tuple[int, Any, int]]:
    """The figures of a frame with their positions and the index of the frame, from 0."""
    index = whole(frame.get("index"), 0) if isinstance(frame, Mapping) else None
    if index is None:
        report.add(document.line(("frames", k)), f"frames[{k}]: no index that is a whole number ≥ 0")
        return []
    figures = frame.get("figures") or []
    if not isinstance(figures, list):
        report.add(document.line(("frames", k, "figures")), f"frames[{k}].figures is no list")
        return []
    return [(j, figure, index) for j, figure in enumerate(figures) if not _is_no_track(figure)]


def _is_no_track(figure: Any) -> bool:
    return isinstance(figure, Mapping) and figure.get("geometryType") in NO_TRACKS


def _leave_out(document: JsonDocument, frames: list[Any], objects: dict[Any, str], report: Report) -> None:
    """Say of every object which of its figures are no shapes of a track, with the line of the first."""
    found: dict[tuple[Any, str], list[tuple[str | int, ...]]] = {}
    for k, frame in enumerate(frames):
        figures = frame.get("figures") if isinstance(frame, Mapping) else None
        for j, figure in enumerate(figures if isinstance(figures, list) else []):
            if _is_no_track(figure):
                key = _key_of(figure, "objectKey", "objectId")
                found.setdefault((key, figure["geometryType"]), []).append(("frames", k, "figures", j))
    for (key, kind), places in found.items():
        name = objects.get(key, "?")
        count = "1 figure is" if len(places) == 1 else f"{len(places)} figures are"
        report.leave_out(
            document.line(places[0]),
            f"object {key!s:.40} ({name:.40}): {count} left out, for a {kind} is no track",
        )


def _frame_size(document: JsonDocument, report: Report) -> tuple[int, int] | None:
    size = document.root.get("size")
    if not isinstance(size, Mapping):
        report.add(1, "size is missing: an annotation has the height and width of its video")
        return None
    width, height = whole(size.get("width"), 1), whole(size.get("height"), 1)
    if width is None or height is None:
        report.add(document.line(("size",)), "size must have height and width, in pixels")
        return None
    return width, height


def _objects(document: JsonDocument, report: Report) -> dict[Any, str]:
    """Classes by the key or id of their object."""
    out: dict[Any, str] = {}
    for k, entry in enumerate(entries_at(document, document.root, ("objects",), report)):
        key = _key_of(entry, "key", "id")
        title = entry.get("classTitle") if isinstance(entry, Mapping) else None
        if key is None or not isinstance(title, str):
            what = "key" if key is None else "classTitle"
            report.add(document.line(("objects", k)), f"objects[{k}]: no {what}")
        else:
            out[key] = title
    return out


def _key_of(entry: Any, *names: str) -> str | int | None:
    found = (entry.get(name) for name in names) if isinstance(entry, Mapping) else ()
    return next((key for key in found if isinstance(key, (str, int)) and key != ""), None)


def _track_ids(frames: list[Any], objects: list[Any], report: Report) -> dict[Any, int] | None:
    """The number of each object; None if figures have numbers of their own."""
    figures = [figure for figure in _figures(frames) if not _is_no_track(figure)]
    if figures and all(_number(figure.get("trackId")) is not None for figure in figures):
        return None
    if figures:
        report.notes.append(
            "figures without a trackId that is a whole number: their objects are numbered from 1"
        )
    return {key: k for k, key in enumerate(objects, 1)}


def _figures(frames: list[Any]) -> list[Mapping[str, Any]]:
    return [
        figure
        for frame in frames
        if isinstance(frame, Mapping) and isinstance(frame.get("figures"), list)
        for figure in frame["figures"]
        if isinstance(figure, Mapping)
    ]


def _number(value: Any) -> int | None:
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdecimal() and len(value) < 17 else None
    return whole(value, 0)


def _add_figure(
    figure: Any,
    frame: int,
    place: Place,
    collector: RowCollector,
    *,
    objects: dict[Any, str],
    labels: dict[str, int],
    ids: dict[Any, int] | None,
    size: tuple[int, int] | None,
) -> None:
    report = collector.report
    key = _key_of(figure, "objectKey", "objectId")
    if key is None or key not in objects:
        known = "no objectKey" if key is None else f"object {key!r:.60} is none of the file's"
        report.add(place.line(), place.says(known))
        return
    number = _number(figure.get("trackId")) if ids is None else ids[key]
    shape = shape_of(figure, size, place, report)
    if shape is not None and number is not None:
        collector.add(Entry(frame, number, shape, label=labels[objects[key]]), place)


__all__ = ["inspect_supervisely", "read_supervisely", "scan_supervisely"]
