"""Folders of the public data sets: where one begins, and what its file names say."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from boxtrail.errors import SourceError
from boxtrail.io.images import in_order
from boxtrail.training.samples import Sample


def dataset_root(data_dir: Path, names: Sequence[str], needed: Sequence[str], title: str) -> Path:
    """The folder that has everything ``needed``: ``data_dir`` itself or one of ``names`` in it.

    Raises:
        SourceError: saying what is missing where.
    """
    if not data_dir.is_dir():
        raise SourceError(f"{data_dir}: no such folder of {title}")
    candidates = [data_dir, *(data_dir / name for name in names)]
    for folder in candidates:
        if all((folder / part).exists() for part in needed):
            return folder
    begun = next(
        (folder for folder in candidates if any((folder / part).exists() for part in needed)), data_dir
    )
    missing = ", ".join(part for part in needed if not (begun / part).exists())
    raise SourceError(f"{begun}: no folder of {title} as it is distributed; missing: {missing}")


def named_images(folder: Path, pattern: str, example: str) -> list[Sample]:
    """The images in ``folder``, with what ``pattern`` finds in each name: the groups ``identity`` and ``camera``.

    Raises:
        SourceError: if there are none, or one is named otherwise.
    """
    paths = image_paths(folder)
    if not paths:
        raise SourceError(f"{folder}: no images in it")
    return [_named(path, pattern, example) for path in paths]


def image_paths(folder: Path) -> list[Path]:
    """The image files directly in ``folder``, in natural order.

    Raises:
        SourceError: if it cannot be read.
    """
    try:
        return in_order(folder.iterdir())
    except OSError as error:
        raise SourceError(f"{folder}: cannot read the folder: {error.strerror or error}") from error


def _named(path: Path, pattern: str, example: str) -> Sample:
    found = re.match(pattern, path.name)
    if found is None:
        raise SourceError(f"{path}: the name does not say who it shows; expected one like {example}")
    return Sample(path, found["identity"], str(path), found["camera"])


__all__ = ["dataset_root", "image_paths", "named_images"]
