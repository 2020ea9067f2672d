"""DukeMTMC-reID (Ristani et al., ECCV workshop 2016; Zheng et al., ICCV 2017): 1,404 people, 8 cameras."""

from __future__ import annotations

from pathlib import Path

from boxtrail.training.datasets.layout import dataset_root, named_images
from boxtrail.training.datasets.options import DatasetOptions
from boxtrail.training.samples import ReidDataset

FOLDERS = ("bounding_box_train", "query", "bounding_box_test")
NAME = r"(?P<identity>\d{4})_c(?P<camera>\d)_f\d+"


def load(data_dir: Path, options: DatasetOptions) -> ReidDataset:
    """Train, query and gallery.

    Raises:
        SourceError: if the folder is not laid out as distributed.
    """
    options.only("dukemtmc")
    names = ("DukeMTMC-reID", "dukemtmc-reid/DukeMTMC-reID", "dukemtmc-reid", "dukemtmc")
    root = dataset_root(data_dir, names, FOLDERS, "DukeMTMC-reID")
    train, query, gallery = (
        tuple(named_images(root / part, NAME, "0001_c2_f0046182.jpg")) for part in FOLDERS
    )
    return ReidDataset("dukemtmc", train, query, gallery)


__all__ = ["load"]
