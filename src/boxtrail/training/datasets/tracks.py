"""Crops from a video or image sequence and its ground truth or corrected tracks: train on what you track."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import ConfigError, InvalidInputError, SourceError, require
from boxtrail.io.crops import clip, cut_upright
from boxtrail.io.formats import SequenceRows, read_tracks
from boxtrail.io.frame import Frame, Source
from boxtrail.io.sources import open_source
from boxtrail.training.datasets.options import DatasetOptions
from boxtrail.training.datasets.time_split import split_by_time
from boxtrail.training.samples import ReidDataset, Sample

JPEG_QUALITY = 95
TRUTHS = ("gt/gt.txt", "gt/gt.txt.gz")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrackedSource:
    """Frames, and the file of who is where in them."""

    source: str | Path
    tracks: Path


def load(data_dir: Path | None, options: DatasetOptions) -> ReidDataset:
    """Crops of every track, in memory as JPEG files, split by time.

    Either ``data_dir`` is a MOTChallenge sequence with its ``gt/gt.txt``, or a folder of such sequences, of which those
    without images are passed over; or each of ``sources`` has its file in ``tracks``. Tracks are read from every format
    of :mod:`boxtrail.io.formats`; rows whose flag is 0 count for nobody. At most ``max_crops`` crops a track are cut,
    spread evenly over its time.

    Raises:
        ConfigError: if neither or both are given, or the numbers of sources and tracks differ.
        SourceError: if frames or tracks cannot be read, or show nobody.
        InvalidInputError: if the tracks are points or masks.
    """
    options.only(
        "tracks", "sources", "tracks", "train_fraction", "gap", "max_crops", "min_size", "min_visibility"
    )
    crops: dict[str, list[Sample]] = {}
    for tracked in _pairs(data_dir, options):
        crops |= cut_crops(tracked, options, taken=crops.keys())
    return split_by_time("tracks", crops, options)


def cut_crops(
    tracked: TrackedSource, options: DatasetOptions, *, taken: Collection[str] = ()
) -> dict[str, list[Sample]]:
    """Samples in the order of time of every track, under ``<sequence>/<id>``."""
    cv2 = require("cv2", "video", "cutting crops")
    opened = open_source(tracked.source)
    try:
        if opened.is_live:
            raise ConfigError(f"{opened.name} is live; crops are cut from recorded frames")
        wanted = _wanted(_rows_of(tracked.tracks, opened.name), opened.num_frames, options)
        crops: dict[str, list[Sample]] = {}
        for frame, track_id, crop in _cut(opened, wanted):
            if min(crop.shape[:2]) < options.min_size:
                continue
            _, encoded = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
            name = f"{opened.name}, frame {frame.index}, track {track_id}"
            identity = f"{opened.name}/{track_id}"
            crops.setdefault(identity, []).append(Sample(encoded.tobytes(), identity, name))
    finally:
        opened.close()
    if not crops:
        raise SourceError(f"{tracked.tracks}: no track of it is seen in {tracked.source}")
    if doubled := crops.keys() & set(taken):
        raise ConfigError(f"two sources have the name of {min(doubled)}; rename one of the files")
    return crops


def _pairs(data_dir: Path | None, options: DatasetOptions) -> list[TrackedSource]:
    sources, tracks = options.sources, options.tracks
    if data_dir is not None:
        if sources or tracks:
            raise ConfigError(
                "give either the folder of sequences (data_dir) or sources and tracks, not both"
            )
        return _sequences(data_dir)
    if not sources or len(sources) != len(tracks):
        raise ConfigError(
            "the data set tracks needs a folder of sequences (data_dir, --data-dir), or as many tracks as sources "
            f"(--source, --tracks), not {len(sources)} sources and {len(tracks)} tracks"
        )
    return [
        TrackedSource(source, Path(file).expanduser()) for source, file in zip(sources, tracks, strict=True)
    ]


def _sequences(folder: Path) -> list[TrackedSource]:
    if not folder.is_dir():
        raise SourceError(f"{folder}: no such folder of sequences")
    candidates = [folder, *sorted(entry for entry in folder.iterdir() if entry.is_dir())]
    found = [
        TrackedSource(entry, entry / truth)
        for entry in candidates
        for truth in TRUTHS
        if (entry / truth).is_file()
    ]
    if not found:
        raise SourceError(f"{folder}: no sequence in it: neither gt/gt.txt nor <sequence>/gt/gt.txt")
    seen = [tracked for tracked in found if _has_images(Path(tracked.source))]
    if not seen:
        raise SourceError(f"{folder}: the {len(found)} sequences in it have no images (img1)")
    for tracked in found:
        if tracked not in seen:
            logger.warning("%s has no images and is left out", tracked.source)
    return seen


def _has_images(sequence: Path) -> bool:
    try:
        open_source(sequence).close()
    except SourceError:
        return False
    return True


def _rows_of(path: Path, source_name: str) -> SequenceRows:
    """The rows of the only sequence of a file or folder, or of the one that is called as the source is."""
    sequences = read_tracks(path)
    if len(sequences) != 1 and source_name not in sequences:
        found = ", ".join(sorted(sequences)) or "nothing"
        raise SourceError(f"{path}: no tracks of {source_name!r}; found {found}")
    rows = sequences[source_name] if source_name in sequences else next(iter(sequences.values()))
    if rows.kind not in ("box", "oriented"):
        raise InvalidInputError(f"{path}: crops are cut from boxes, not from a {rows.kind}")
    return rows


def _wanted(
    rows: SequenceRows, num_frames: int | None, options: DatasetOptions
) -> dict[int, list[tuple[int, NDArray[np.float64]]]]:
    """Index of a frame, from 0 → id and box of the crops to cut there."""
    boxes = np.asarray(rows.shapes, dtype=np.float64)
    sides = boxes[:, 2:4] - boxes[:, :2] if rows.kind == "box" else boxes[:, 2:4]
    kept = (sides >= options.min_size).all(axis=1)
    if rows.flags is not None:
        kept &= rows.flags != 0
    if rows.visibilities is not None:
        kept &= rows.visibilities >= options.min_visibility
    if num_frames is not None:
        kept &= rows.frames <= num_frames
    wanted: dict[int, list[tuple[int, NDArray[np.float64]]]] = {}
    for track_id in np.unique(rows.ids[kept]).tolist():
        own = np.flatnonzero(kept & (rows.ids == track_id))
        own = own[np.argsort(rows.frames[own], kind="stable")]
        spread = np.unique(np.linspace(0, len(own) - 1, min(len(own), options.max_crops)).round().astype(int))
        for row in own[spread]:
            wanted.setdefault(int(rows.frames[row]) - 1, []).append((track_id, boxes[row]))
    return wanted


def _cut(
    source: Source, wanted: dict[int, list[tuple[int, NDArray[np.float64]]]]
) -> Iterator[tuple[Frame, int, NDArray[np.uint8]]]:
    last = max(wanted, default=-1)
    for frame in source:
        if frame.index > last:
            return
        for track_id, box in wanted.get(frame.index, ()):
            cut = clip if len(box) == 4 else cut_upright
            yield frame, track_id, cut(frame.image, box)


__all__ = ["TrackedSource", "cut_crops", "load"]
