"""The real sequences accuracy is measured on: MOT17 second halves and DanceTrack, from the shared data."""

from __future__ import annotations

import gzip
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxtrail.io.formats.seqinfo import read_seqinfo

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Sequence:
    """Detections and ground truth of one video, frames counted from 1."""

    name: str
    num_frames: int
    frame_rate: float
    frame_size: tuple[int, int]  # width and height in pixels
    detections: list[Array]  # one (N, 6) a frame: x1, y1, x2, y2, conf, cls; rows in the file's order
    truth: Array  # (R, 8+) as in the gt file: frame, id, left, top, width, height, flag, class, ...
    warps: Array  # (num_frames, 2, 3) published camera motion, previous frame to this one


def data_folder() -> Path:
    """`BOXTRAIL_DATA`, or `shared/data` beside the checkout; raises FileNotFoundError when there is none."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("BOXTRAIL_DATA", beside))
    if not folder.is_dir():
        raise FileNotFoundError(f"no real data at {folder}; set BOXTRAIL_DATA")
    return folder


def read_table(path: Path) -> Array:
    """A comma-separated file of numbers, gzipped or not, as (rows, columns); (0, 10) for an empty file."""
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if not text.strip():
        return np.empty((0, 10))
    return np.loadtxt(text.decode().splitlines(), delimiter=",", ndmin=2)


def second_half(table: Array, length: int) -> Array:
    """The rows of the frames after `length // 2 + 1`, that number taken off the first column."""
    cut = length // 2 + 1
    kept = table[table[:, 0] > cut].copy()
    kept[:, 0] -= cut
    return kept


def read_warps(path: Path, num_frames: int) -> Array:
    """The last `num_frames` rows of a file of camera motion, as (num_frames, 2, 3).

    A file has one row a frame of the whole video, the first one the identity: the row of a frame moves the frame before
    onto it. A second half therefore ends with the file, and starts with a motion that no track is there to follow.
    """
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = np.loadtxt(data.decode().splitlines(), ndmin=2)
    return rows[-num_frames:, 1:7].reshape(-1, 2, 3)


def split_frames(table: Array, num_frames: int) -> list[Array]:
    """MOT detection rows as one (N, 6) `x1, y1, x2, y2, conf, cls` a frame, rows in the file's order."""
    corners = table[:, 2:4] + table[:, 4:6]
    rows = np.column_stack([table[:, 2:4], corners, table[:, 6], np.zeros(len(table))])
    return [np.ascontiguousarray(rows[table[:, 0] == frame]) for frame in range(1, num_frames + 1)]


def mot17_second_halves(data: Path) -> list[Sequence]:
    """The seven training sequences from the middle on, with the YOLOX-X detections of the ablation model."""
    found = []
    for folder in sorted((data / "MOT17" / "train").iterdir()):
        name = folder.name.removesuffix("-DPM")
        length, frame_rate, size = _seqinfo(folder)
        num_frames = length - (length // 2 + 1)
        detections = read_table(data / "detections" / "yolox_x_ablation" / "MOT17" / f"{name}.txt")
        frames = split_frames(second_half(detections, length), num_frames)
        truth = second_half(read_table(folder / "gt" / "gt.txt"), length)
        warps = read_warps(data / "gmc" / "MOT17" / f"GMC-{name}.txt", num_frames)
        found.append(Sequence(name, num_frames, frame_rate, size, frames, truth, warps))
    return found


def dancetrack(data: Path) -> list[Sequence]:
    """The 13 validation sequences at hand, whole, with their YOLOX-X detections."""
    found = []
    for folder in sorted((data / "DanceTrack" / "val").iterdir()):
        length, frame_rate, size = _seqinfo(folder)
        file = data / "detections" / "yolox_x_dancetrack" / "DanceTrack" / f"{folder.name}.txt.gz"
        frames = split_frames(read_table(file), length)
        truth = read_table(folder / "gt" / "gt.txt")
        warps = read_warps(data / "gmc" / "DanceTrack" / f"GMC-{folder.name}.txt.gz", length)
        found.append(Sequence(folder.name, length, frame_rate, size, frames, truth, warps))
    return found


def _seqinfo(folder: Path) -> tuple[int, float, tuple[int, int]]:
    info = read_seqinfo(folder / "seqinfo.ini")
    if info.num_frames is None or info.frame_rate is None or info.frame_size is None:
        raise ValueError(f"{folder / 'seqinfo.ini'} lacks the length, the rate or the size of the frames")
    return info.num_frames, info.frame_rate, info.frame_size
