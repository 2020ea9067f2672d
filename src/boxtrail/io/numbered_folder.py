"""A new folder for every run."""

from __future__ import annotations

from pathlib import Path


def numbered_folder(project: Path, name: str) -> Path:
    """A new folder ``project/name``, or ``name-2``, ``name-3``, … if earlier runs took it.

    Raises:
        OSError: if the system refuses.
    """
    project.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        folder = project / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
        else:
            return folder


__all__ = ["numbered_folder"]
