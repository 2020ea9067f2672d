"""Images in a folder, by a pattern or of a MOTChallenge sequence, in natural order."""

from __future__ import annotations

import configparser
import glob
import logging
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import SourceError, require
from boxtrail.io.frame import Frame

FALLBACK_FPS = 30.0
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp"})
GENERIC_NAMES = frozenset({"img", "img1", "images", "frames"})

logger = logging.getLogger(__name__)


class ImageReader:
    """The images ``paths``, in that order, as frames of a video of ``fps`` frames a second.

    Raises:
        MissingExtraError: if OpenCV is not installed.
    """

    is_live = False

    def __init__(self, paths: Sequence[Path], name: str, fps: float = FALLBACK_FPS) -> None:
        require("cv2", "video", "reading images")
        self._paths = paths
        self._index = 0
        self.name = name
        self.fps = fps
        self.length: int | None = len(paths)

    def skip(self) -> bool:
        """Pass over one image without opening it; False at the end."""
        if self._index >= len(self._paths):
            return False
        self._index += 1
        return True

    def read(self) -> Frame | None:
        """The next image, or None at the end.

        Raises:
            SourceError: if the file cannot be decoded.
        """
        if not self.skip():
            return None
        index = self._index - 1
        path = self._paths[index]
        return Frame(read_image(path), index, index / self.fps, path)

    def rewind(self) -> None:
        """Go back to the first image."""
        self._index = 0

    def interrupt(self) -> None:
        """Nothing is waited for."""

    def close(self) -> None:
        """Nothing is held open between images."""


def read_image(path: Path) -> NDArray[np.uint8]:
    """The image at ``path``, (H, W, 3) uint8 BGR, turned upright by its EXIF tag.

    Raises:
        SourceError: if there is no such file, or it is no image OpenCV can decode.
    """
    cv2 = require("cv2", "video", "reading images")
    try:
        # Not imread: on Windows it cannot open paths with letters outside the system's code page.
        encoded = np.fromfile(path, dtype=np.uint8)
    except OSError as error:
        raise SourceError(f"cannot read image {path}: {error.strerror or error}") from error
    image = cv2.imdecode(encoded, cv2.IMREAD_COLOR) if encoded.size else None
    if image is None:
        what = "it is damaged or no image" if encoded.size else "the file is empty"
        raise SourceError(f"cannot read image {path}: {what}")
    return np.asarray(image, dtype=np.uint8)


def open_folder(folder: Path) -> ImageReader:
    """The images directly in ``folder``, or of the MOTChallenge sequence it belongs to.

    Raises:
        SourceError: if there are none, or seqinfo.ini cannot be understood.
    """
    sequence = folder if (folder / "seqinfo.ini").is_file() else folder.parent
    if (sequence / "seqinfo.ini").is_file():
        name, image_folder, fps = _sequence_info(sequence)
        if folder in (sequence, image_folder):
            return ImageReader(_images_in(image_folder), name, fps)
    if (folder / "img1").is_dir() and not in_order(folder.iterdir()):
        folder = folder / "img1"
    paths = _images_in(folder)
    logger.info("%s has no frame rate of its own; %g frames a second are assumed", folder, FALLBACK_FPS)
    return ImageReader(paths, _folder_name(folder))


def open_pattern(pattern: str) -> ImageReader:
    """The images that match the glob ``pattern``; ``**`` goes into folders.

    Raises:
        SourceError: if no image does.
    """
    paths = in_order(Path(match) for match in glob.glob(pattern, recursive=True))  # noqa: PTH207 (absolute ones too)
    if not paths:
        raise SourceError(f"no image matches {pattern}; {_known()}")
    return ImageReader(paths, _folder_name(paths[0].parent))


def natural_key(path: Path) -> list[tuple[int, int, str]]:
    """Sorts ``frame2`` before ``frame10``: digits count as numbers, letters without regard to case."""
    pieces = re.split(r"([0-9]+)", str(path))
    return [(0, int(piece), piece) if piece.isdigit() else (1, 0, piece.lower()) for piece in pieces if piece]


def in_order(paths: Iterable[Path]) -> list[Path]:
    """Those of ``paths`` that name an image and are not hidden, in natural order."""
    images = [path for path in paths if path.suffix.lower() in SUFFIXES and not path.name.startswith(".")]
    return sorted(images, key=natural_key)


def _images_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise SourceError(f"no such folder of images: {folder}")
    paths = in_order(folder.iterdir())
    if not paths:
        raise SourceError(f"no images in folder {folder}; {_known()}")
    return paths


def _folder_name(folder: Path) -> str:
    """The name of the folder, or of the one above where it only says what is in it."""
    folder = folder.resolve()
    return (folder.parent.name if folder.name in GENERIC_NAMES else folder.name) or "images"


def _known() -> str:
    return f"images end in {', '.join(sorted(SUFFIXES))}"


def _sequence_info(folder: Path) -> tuple[str, Path, float]:
    """Name, image folder and frame rate from seqinfo.ini."""
    path = folder / "seqinfo.ini"
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8-sig")
        section = parser["Sequence"]
        fps = float(section.get("frameRate", str(FALLBACK_FPS)))
    except (configparser.Error, KeyError, ValueError) as error:
        raise SourceError(f"cannot understand {path}: {error}") from error
    if not 0 < fps <= 1000:
        raise SourceError(f"cannot understand {path}: frameRate is {fps:g}")
    return section.get("name", folder.resolve().name), folder / section.get("imDir", "img1"), fps


__all__ = ["SUFFIXES", "ImageReader", "in_order", "natural_key", "open_folder", "open_pattern", "read_image"]
