"""Recorded detections of the benchmarks, frame by frame."""

from __future__ import annotations

import configparser
import gzip
from functools import lru_cache
from pathlib import Path

import numpy as np

from boxtrail.boxes import FloatArray

MOT15 = (
    "ADL-Rundle-6", "ETH-Sunnyday", "KITTI-13", "KITTI-17", "PETS09-S2L1", "TUD-Campus", "TUD-Stadtmitte", "Venice-2",
)  # fmt: skip
MOT17 = tuple(f"MOT17-{number}" for number in ("02", "04", "05", "09", "10", "11", "13"))
DANCE = (
    "0004",
    "0007",
    "0014",
    "0019",
    "0026",
    "0034",
    "0041",
    "0047",
    "0063",
    "0073",
    "0079",
    "0090",
    "0097",
)

FILES = (
    *(f"MOT17/train/{name}-DPM/det/det.txt" for name in MOT17),
    *(f"detections/yolox_x_ablation/MOT17/{name}.txt" for name in MOT17),
    *(f"MOT15/train/{name}/det/det.txt" for name in MOT15),
    *(
        f"detections/sort_frcnn/MOT15/{n}.txt"
        for n in (*MOT15, "ADL-Rundle-8", "ETH-Bahnhof", "ETH-Pedcross2")
    ),
    "PETS09/extra/S3-MF1/det/det.txt",
    *(f"detections/yolox_x_dancetrack/DanceTrack/dancetrack{number}.txt.gz" for number in DANCE),
)


@lru_cache(maxsize=2)
def frames(path: Path) -> list[FloatArray]:
    """(N, 6) detections of every frame from 1; scores that are no probabilities are squashed into [0, 1]."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        rows = np.loadtxt(file, delimiter=",", ndmin=2)
    scores = rows[:, 6]
    if scores.min() < 0.0 or scores.max() > 1.0:
        scores = 1.0 / (1.0 + np.exp(-4.0 * (scores - np.median(scores)) / scores.std()))
    boxes = np.column_stack(
        [rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6], np.round(scores, 2), np.zeros(len(rows))]
    )
    return [boxes[rows[:, 0] == frame] for frame in range(1, int(rows[:, 0].max()) + 1)]


def camera_motion(data_dir: Path, benchmark: str, sequence: str) -> FloatArray:
    """(F, 2, 3) recorded warps of a sequence, previous-frame to current coordinates."""
    path = data_dir / f"gmc/{benchmark}/GMC-{sequence}.txt"
    rows = np.loadtxt(path if path.exists() else path.with_suffix(".txt.gz"))
    return rows[:, 1:7].reshape(-1, 2, 3)


def second_half(data_dir: Path, sequence: str) -> list[FloatArray]:
    """YOLOX detections of the frames of a MOT17 sequence that detector and trackers were not trained on."""
    length = int(_info(data_dir, sequence)["seqLength"])
    video = frames(data_dir / f"detections/yolox_x_ablation/MOT17/{sequence}.txt")
    video = video + [np.empty((0, 6))] * (length - len(video))
    return video[length // 2 + 1 : length]


def second_half_warps(data_dir: Path, sequence: str, frames: int) -> list[FloatArray]:
    """(2, 3) camera motion of each of these ``frames``, from the published file; line 0 is of the whole first frame."""
    table = np.loadtxt(data_dir / f"gmc/MOT17/GMC-{sequence}.txt")
    return list(table[-frames:, 1:7].reshape(-1, 2, 3))


def frame_rate(data_dir: Path, sequence: str) -> float:
    """Frames a second of a MOT17 sequence."""
    return float(_info(data_dir, sequence)["frameRate"])


def _info(data_dir: Path, sequence: str) -> configparser.SectionProxy:
    ini = configparser.ConfigParser()
    ini.read(data_dir / f"MOT17/train/{sequence}-DPM/seqinfo.ini")
    return ini["Sequence"]


def golden_rows(data_dir: Path, run: str, sequence: str) -> FloatArray:
    """Rows (frame, id, left, top, width, height, ...) of the authors' own output."""
    with gzip.open(data_dir / f"golden/MOT17-val-half/{run}/{sequence}.txt.gz", "rt") as file:
        return np.loadtxt(file, delimiter=",")
