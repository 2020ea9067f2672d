"""MSMT17 (Wei et al., "Person Transfer GAN to Bridge Domain Gap for Person Re-Identification", CVPR 2018)."""

from __future__ import annotations

import re
from pathlib import Path

from boxtrail.errors import SourceError
from boxtrail.training.datasets.layout import dataset_root
from boxtrail.training.datasets.options import DatasetOptions
from boxtrail.training.samples import ReidDataset, Sample

LISTS = ("list_train.txt", "list_val.txt", "list_query.txt", "list_gallery.txt")
FOLDERS = {
    "train": "test",
    "mask_train_v2": "mask_test_v2",
}  # of the first version, and of the second with faces hidden
NAME = re.compile(r"\d+_\d+_(?P<camera>\d+)_")


def load(data_dir: Path, options: DatasetOptions) -> ReidDataset:
    """Train (with its validation part, as published: 1,041 people), query and gallery (3,060 people), 15 cameras.

    Raises:
        SourceError: if the folder is not laid out as distributed, or a list is no list.
    """
    options.only("msmt17")
    root = dataset_root(data_dir, ("MSMT17_V2", "MSMT17_V1", "MSMT17", "msmt17"), LISTS, "MSMT17")
    train_folder = next((root / name for name in FOLDERS if (root / name).is_dir()), None)
    if train_folder is None:
        raise SourceError(
            f"{root}: no folder of MSMT17 as it is distributed; missing: {' or '.join(FOLDERS)}"
        )
    test_folder = root / FOLDERS[train_folder.name]
    train, validation = (_listed(root / name, train_folder) for name in LISTS[:2])
    query, gallery = (_listed(root / name, test_folder) for name in LISTS[2:])
    return ReidDataset("msmt17", train + validation, query, gallery)


def _listed(path: Path, folder: Path) -> tuple[Sample, ...]:
    """The images of a list, whose lines are ``0000/0000_000_01_0303morning_0008_0.jpg 0``."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path}: cannot read the list: {error}") from error
    samples = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name, _, identity = line.strip().rpartition(" ")
        found = NAME.match(Path(name).name)
        if found is None or not identity.isdecimal():
            raise SourceError(
                f"{path}, line {number}: not an image and its identity, such as "
                "0000/0000_000_01_0303morning_0008_0.jpg 0"
            )
        image = folder / name
        # An identity's number means one person in the training lists and another in the test lists.
        samples.append(Sample(image, f"{folder.name}/{identity}", str(image), found["camera"]))
    if not samples:
        raise SourceError(f"{path}: the list is empty")
    if not (missing := samples[0]).image.is_file():  # type: ignore[union-attr]
        raise SourceError(f"{missing.name}: no such image, though {path.name} lists it")
    return tuple(samples)


__all__ = ["load"]
