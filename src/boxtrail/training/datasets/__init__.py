"""Data sets of identities: the public ones as they are distributed, a folder of one's own, and one's own tracks."""

from boxtrail.training.datasets.factory import DATASETS, load_dataset
from boxtrail.training.datasets.options import DatasetOptions

__all__ = ["DATASETS", "DatasetOptions", "load_dataset"]
