"""The picture of every track in every frame, a folder a track."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxtrail.errors import SinkError, require
from boxtrail.io.atomic import cannot_write, complete, partial_path
from boxtrail.io.frame import Frame
from boxtrail.io.sinks import SinkInfo
from boxtrail.results import TrackResults

FRAME_DIGITS = 6


class CropSink:
    """Writes ``<path>/<track id>/<frame index>.jpg``, the part of the box that lies in the image.

    Oriented boxes are turned upright, black where they leave the image. A coasting track was not seen, and
    gives no picture. An older folder of crops is replaced on completion; any other folder is refused.

    Raises:
        SinkError: if ``path`` exists and is no folder of crops, or cannot be written.
        MissingExtraError: if OpenCV is not installed.
    """

    def __init__(self, path: str | Path, info: SinkInfo) -> None:
        self._cv2 = require("cv2", "video", "writing crops")
        self.path = Path(path).expanduser()
        self._partial = partial_path(self.path)
        self._ended = False
        self._older = self.path.with_name(f"{self.path.name}.replaced")
        for folder in (self.path, self._partial, self._older):
            _check_replaceable(folder)
        try:
            _remove(self._partial)
            self._partial.mkdir(parents=True)
        except OSError as error:
            raise cannot_write(self._partial, error) from error

    def write(self, frame: Frame, tracks: TrackResults) -> None:
        """Write one picture a track that was seen in this frame."""
        if self._ended:
            raise SinkError(f"cannot write {self.path}: it is closed")
        seen = TrackResults(tracks[tracks.det_ind >= 0])
        for track_id, upright, oriented in zip(seen.id.tolist(), seen.xyxy, seen.xywha, strict=True):
            crop = cut_upright(frame.image, oriented) if tracks.is_obb else clip(frame.image, upright)
            if crop.size:
                self._save(crop, self._partial / str(track_id) / f"{frame.index:0{FRAME_DIGITS}d}.jpg")

    def _save(self, crop: NDArray[np.uint8], path: Path) -> None:
        _, encoded = self._cv2.imencode(".jpg", crop)
        try:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(encoded.tobytes())
        except OSError as error:
            raise cannot_write(path, error) from error

    def close(self) -> None:
        """Complete: the folder gets its name, in place of an older one."""
        if self._ended:
            return
        self._ended = True
        try:
            _remove(self._older)
            if self.path.exists():
                self.path.replace(self._older)
            complete(self._partial, self.path)
            _remove(self._older)
        except OSError as error:
            raise cannot_write(self.path, error) from error

    def abort(self) -> None:
        """Interrupted: the pictures so far stay under the partial name."""
        self._ended = True


def clip(image: NDArray[np.uint8], box: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The part of ``image`` inside ``box`` (4,) ``x1, y1, x2, y2``; empty if there is none."""
    height, width = image.shape[:2]
    x1, y1 = np.floor(box[:2] + 0.5).clip(0, [width, height]).astype(int)
    x2, y2 = np.floor(box[2:] + 0.5).clip(0, [width, height]).astype(int)
    return image[y1:y2, x1:x2]


def cut_upright(image: NDArray[np.uint8], box: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The oriented ``box`` (5,) ``cx, cy, w, h, angle`` turned upright, black outside; empty if it misses the image."""
    cv2 = require("cv2", "video", "cutting oriented boxes")
    cx, cy, w, h, angle = box.tolist()
    # No box shows more than the image's diagonal; a runaway one must not fill the memory.
    longest = float(np.hypot(*image.shape[:2]))
    width, height = (max(1, round(min(side, longest))) for side in (w, h))
    cos, sin = np.cos(angle), np.sin(angle)
    from_crop = np.array([[cos, -sin, 0.0], [sin, cos, 0.0]])
    from_crop[:, 2] = np.array([cx, cy]) - from_crop[:, :2] @ [(width - 1) / 2.0, (height - 1) / 2.0]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    inside = np.full(image.shape[:2], 255, dtype=np.uint8)
    if not cv2.warpAffine(inside, from_crop, (width, height), flags=flags).any():
        return image[:0]
    return np.asarray(cv2.warpAffine(image, from_crop, (width, height), flags=flags), dtype=np.uint8)


def _check_replaceable(path: Path) -> None:
    """Refuse anything but a folder of crops: it is going to be deleted."""
    if not path.exists():
        return
    if path.is_dir() and all(_is_crop_folder(entry) for entry in path.iterdir()):
        return
    raise SinkError(f"cannot write crops to {path}: it exists and holds other things; give a new folder")


def _is_crop_folder(folder: Path) -> bool:
    if not (folder.is_dir() and folder.name.isdecimal()):
        return False
    return all(file.suffix == ".jpg" and file.stem.isdecimal() for file in folder.iterdir())


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


__all__ = ["CropSink", "clip", "cut_upright"]
