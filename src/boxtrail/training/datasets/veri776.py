"""VeRi-776 (Liu et al., "A Deep Learning-Based Approach to Progressive Vehicle Re-identification", ECCV 2016)."""

from __future__ import annotations

from pathlib import Path

from boxtrail.training.datasets.layout import dataset_root, named_images
from boxtrail.training.datasets.options import DatasetOptions
from boxtrail.training.samples import ReidDataset

FOLDERS = ("image_train", "image_query", "image_test")
NAME = r"(?P<identity>\d{4})_c(?P<camera>\d{3})_\d+"


def load(data_dir: Path, options: DatasetOptions) -> ReidDataset:
    """Train, query and gallery: 776 vehicles, 20 cameras.

    Raises:
        SourceError: if the folder is not laid out as distributed.
    """
    options.only("veri776")
    root = dataset_root(data_dir, ("VeRi", "VeRi-776", "veri776", "VeRi_with_plate"), FOLDERS, "VeRi-776")
    train, query, gallery = (
        tuple(named_images(root / part, NAME, "0002_c002_00030600_0.jpg")) for part in FOLDERS
    )
    return ReidDataset("veri776", train, query, gallery)


__all__ = ["load"]
