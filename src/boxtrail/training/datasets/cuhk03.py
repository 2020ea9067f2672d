"""CUHK03 (Li et al., "DeepReID", CVPR 2014) in the new protocol of Zhong et al. (CVPR 2017): 767 and 700 people."""

from __future__ import annotations

import json
from pathlib import Path, PureWindowsPath
from typing import Any

from boxtrail.errors import SourceError
from boxtrail.training.datasets.layout import dataset_root, named_images
from boxtrail.training.datasets.options import DatasetOptions
from boxtrail.training.samples import ReidDataset, Sample

FOLDERS = ("bounding_box_train", "query", "bounding_box_test")
PARTS = ("train", "query", "gallery")
NAME = r"(?P<identity>\d+)_c(?P<camera>\d)_\d+"
ROOTS = ("cuhk03-np", "CUHK03-NP", "cuhk03", "CUHK03")


def load(data_dir: Path, options: DatasetOptions) -> ReidDataset:
    """Train, query and gallery with the boxes asked for, ``"detected"`` or ``"labeled"``.

    Two layouts are known: that of the new protocol's authors (``cuhk03-np/detected/bounding_box_train/…``), and images
    extracted from ``cuhk-03.mat`` with the split in JSON (``images_detected/``, ``splits_new_detected.json``).

    Raises:
        SourceError: if the folder is laid out in neither way, or the split cannot be understood.
    """
    options.only("cuhk03", "boxes")
    boxes = options.boxes
    for folder in (data_dir, *(data_dir / name for name in ROOTS)):
        if (folder / f"splits_new_{boxes}.json").is_file():
            return _of_split(folder, boxes)
    names = (boxes, *(f"{name}/{boxes}" for name in ROOTS))
    root = dataset_root(data_dir, names, FOLDERS, f"CUHK03 ({boxes} boxes)")
    train, query, gallery = (tuple(named_images(root / part, NAME, "0001_c1_1.png")) for part in FOLDERS)
    return ReidDataset("cuhk03", train, query, gallery)


def _of_split(folder: Path, boxes: str) -> ReidDataset:
    path = folder / f"splits_new_{boxes}.json"
    try:
        splits = json.loads(path.read_text(encoding="utf-8"))
        split = splits[0] if isinstance(splits, list) else splits
        train, query, gallery = (_samples(folder / f"images_{boxes}", split, part) for part in PARTS)
    except OSError as error:
        raise SourceError(f"{path}: cannot read the split: {error.strerror or error}") from error
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise SourceError(
            f"{path}: not the split of the new protocol, lists of [image, identity, camera] under "
            f"{', '.join(PARTS)}: {type(error).__name__}: {error}"
        ) from error
    return ReidDataset("cuhk03", train, query, gallery)


def _samples(images: Path, split: dict[str, Any], part: str) -> tuple[Sample, ...]:
    # The paths are those of the machine the split was made on; only the name is of use here.
    rows = [(images / PureWindowsPath(name).name, identity, camera) for name, identity, camera in split[part]]
    if not rows:
        raise ValueError(f"{part} is empty")
    if not rows[0][0].is_file():
        raise FileNotFoundError(2, "No such file or directory", str(rows[0][0]))
    # Identities count from 0 in the training part and again in the test part.
    prefix = "train" if part == "train" else "test"
    return tuple(
        Sample(path, f"{prefix}/{identity}", str(path), str(camera)) for path, identity, camera in rows
    )


__all__ = ["load"]
