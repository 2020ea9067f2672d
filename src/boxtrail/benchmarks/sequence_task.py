"""Computing what a cache keeps of one sequence: a task that may run in any process, and twice."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from boxtrail.benchmarks.benchmark import BenchmarkSequence
from boxtrail.benchmarks.cache_file import Arrays, DamagedFileError, read_arrays, write_arrays
from boxtrail.benchmarks.class_map import to_benchmark_classes
from boxtrail.benchmarks.config import BenchmarkConfig
from boxtrail.benchmarks.content import ContentHashes, file_hash, key_of
from boxtrail.benchmarks.frame_pass import FramePass, Watch
from boxtrail.benchmarks.images import check_frames, image_files
from boxtrail.benchmarks.recipe import CACHE_VERSION, Recipe
from boxtrail.benchmarks.tools import camera_of, detector_of, embedder_of
from boxtrail.detectors import Detector, FileDetector, create_detector
from boxtrail.errors import SourceError
from boxtrail.motion.gmc_file import read_gmc
from boxtrail.timings import Timings

FloatArray: TypeAlias = NDArray[np.float64]
DETECTIONS, EMBEDDINGS, WARPS = "detections", "embeddings", "warps"


@dataclass(frozen=True, slots=True)
class SequenceTask:
    """One sequence of a benchmark, what is wanted of it, and the folder its files go to."""

    config: BenchmarkConfig
    title: str  # of benchmark and split, for messages
    sequence: BenchmarkSequence
    recipe: Recipe
    folder: Path
    detections_file: Path | None  # where the detector is "public" or "file:PATH"
    warps_file: Path | None  # where the camera motion is "file:PATH"

    @property
    def needs_images(self) -> bool:
        """Whether anything has to be computed from frames."""
        recipe = self.recipe
        return recipe.detector_needs_images or recipe.camera_needs_images or recipe.reid is not None


@dataclass(frozen=True, slots=True)
class GeneratedSequence:
    """The files of one sequence, and how they came about.

    Attributes:
        files: part → file, of the parts wanted.
        computed: parts that were computed now.
        damaged: lines that name files that were damaged and computed again.
        timings: of computing.
    """

    name: str
    files: Mapping[str, Path]
    computed: tuple[str, ...]
    damaged: tuple[str, ...]
    timings: Timings


def generate_sequence(task: SequenceTask, watch: Watch | None = None) -> GeneratedSequence:
    """Compute what is missing or damaged of one sequence; ``watch`` hears of each frame.

    Raises:
        SourceError: if frames or files are missing or cannot be read.
        SinkError: if a file cannot be written.
        BoxtrailError: whatever detector, embedder and estimator raise.
    """
    keys = part_keys(task)
    files = {part: task.folder / f"{part}-{key}.npz" for part, key in keys.items()}
    damaged, kept = [], {}
    for part, path in files.items():
        try:
            arrays, meta = read_arrays(path)
            if meta["key"] != keys[part]:
                raise DamagedFileError(f"{path} is damaged: it holds something else")
            kept[part] = arrays
        except FileNotFoundError:
            continue
        except DamagedFileError as error:
            damaged.append(str(error))
    missing = tuple(part for part in files if part not in kept)
    chunks = task.folder / f"chunks-{key_of(keys)}"
    timings = Timings()
    if missing:
        began = time.perf_counter()
        made = _compute(task, missing, kept.get(DETECTIONS), chunks, timings, watch)
        for part in missing:
            arrays, meta = made[part]
            write_arrays(files[part], arrays, {"key": keys[part], **meta})
        timings.wall = time.perf_counter() - began
    shutil.rmtree(chunks, ignore_errors=True)  # another process may be at it, too; it keeps all in memory
    return GeneratedSequence(task.sequence.name, files, missing, tuple(damaged), timings)


def part_keys(task: SequenceTask) -> dict[str, str]:
    """The key of each part that is wanted: a hash of all that its content depends on.

    Raises:
        SourceError: if a file cannot be read.
    """
    recipe, sequence = task.recipe, task.sequence
    frames = None
    if task.needs_images:
        images = image_files(sequence)
        frames = ContentHashes(task.folder / "hashes.json").of(images)
    span = [sequence.first_frame, sequence.num_frames]
    detections = {
        "version": CACHE_VERSION,
        "span": span,
        "frames": frames if recipe.detector_needs_images else None,
        "file": None if task.detections_file is None else file_hash(task.detections_file),
        "detector": recipe.detector_key,
        "conf": recipe.conf,
        "classes": None if recipe.classes is None else list(recipe.classes),
        "scored": {str(label): name for label, name in task.config.classes.items()},
        "names": dict(task.config.detector_classes),
    }
    keys = {DETECTIONS: key_of(detections)}
    if recipe.reid is not None:
        reid = {"reid": recipe.reid_key, "half": recipe.half, "arch": recipe.reid_arch}
        keys[EMBEDDINGS] = key_of(
            {"version": CACHE_VERSION, "of": keys[DETECTIONS], "frames": frames, **reid}
        )
    if recipe.camera_motion is not None:
        file = None if task.warps_file is None else file_hash(task.warps_file)
        seen = {"frames": frames, "of": keys[DETECTIONS]} if file is None else {}
        name = recipe.camera_motion.strip().casefold() if file is None else None
        keys[WARPS] = key_of({"version": CACHE_VERSION, "span": span, "camera": name, "file": file, **seen})
    return keys


def _compute(
    task: SequenceTask,
    missing: tuple[str, ...],
    cached: Arrays | None,
    chunks: Path,
    timings: Timings,
    watch: Watch | None,
) -> dict[str, tuple[Arrays, dict[str, Any]]]:
    """Arrays and meta values of the missing parts."""
    known = _known_detections(task, cached)
    size = task.sequence.frame_size
    made: dict[str, tuple[Arrays, dict[str, Any]]] = {}
    looks = (known is None, EMBEDDINGS in missing, WARPS in missing and task.recipe.camera_needs_images)
    if any(looks) and task.sequence.num_frames:
        detector = detector_of(task.recipe) if known is None else None
        found = _pass(task, detector, known, looks, chunks, timings, watch).run()
        size = size or (int(found["size"][0]), int(found["size"][1]))
    else:
        found = _without_images(task, known or [])
    if DETECTIONS in missing:
        arrays = {"detections": found["detections"], "offsets": _offsets(found["counts"])}
        made[DETECTIONS] = (arrays, {"frame_size": size})
    if EMBEDDINGS in missing:
        made[EMBEDDINGS] = ({"embeddings": found["embeddings"]}, {})
    if WARPS in missing:
        warps = found["warps"] if task.warps_file is None else _file_warps(task, task.warps_file)
        made[WARPS] = ({"warps": warps}, {})
    return made


def _pass(
    task: SequenceTask,
    detector: Detector | None,
    known: list[FloatArray] | None,
    looks: tuple[bool, bool, bool],
    chunks: Path,
    timings: Timings,
    watch: Watch | None,
) -> FramePass:
    sequence, recipe = task.sequence, task.recipe
    frames = check_frames(sequence)
    names = {} if detector is None else detector.names
    return FramePass(
        frames=frames, first=sequence.first_frame, num_frames=sequence.num_frames, folder=chunks,
        key=chunks.name, detector=detector, known=known,
        mapped=partial(to_benchmark_classes, names=names, config=task.config),
        embedder=embedder_of(recipe) if looks[1] else None, camera=camera_of(recipe) if looks[2] else None,
        batch_size=recipe.batch_size, timings=timings, watch=watch,
    )  # fmt: skip


def _known_detections(task: SequenceTask, cached: Arrays | None) -> list[FloatArray] | None:
    """Detections of each frame that need no image; None if they need one."""
    if cached is not None:
        return np.split(cached["detections"], cached["offsets"][1:-1])
    if task.detections_file is None:
        return None
    recipe, sequence = task.recipe, task.sequence
    reader = create_detector(FileDetector(task.detections_file), conf=recipe.conf, classes=recipe.classes)
    frames = range(sequence.first_frame, sequence.first_frame + sequence.num_frames)
    blank = np.zeros((1, 1, 3), dtype=np.uint8)  # a file looks at no image
    found = reader([blank] * len(frames), list(frames))
    return [to_benchmark_classes(rows, reader.names, task.config) for rows in found]


def _without_images(task: SequenceTask, known: list[FloatArray]) -> Arrays:
    """What a pass would give where there is nothing to look at."""
    width = next((rows.shape[1] for rows in known if len(rows)), 6)
    arrays: Arrays = {
        "counts": np.array([len(rows) for rows in known], dtype=np.int64),
        "detections": np.concatenate([rows for rows in known if len(rows)] or [np.empty((0, width))]),
        "warps": np.empty((0, 2, 3)),
    }
    if task.recipe.reid is not None and not task.sequence.num_frames:
        arrays["embeddings"] = np.empty((0, embedder_of(task.recipe).dim), dtype=np.float32)
    return arrays


def _offsets(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _file_warps(task: SequenceTask, path: Path) -> FloatArray:
    """The warps (num_frames, 2, 3) of the split's frames; a file has a row for each frame of the whole sequence."""
    warps, sequence = read_gmc(path), task.sequence
    if len(warps) < sequence.first_frame + sequence.num_frames:
        raise SourceError(
            f"{path}: {len(warps)} frames of camera motion, but {sequence.name} has {sequence.length}"
        )
    return warps[sequence.first_frame :][: sequence.num_frames]


__all__ = [
    "DETECTIONS",
    "EMBEDDINGS",
    "WARPS",
    "GeneratedSequence",
    "SequenceTask",
    "generate_sequence",
    "part_keys",
]
