"""Detections somebody computed before: a MOT ``det.txt``, so that public detections run like any detector.

Each line is ``frame, id, left, top, width, height[, score[, ...]]``, frames counted from 1. A file without
scores, or with -1 throughout, gives every box the score 1.

Scores belong in [0, 1]. Public files hold others, so if any score of a file lies outside, all of that file
are mapped by one increasing function: MOT15 writes percentages (the largest is above 10), which become
``score / 100`` cut at 0 and 1; DPM writes margins of about -0.5 to 5, which become ``1 / (1 + exp(-score))``.
The scores as written stay readable in ``raw_scores``.
"""

from __future__ import annotations

import gzip
import logging
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from boxtrail.detectors.detector import Detections, Image, no_detections, num_images
from boxtrail.errors import DetectorError

FloatArray = NDArray[np.float64]

logger = logging.getLogger(__name__)

_PERCENT_ABOVE = 10.0  # margins of detectors stay below this, percentages of any real file do not


class FileDetector:
    """The detections of a MOT file, by frame index; the images are not looked at.

    Args:
        path: a ``det.txt`` of 6 to 10 comma-separated columns, also gzipped, or a MOT sequence folder.

    Raises:
        DetectorError: naming the file, and the line where one is malformed.
    """

    names: Mapping[int, str]

    def __init__(self, path: str | Path) -> None:
        self.path = _find_file(Path(path))
        self.names = {0: "person"}
        table, self.raw_scores = _read(self.path)
        _tell_of_oddities(self.path, table[:, 5], self.raw_scores)
        self._frames = _by_frame(table)
        self._next_index = 0

    def __call__(
        self, images: Sequence[Image], frame_indices: Sequence[int] | None = None
    ) -> list[Detections]:
        """(N, 6) detections of each frame; without ``frame_indices`` frames count from the last reset."""
        count = num_images(images, frame_indices)
        indices = (
            range(self._next_index, self._next_index + count) if frame_indices is None else frame_indices
        )
        if count:
            self._next_index = int(indices[-1]) + 1
        return [self.frame(index) for index in indices]

    def frame(self, index: int) -> Detections:
        """(N, 6) detections of the frame ``index``, from 0: the file calls it ``index + 1``."""
        rows = self._frames.get(int(index) + 1)
        return no_detections() if rows is None else rows.copy()

    def reset(self) -> None:
        """Count frames from 0 again."""
        self._next_index = 0


def _tell_of_oddities(path: Path, scores: FloatArray, raw_scores: FloatArray) -> None:
    """Say what explains a run with few tracks or none: an empty file, or scores on another scale."""
    if not scores.size:
        logger.warning("%s holds no detections", path)
    elif not np.array_equal(scores, raw_scores) and not (raw_scores == -1.0).all():
        share = 100.0 * float((scores > 0.6).mean())
        logger.warning(
            "%s: scores from %g to %g were mapped to [0, 1]; %.0f %% are above 0.6. Trackers with score thresholds may "
            "need lower ones",
            path, raw_scores.min(), raw_scores.max(), share,
        )  # fmt: skip


def _find_file(path: Path) -> Path:
    if path.is_dir():
        candidates = [path / "det" / "det.txt", path / "det" / "det.txt.gz", path / "det.txt"]
        found = next((candidate for candidate in candidates if candidate.is_file()), None)
        if found is None:
            raise DetectorError(
                f"{path}: no det/det.txt in this folder; detections of a benchmark are file:FOLDER/{{sequence}}.txt"
            )
        return found
    if not path.is_file():
        raise DetectorError(f"{path}: no such detections file")
    return path


def _read(path: Path) -> tuple[FloatArray, FloatArray]:
    """The table (N, 6) ``frame, x1, y1, x2, y2, score`` of a file, and the scores (N,) as written."""
    rows = [
        row for number, line in enumerate(_lines(path), 1) if (row := _parse(line, path, number)) is not None
    ]
    table = np.array(rows, dtype=np.float64).reshape(-1, 6)
    table[:, 3:5] += table[:, 1:3]
    raw_scores = table[:, 5].copy()
    table[:, 5] = _unit_scores(raw_scores)
    return table, raw_scores


def _lines(path: Path) -> list[str]:
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        return data.decode("utf-8-sig").splitlines()
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DetectorError(f"{path}: cannot read detections: {error}") from error


def _parse(line: str, path: Path, number: int) -> tuple[float, ...] | None:
    """``frame, left, top, width, height, score`` of a line; None for an empty one."""
    line = line.strip()
    if not line:
        return None
    fields = line.split(",") if "," in line else line.split()
    if not 6 <= len(fields) <= 10:
        raise DetectorError(
            f"{path}, line {number}: expected 6 to 10 comma-separated columns, found {len(fields)}"
        )
    try:
        values = [float(field) for field in fields[:7]]
    except ValueError as error:
        raise DetectorError(f"{path}, line {number}: {error}") from error
    if not np.isfinite(values).all():
        raise DetectorError(f"{path}, line {number}: a value is not finite: {line}")
    if values[0] < 1 or values[0] != int(values[0]):
        raise DetectorError(f"{path}, line {number}: frames count from 1, found {fields[0].strip()}")
    return (values[0], *values[2:6], values[6] if len(values) > 6 else 1.0)


def _unit_scores(scores: FloatArray) -> FloatArray:
    """Scores (N,) mapped to [0, 1] as the module says."""
    if not scores.size or (scores.min() >= 0.0 and scores.max() <= 1.0):
        return scores
    if (scores == -1.0).all():
        return np.ones_like(scores)
    if scores.max() > _PERCENT_ABOVE:
        return np.clip(scores / 100.0, 0.0, 1.0)
    return 1.0 / (1.0 + np.exp(-np.clip(scores, -700.0, 700.0)))


def _by_frame(table: FloatArray) -> dict[int, Detections]:
    """Rows of each frame in the order of the file, frames counted from 1."""
    order = np.argsort(table[:, 0], kind="stable")
    frames, starts = np.unique(table[order, 0], return_index=True)
    detections = np.column_stack([table[order, 1:], np.zeros(len(table))])
    return (
        dict(zip(frames.astype(int).tolist(), np.split(detections, starts[1:]), strict=True))
        if len(table)
        else {}
    )
