"""A folder of one's own: ``<identity>/<image>``, or names by a pattern."""

from __future__ import annotations

import re
from pathlib import Path

from boxtrail.errors import ConfigError, SourceError
from boxtrail.io.images import SUFFIXES, natural_key
from boxtrail.training.datasets.layout import image_paths
from boxtrail.training.datasets.options import DatasetOptions
from boxtrail.training.datasets.time_split import split_by_time
from boxtrail.training.samples import UNKNOWN, ReidDataset, Sample

PARTS = ("train", "query", "gallery")
FIELDS = {"identity": r"[^/]+?", "camera": r"[^/]+?", "sequence": r"[^/]+?", "frame": r"\d+"}


def load(data_dir: Path, options: DatasetOptions) -> ReidDataset:
    """The images of a folder.

    Without ``pattern``, a folder a person or thing, images in the order of time when sorted by name
    (``frame2`` before ``frame10``). Folders ``train``, ``query`` and ``gallery`` of such folders are taken as they are.

    With ``pattern``, the path of every image below ``data_dir`` is read by it: ``{identity}``, and where they are there
    ``{frame}``, a whole number that orders the pictures, ``{camera}``, and ``{sequence}``, within which identities
    are counted. ``"{sequence}/{identity}_f{frame}.jpg"`` reads ``street/0007_f000120.jpg``.

    Raises:
        ConfigError: for a pattern without an identity.
        SourceError: if there are no such images, or one that does not fit the pattern.
    """
    options.only("folder", "pattern", "train_fraction", "gap")
    if not data_dir.is_dir():
        raise SourceError(f"{data_dir}: no such folder of identities")
    if options.pattern is not None:
        return split_by_time("folder", _by_pattern(data_dir, options.pattern), options)
    if all((data_dir / part).is_dir() for part in PARTS):
        train, query, gallery = (
            tuple(sample for samples in _by_folder(data_dir / part).values() for sample in samples)
            for part in PARTS
        )
        return ReidDataset("folder", train, query, gallery)
    return split_by_time("folder", _by_folder(data_dir), options)


def _by_folder(folder: Path) -> dict[str, list[Sample]]:
    folders = sorted((path for path in folder.iterdir() if path.is_dir()), key=natural_key)
    tracks = {
        entry.name: [Sample(path, entry.name, str(path)) for path in image_paths(entry)] for entry in folders
    }
    tracks = {identity: samples for identity, samples in tracks.items() if samples}
    if not tracks:
        flat = "; for images named by identity give a pattern such as {identity}_f{frame}.jpg"
        raise SourceError(
            f"{folder}: no images in it as <identity>/<image>{flat if image_paths(folder) else ''}"
        )
    return tracks


def _by_pattern(folder: Path, pattern: str) -> dict[str, list[Sample]]:
    """Each identity's samples by frame, then by name."""
    expression = _compiled(pattern)
    paths = sorted(
        (path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()),
        key=natural_key,
    )
    tracks: dict[str, list[tuple[int, Sample]]] = {}
    for path in paths:
        found = expression.fullmatch(path.relative_to(folder).as_posix())
        if found is None:
            raise SourceError(f"{path}: the name does not fit the pattern {pattern}")
        said = found.groupdict()
        identity = "/".join(said[part] for part in ("sequence", "identity") if part in said)
        sample = Sample(path, identity, str(path), said.get("camera", UNKNOWN))
        tracks.setdefault(identity, []).append((int(said.get("frame", 0)), sample))
    if not tracks:
        raise SourceError(f"{folder}: no images in it or below")
    return {
        identity: [sample for _, sample in sorted(timed, key=lambda pair: pair[0])]
        for identity, timed in tracks.items()
    }


def _compiled(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"\{(\w+)\}", pattern)
    names = pieces[1::2]
    unknown = [name for name in names if name not in FIELDS]
    if "identity" not in names or unknown or len(set(names)) < len(names):
        raise ConfigError(
            f"pattern {pattern!r} must name {{identity}}; it may name {{frame}}, {{camera}} and {{sequence}}, each once"
        )
    return re.compile(
        "".join(
            f"(?P<{piece}>{FIELDS[piece]})" if position % 2 else re.escape(piece)
            for position, piece in enumerate(pieces)
        )
    )


__all__ = ["load"]
