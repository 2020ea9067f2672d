"""A gallery out of pictures: a folder for each identity, cut-outs of it inside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from boxtrail.errors import ConfigError, require
from boxtrail.reid.embedder import Embedder
from boxtrail.reid.gallery import Gallery

IMAGE_SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}


def pictures_of(folder: str | Path) -> dict[str, list[Path]]:
    """The pictures in ``<folder>/<name>/``, by name, both in alphabetical order.

    Raises:
        ConfigError: if the folder is missing or holds no pictures in folders, or one of these holds none.
    """
    root = Path(folder).expanduser()
    if not root.is_dir():
        raise ConfigError(f"{folder}: there is no such folder")
    found = {
        entry.name: sorted(path for path in entry.iterdir() if path.suffix.lower() in IMAGE_SUFFIXES)
        for entry in sorted(root.iterdir())
        if entry.is_dir() and not entry.name.startswith(".")
    }
    if not found:
        raise ConfigError(
            f"{folder}: it holds no folders; put the pictures of each identity into one, <name>/<image>"
        )
    for name, paths in found.items():
        if not paths:
            raise ConfigError(
                f"{root / name}: there are no pictures in it ({', '.join(sorted(IMAGE_SUFFIXES))})"
            )
    return found


def enrol_folder(
    gallery: Gallery,
    embedder: Embedder,
    folder: str | Path,
    *,
    on_picture: Callable[[], None] = lambda: None,  # called after each
) -> None:
    """Add what the pictures show: each is one whole cut-out of its identity.

    Raises:
        ConfigError: as :func:`pictures_of`, and for a picture that cannot be read; the gallery is as it was then.
        MissingExtraError: if OpenCV is not installed.
    """
    cv2 = require("cv2", "video", "reading pictures")
    embeddings = {}
    for name, paths in pictures_of(folder).items():
        rows = []
        for path in paths:
            image = (
                cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR) if path.stat().st_size else None
            )
            if image is None:
                raise ConfigError(f"{path}: this is no picture that can be read")
            height, width = image.shape[:2]
            rows.append(embedder.embed(image, np.array([[0.0, 0.0, width, height, 1.0, 0.0]]))[0])
            on_picture()
        embeddings[name] = np.array(rows)
    for name, of_name in embeddings.items():
        gallery.enrol(name, of_name)


__all__ = ["enrol_folder", "pictures_of"]
