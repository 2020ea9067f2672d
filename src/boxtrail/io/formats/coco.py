"""COCO-VID: JSON of several videos, with boxes, polygons or masks.

Read are ``videos``, ``images`` (``video_id``, ``frame_id`` from 0, or from 1 if that is the first), ``annotations``
and ``categories``, as MMTracking, TAO and BDD100K have them: the track is ``instance_id`` or ``track_id``, a prediction
has a ``score``. Images without videos are one sequence. Also read are annotations of whole tracks as YouTube-VIS has
them, see :mod:`boxtrail.io.formats.coco_lists`. A bare list of results refers to images by number; see
:func:`read_results`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from boxtrail.io.formats.coco_index import Image, Index, Video, index_of
from boxtrail.io.formats.coco_lists import frames_of, is_of_all_frames
from boxtrail.io.formats.coco_shapes import shape_of
from boxtrail.io.formats.collecting import Entry, Place, RowCollector, whole
from boxtrail.io.formats.json_document import JsonDocument, Path, entries_at, numbers, parse_json
from boxtrail.io.formats.problems import Report
from boxtrail.io.formats.rows import SequenceRows

TRACK_KEYS = ("instance_id", "track_id")
UNKNOWN_CLASS = "object"  # the category of rows whose class is not known


def read_coco(data: bytes, report: Report) -> dict[str, SequenceRows]:
    """Every video of a file.

    Raises:
        InvalidInputError: naming file, line and entry.
    """
    return scan_coco(data, report)[0]


def inspect_coco(data: bytes, report: Report) -> JsonDocument:
    """Look at every entry.

    Raises:
        StopReading: if there are more problems than anyone reads.
    """
    return scan_coco(data, report)[1]


def scan_coco(data: bytes, report: Report) -> tuple[dict[str, SequenceRows], JsonDocument]:
    """The rows of every video, and the document they come from."""
    document = parse_json(data, report)
    root = document.root
    if isinstance(root, list):
        return _of_results(document, report), document
    if not isinstance(root, Mapping):
        report.fatal(1, "expected an object with annotations, or a list of results")
    index = index_of(document, report)
    entries = entries_at(document, root, ("annotations",), report)
    return rows_of(document, entries, ("annotations",), index, report), document


def rows_of(
    document: JsonDocument, entries: list[Any], path: Path, index: Index, report: Report
) -> dict[str, SequenceRows]:
    """Annotations or results as rows, by the names of their videos."""
    collectors = {video: RowCollector(report) for video in index.videos}
    for k, entry in enumerate(entries):
        here = (*path, k)
        place = Place(partial(document.line, here), document.drop(entries, k), here, entry)
        for found, image, at in _of_frames(document, entry, k, index, place, report):
            frame = image.frame + index.videos[image.video].offset
            row = _row(found, image, frame, index, at, report)
            if row is not None:
                collectors[image.video].add(row, at)
    return _by_name(document, index, collectors, report)


def _of_frames(
    document: JsonDocument, entry: Any, position: int, index: Index, place: Place, report: Report
) -> list[tuple[Mapping[str, Any], Image, Place]]:
    """An annotation with its image, or what one of a whole track says of every frame."""
    if not is_of_all_frames(entry):
        image = _image(entry, index, place, report)
        return [] if image is None else [(entry, image, place)]
    number = whole(entry.get("video_id"), 0)
    if number is None or number not in index.videos:
        said = "no video_id" if number is None else f"video {number} is none of the file's"
        report.add(place.line(), place.says(said))
        return []
    video = index.videos[number]
    found: list[tuple[Mapping[str, Any], Image, Place]] = []
    for frame, name, of_one in frames_of(entry, position, video.length, place, report):
        at = (*place.name, name, frame)
        here = Place(partial(document.line, at), None, at, of_one)
        found.append((of_one, Image(number, frame, video.size), here))
    return found


def _by_name(
    document: JsonDocument, index: Index, collectors: Mapping[int, RowCollector], report: Report
) -> dict[str, SequenceRows]:
    only_unknown = index.names is not None and set(index.names.values()) == {UNKNOWN_CLASS}
    out = {}
    for number, video in index.videos.items():
        collector = collectors[number]
        if only_unknown:
            for found in collector.entries:
                found.label = None
        if video.name in out:
            report.add(document.line(("videos",)), f"two videos are called {video.name!r:.60}")
            continue
        out[video.name] = collector.rows(
            names=None if only_unknown else index.names,
            num_frames=video.num_frames,
            frame_size=video.size,
            frame_rate=video.frame_rate,
        )
    return out


def _image(entry: Any, index: Index, place: Place, report: Report) -> Image | None:
    number = whole(entry.get("image_id"), 0) if isinstance(entry, Mapping) else None
    if number is None:
        report.add(place.line(), place.says("no image_id"))
        return None
    if number not in index.images:
        report.add(place.line(), place.says(f"image {number} is none of the file's"))
        return None
    return index.images[number]


def _row(
    entry: Mapping[str, Any], image: Image, frame: int, index: Index, place: Place, report: Report
) -> Entry | None:
    track = next((entry[key] for key in TRACK_KEYS if key in entry), None)
    track_id, label = whole(track, 0), whole(entry.get("category_id"), 0)
    if track_id is None:
        hint = " (instance_id or track_id)" if track is None else f", not {track!r:.40}"
        report.add(place.line(), place.says(f"a track id is a whole number ≥ 0{hint}"))
        return None
    if label is None and "category_id" in entry:
        report.add(
            place.line(), place.says(f"a category_id is a whole number, not {entry['category_id']!r:.40}")
        )
        return None
    if label is not None and index.names is not None and label not in index.names:
        report.add(place.line(), place.says(f"category {label} is none of the file's"))
        return None
    shape = shape_of(entry, image.size, place, report)
    if shape is None:
        return None
    row = Entry(frame, track_id, shape, label=label)
    for key, attribute in (("score", "score"), ("visibility", "visibility"), ("ignore", "flag")):
        value = entry.get(key)
        if value is None:
            continue
        found = numbers([int(value) if isinstance(value, bool) else value], 1)
        if found is None:
            report.add(place.line(), place.says(f"{key} is no number: {value!r:.40}"))
            return None
        setattr(row, attribute, float(not found[0]) if key == "ignore" else found[0])
    return row


def _of_results(document: JsonDocument, report: Report) -> dict[str, SequenceRows]:
    """A bare list of results: images are frames, from 1, of one sequence, unless an entry says which video it is of."""
    entries = document.root
    if any(map(is_of_all_frames, entries)):
        numbered = (whole(entry.get("video_id"), 0) for entry in entries if isinstance(entry, Mapping))
        videos = {number: Video(str(number)) for number in numbered if number is not None}
        return rows_of(document, entries, (), Index(videos or {0: Video("")}), report)
    images = (whole(entry.get("image_id"), 0) if isinstance(entry, Mapping) else None for entry in entries)
    found = {number for number in images if number is not None}
    index = Index({0: Video("", min(found, default=1), max(found, default=0))})
    index.images = {number: Image(0, number, None) for number in found}
    if entries and not found:
        report.fatal(1, "a list of results needs image_id in its entries")
    if found:
        report.notes.append(
            "the file is a bare list of results: its images are taken for the frames of one sequence"
        )
    return rows_of(document, entries, (), index, report)


def read_results(data: bytes, report: Report, truth: JsonDocument) -> dict[str, SequenceRows]:
    """A bare list of results whose images are those of another file, the truth's.

    Raises:
        InvalidInputError: naming file, line and entry.
    """
    document = parse_json(data, report)
    index = index_of(truth, Report(report.path))
    return rows_of(document, document.root, (), index, report)


__all__ = ["UNKNOWN_CLASS", "inspect_coco", "read_coco", "read_results", "scan_coco"]
