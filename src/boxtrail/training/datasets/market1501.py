"""Market-1501 (Zheng et al., "Scalable Person Re-Identification: A Benchmark", ICCV 2015): 1,501 people, 6 cameras."""

from __future__ import annotations

from pathlib import Path

from boxtrail.training.datasets.layout import dataset_root, named_images
from boxtrail.training.datasets.options import DatasetOptions
from boxtrail.training.samples import ReidDataset, Sample

FOLDERS = ("bounding_box_train", "query", "bounding_box_test")
NAME = r"(?P<identity>-1|\d{4})_c(?P<camera>\d)s\d_\d+_\d+"
JUNK = "-1"  # boxes that show nobody in particular: the protocol ignores them


def load(data_dir: Path, options: DatasetOptions) -> ReidDataset:
    """Train, query and gallery; identity 0000 of the gallery is people who are in no query.

    Raises:
        SourceError: if the folder is not laid out as distributed.
    """
    options.only("market1501")
    root = dataset_root(
        data_dir, ("Market-1501-v15.09.15", "market1501", "Market-1501"), FOLDERS, "Market-1501"
    )
    train, query, gallery = (
        _without_junk(named_images(root / part, NAME, "0002_c1s1_000451_03.jpg")) for part in FOLDERS
    )
    return ReidDataset("market1501", train, query, gallery)


def _without_junk(samples: list[Sample]) -> tuple[Sample, ...]:
    return tuple(sample for sample in samples if sample.identity != JUNK)


__all__ = ["load"]
