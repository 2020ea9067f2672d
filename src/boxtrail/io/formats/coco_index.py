"""What COCO's annotations refer to: videos, images and categories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from boxtrail.io.formats.coco_lists import folder_of, length_of
from boxtrail.io.formats.collecting import whole
from boxtrail.io.formats.json_document import JsonDocument, entries_at, numbers
from boxtrail.io.formats.problems import Report


@dataclass(frozen=True, slots=True)
class Image:
    """Which frame of which video an image is, as the file counts."""

    video: int
    frame: int
    size: tuple[int, int] | None


@dataclass(slots=True)
class Video:
    """What is known of a video beside its boxes."""

    name: str
    first: int | None = None  # the smallest frame_id
    last: int = -1
    size: tuple[int, int] | None = None
    frame_rate: float | None = None
    length: int | None = None  # frames, where the video says it itself

    @property
    def offset(self) -> int:
        """From the file's count to ours, which begins at 1: most files count from 0, some from 1."""
        return 0 if self.first == 1 else 1

    @property
    def num_frames(self) -> int | None:
        """Frames of the video, as far as the file tells."""
        return max(self.last + self.offset, self.length or 0) or None


@dataclass(slots=True)
class Index:
    """What the annotations of a file refer to."""

    videos: dict[int, Video] = field(default_factory=dict)
    images: dict[int, Image] = field(default_factory=dict)
    names: dict[int, str] | None = None  # None: the file does not say


def index_of(document: JsonDocument, report: Report) -> Index:
    """The videos, images and categories of a file; without videos all images are one."""
    index = Index()
    root = document.root
    if "categories" in root:
        index.names = _names(document, report)
    for k, video in enumerate(root.get("videos") or []):
        number = whole(video.get("id"), 0) if isinstance(video, Mapping) else None
        if number is None:
            report.add(document.line(("videos", k)), f"videos[{k}]: no id")
            continue
        rate = numbers([video.get("fps")], 1)
        index.videos[number] = Video(
            str(video.get("name", video.get("file_name", folder_of(video) or number))),
            size=_size(video),
            frame_rate=rate[0] if rate is not None and 0.0 < rate[0] < 1e6 else None,
            length=length_of(video),
        )
    if "images" in root or any(video.length is None for video in index.videos.values()) or not index.videos:
        _add_images(document, index, report)
    return index


def _names(document: JsonDocument, report: Report) -> dict[int, str]:
    names = {}
    for k, category in enumerate(entries_at(document, document.root, ("categories",), report)):
        number = whole(category.get("id"), 0) if isinstance(category, Mapping) else None
        if number is None:
            report.add(document.line(("categories", k)), f"categories[{k}]: no id")
        else:
            names[number] = str(category.get("name", number))
    return names


def _add_images(document: JsonDocument, index: Index, report: Report) -> None:
    has_videos = bool(index.videos)
    if not has_videos:
        index.videos[0] = Video("")
    for k, image in enumerate(entries_at(document, document.root, ("images",), report)):
        number = whole(image.get("id"), 0) if isinstance(image, Mapping) else None
        if number is None:
            report.add(document.line(("images", k)), f"images[{k}]: no id")
            continue
        video = whole(image.get("video_id"), 0) if has_videos else 0
        if video is None or video not in index.videos:
            report.add(document.line(("images", k)), f"images[{k}]: no video {image.get('video_id')!r:.40}")
            continue
        of = index.videos[video]
        # TAO and others have frame_index; images of one video without either are in order.
        frame = whole(image.get("frame_id", image.get("frame_index", of.last + 1)), 0)
        if frame is None:
            report.add(document.line(("images", k)), f"images[{k}]: frame_id is no whole number ≥ 0")
            continue
        of.first, of.last = frame if of.first is None else min(of.first, frame), max(of.last, frame)
        of.size = of.size or _size(image)
        index.images[number] = Image(video, frame, _size(image) or of.size)


def _size(entry: Mapping[str, Any]) -> tuple[int, int] | None:
    width, height = whole(entry.get("width"), 1), whole(entry.get("height"), 1)
    return (width, height) if width and height else None


__all__ = ["Image", "Index", "Video", "index_of"]
