"""What can be handed to ``predict``: paths, addresses, arrays, pictures, folders, videos, and lists of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import InvalidInputError, SourceError
from boxtrail.io.images import SUFFIXES as IMAGE_SUFFIXES
from boxtrail.io.images import natural_key
from boxtrail.io.stream import is_url
from boxtrail.io.video import SUFFIXES as VIDEO_SUFFIXES

IMAGE_FOLDER, META_FILE = "img", "meta.json"  # of a Supervisely project


@dataclass(frozen=True, slots=True, eq=False)
class ImageInput:
    """One image: an array (H, W, 3) RGB, a file or an address."""

    source: Any  # as it was handed in
    name: str | None = None
    path: Path | None = None
    url: str | None = None
    array: NDArray[np.uint8] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class VideoInput:
    """One video file, or one at an address."""

    source: Any
    name: str
    path: Path | None = None
    url: str | None = None


Input = ImageInput | VideoInput


def resolve(given: Any, *, recursive: bool = False, allow_urls: bool = False) -> list[Input]:
    """The images and videos behind an input, in order.

    Args:
        given: a path or address of an image or video, a folder, a Supervisely project, an array (H, W, 3) or (H, W)
            uint8 RGB, a picture of Pillow, or a list of any of them.
        recursive: whether folders are searched below their own level.
        allow_urls: whether addresses are fetched; without it they are refused.

    Raises:
        SourceError: if something is not there, or an address is not allowed.
        InvalidInputError: for a thing that is no image.
    """
    if isinstance(given, (list, tuple)):
        if not given:
            raise SourceError("nothing to predict: the list is empty")
        return [entry for one in given for entry in resolve(one, recursive=recursive, allow_urls=allow_urls)]
    if isinstance(given, (str, Path)):
        return _at(given, recursive=recursive, allow_urls=allow_urls)
    return [ImageInput(given, array=pixels(given))]


def is_stream(inputs: Sequence[Input]) -> bool:
    """Whether the images come from different places and so follow no order in time."""
    return any(isinstance(entry, VideoInput) for entry in inputs)


def _at(given: str | Path, *, recursive: bool, allow_urls: bool) -> list[Input]:
    text = str(given)
    if is_url(text):
        return [_address(text, allow_urls=allow_urls)]
    path = Path(text).expanduser()
    if path.is_dir():
        return _folder(path, given, recursive=recursive)
    if not path.exists():
        raise SourceError(f"no such file or folder: {path}")
    return [_file(path, given)]


def _file(path: Path, source: Any) -> Input:
    suffix = path.suffix.lower()
    if suffix in IMAGE_SUFFIXES:
        return ImageInput(source, path.name, path)
    if suffix in VIDEO_SUFFIXES:
        return VideoInput(source, path.name, path)
    raise SourceError(f"cannot predict on {path}: {suffix or 'a file without a suffix'} is no image or video")


def _address(url: str, *, allow_urls: bool) -> Input:
    if not allow_urls:
        raise SourceError(f"{url}: nothing is fetched unless you say so; pass allow_urls=True")
    name = Path(url.partition("?")[0]).name
    is_video = Path(name).suffix.lower() in VIDEO_SUFFIXES
    return VideoInput(url, name, url=url) if is_video else ImageInput(url, name, url=url)


def _folder(folder: Path, source: Any, *, recursive: bool) -> list[Input]:
    """Its images in natural order; of a Supervisely project those of its datasets, which lie in ``img``."""
    is_project = (folder / META_FILE).is_file()
    found = folder.rglob("*") if recursive or is_project else folder.iterdir()
    paths = sorted(
        (
            path
            for path in found
            if path.suffix.lower() in IMAGE_SUFFIXES
            and not path.name.startswith(".")
            and (not is_project or path.parent.name == IMAGE_FOLDER)
        ),
        key=natural_key,
    )
    if not paths:
        hint = "" if recursive else "; recursive=True looks below it too"
        raise SourceError(f"no images in folder {folder}{hint}")
    return [ImageInput(source, path.name, path) for path in paths]


def pixels(given: Any) -> NDArray[np.uint8]:
    """(H, W, 3) RGB of an array or a picture."""
    if hasattr(given, "convert") and hasattr(given, "getexif"):  # Pillow, without importing it
        given = given.convert("RGB")
    array = np.asarray(given)
    if array.dtype != np.uint8:
        raise InvalidInputError(
            f"an image is an array (H, W, 3) of uint8, RGB, a path or a picture, not {_what(given, array)}"
        )
    if array.ndim == 2:
        array = np.repeat(array[..., None], 3, axis=2)
    if array.ndim != 3 or array.shape[2] not in (3, 4) or 0 in array.shape:
        raise InvalidInputError(f"an image has shape (H, W, 3), not {array.shape}")
    return np.ascontiguousarray(array[..., :3])


def _what(given: Any, array: NDArray[Any]) -> str:
    return f"{array.shape} of {array.dtype}" if isinstance(given, np.ndarray) else f"{type(given).__name__}"


__all__ = ["ImageInput", "Input", "VideoInput", "is_stream", "pixels", "resolve"]
