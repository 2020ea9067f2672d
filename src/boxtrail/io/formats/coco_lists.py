"""YouTube-VIS's annotations: one a track, with ``bboxes`` and ``segmentations`` over the frames of its video.

An entry of these lists is null where the track is not seen. The video says how many frames it has (``length``, or
``file_names``), and there are no images. The track of a truth is the annotation's ``id``; results have none, each is a
track of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from boxtrail.io.formats.collecting import Place, whole
from boxtrail.io.formats.problems import Report

LISTS = {"bboxes": "bbox", "segmentations": "segmentation"}  # of all frames → of one


def is_of_all_frames(entry: Any) -> bool:
    """Whether an annotation or result is that of a whole track."""
    return isinstance(entry, Mapping) and any(name in entry for name in LISTS)


def length_of(video: Mapping[str, Any]) -> int | None:
    """Frames of a video, None if it does not say."""
    names = video.get("file_names")
    return len(names) if isinstance(names, list) else whole(video.get("length"), 0)


def folder_of(video: Mapping[str, Any]) -> str | None:
    """The folder of a video's images, which is what YouTube-VIS calls it; None if it does not say."""
    names = video.get("file_names")
    first = names[0] if isinstance(names, list) and names else None
    return PurePosixPath(first).parent.name or None if isinstance(first, str) else None


def frames_of(
    entry: Mapping[str, Any], number: int, num_frames: int | None, place: Place, report: Report
) -> list[tuple[int, str, dict[str, Any]]]:
    """The frames in which a track is seen, from 0, with the name of the list that says so and an annotation of one.

    ``number`` is its position among the annotations: the track of one that has no id.
    """
    lists = {name: entry[name] for name in LISTS if entry.get(name) is not None}
    lengths = {len(values) if isinstance(values, list) else -1 for values in lists.values()}
    wanted = max(lengths, default=0) if num_frames is None else num_frames
    if lengths - {wanted} or -1 in lengths:
        what = " and ".join(lists)
        report.add(place.line(), place.says(f"{what} must be lists of {max(wanted, 0)} entries, one a frame"))
        return []
    track = next((entry[name] for name in ("instance_id", "track_id", "id") if name in entry), number + 1)
    of_all = {name: value for name, value in entry.items() if name not in LISTS}
    found = []
    for frame in range(wanted):
        seen = {name: values[frame] for name, values in lists.items() if values[frame]}
        if seen:
            of_one = {LISTS[name]: value for name, value in seen.items()}
            found.append((frame, next(iter(seen)), {**of_all, **of_one, "track_id": track}))
    return found


__all__ = ["folder_of", "frames_of", "is_of_all_frames", "length_of"]
