"""Data sets by name."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeAlias

from boxtrail.errors import ConfigError
from boxtrail.training.datasets import cuhk03, dukemtmc, folder, market1501, msmt17, tracks, veri776
from boxtrail.training.datasets.options import DatasetOptions
from boxtrail.training.samples import ReidDataset

Loader: TypeAlias = Callable[[Path, DatasetOptions], ReidDataset]

DATASETS: dict[str, Loader] = {
    "market1501": market1501.load,
    "dukemtmc": dukemtmc.load,
    "msmt17": msmt17.load,
    "cuhk03": cuhk03.load,
    "veri776": veri776.load,
    "folder": folder.load,
}
TRACKS = "tracks"
ALIASES = {"market": "market1501", "duke": "dukemtmc", "dukemtmcreid": "dukemtmc", "veri": "veri776"}


def load_dataset(name: str, data_dir: str | Path | None = None, **options: Any) -> ReidDataset:
    """The data set ``name`` (a key of :data:`DATASETS` or ``"tracks"``), case and punctuation aside, from ``data_dir``.

    ``options`` are those of :class:`DatasetOptions`. No picture is opened yet, except by ``tracks``, which cuts them.

    Raises:
        ConfigError: for an unknown name or option, or no folder.
        SourceError: if the folder does not hold the data set.
    """
    key = dataset_name(name)
    known = {declared.name for declared in fields(DatasetOptions)}
    if unknown := options.keys() - known:
        raise ConfigError(f"unknown data set option {min(unknown)!r}; options: {', '.join(sorted(known))}")
    chosen = DatasetOptions(**options)
    if key == TRACKS:
        return tracks.load(None if data_dir is None else Path(data_dir).expanduser(), chosen)
    if data_dir is None:
        raise ConfigError(f"the data set {key} needs its folder (data_dir, --data-dir)")
    return DATASETS[key](Path(data_dir).expanduser(), chosen)


def dataset_name(name: str) -> str:
    """The key for what a user wrote.

    Raises:
        ConfigError: naming the nearest known one.
    """
    plain = "".join(letter for letter in name.casefold() if letter.isalnum())
    plain = ALIASES.get(plain, plain)
    known = [*DATASETS, TRACKS]
    if plain not in known:
        nearest = difflib.get_close_matches(plain, known, n=1, cutoff=0.0)[0]
        raise ConfigError(f"unknown data set {name!r}; did you mean {nearest!r}? Known: {', '.join(known)}")
    return plain


__all__ = ["DATASETS", "TRACKS", "dataset_name", "load_dataset"]
