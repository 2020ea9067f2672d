"""Every identity's pictures split by time: the earlier ones to train on, the later ones to be asked about."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from boxtrail.errors import SourceError
from boxtrail.training.datasets.options import DatasetOptions
from boxtrail.training.samples import ReidDataset, Sample


def split_by_time(name: str, tracks: Mapping[str, Sequence[Sample]], options: DatasetOptions) -> ReidDataset:
    """A data set of each identity's pictures in the order of time.

    The first ``train_fraction`` of them is trained on, the next ``gap`` is left out, the first half of the rest is
    queries and the second half gallery. Where the rest is fewer than two pictures they are left out too.

    Raises:
        SourceError: if there are no pictures.
    """
    train: list[Sample] = []
    query: list[Sample] = []
    gallery: list[Sample] = []
    for samples in tracks.values():
        num_train = max(1, math.floor(options.train_fraction * len(samples)))
        train += samples[:num_train]
        later = samples[num_train + math.ceil(options.gap * len(samples)) :]
        if len(later) >= 2:
            query += later[: len(later) // 2]
            gallery += later[len(later) // 2 :]
    if not train:
        raise SourceError(f"{name}: no pictures of any identity")
    return ReidDataset(name, tuple(train), tuple(query), tuple(gallery))


__all__ = ["split_by_time"]
