"""Detector, embedder and camera motion run once over a benchmark; trackers are replayed on what they gave."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from boxtrail.benchmarks.benchmark import Benchmark, BenchmarkSequence, load_benchmark
from boxtrail.benchmarks.cache_file import read_arrays, remove_stale_partials
from boxtrail.benchmarks.images import check_frames
from boxtrail.benchmarks.layout import public_detections
from boxtrail.benchmarks.recipe import FILE, PUBLIC, Recipe, file_for, kind_of
from boxtrail.benchmarks.sequence import CachedSequence
from boxtrail.benchmarks.sequence_task import (
    DETECTIONS,
    EMBEDDINGS,
    WARPS,
    GeneratedSequence,
    SequenceTask,
    generate_sequence,
)
from boxtrail.detectors.factory import DetectorSpec
from boxtrail.errors import SourceError
from boxtrail.execution import open_executor

CACHE_VARIABLE = "BOXTRAIL_CACHE"

logger = logging.getLogger(__name__)


class Progress(Protocol):
    """What wants to be told how far :func:`generate` is."""

    def begin(self, label: str, total: int, unit: str) -> None:
        """Something with ``total`` steps begins; what was before is over."""

    def advance(self) -> None:
        """One more step is done."""

    def end(self) -> None:
        """All is over."""


@dataclass(frozen=True, slots=True, eq=False)
class GeneratedCache:
    """What :func:`generate` made or found.

    Attributes:
        cache_dir: folder of the benchmark's files.
        benchmark: what they are of.
        generated: a sequence each, in the benchmark's order.
    """

    cache_dir: Path
    benchmark: Benchmark
    generated: tuple[GeneratedSequence, ...]

    @property
    def files(self) -> list[Path]:
        """All files."""
        return [path for made in self.generated for path in made.files.values()]

    @property
    def num_computed(self) -> int:
        """Sequences of which something was computed now; the others were there."""
        return sum(1 for made in self.generated if made.computed)

    @property
    def damaged(self) -> list[str]:
        """Lines that name files that were damaged, and are computed again."""
        return [line for made in self.generated for line in made.damaged]

    @property
    def timings(self) -> dict[str, float]:
        """Frames, and seconds of reading, detecting, camera motion and embedding, over all that was computed now."""
        stages = ("frames", "wall", "read", "detect", "motion", "embed")
        return {stage: sum(getattr(made.timings, stage) for made in self.generated) for stage in stages}

    def sequences(self, *, with_truth: bool = True) -> list[CachedSequence]:
        """Every sequence, read and verified.

        Raises:
            DamagedFileError: naming a file that is not what was written.
            SourceError, InvalidInputError: if a truth cannot be read.
        """
        return [self.sequence(made.name, with_truth=with_truth) for made in self.generated]

    def sequence(self, name: str, *, with_truth: bool = True) -> CachedSequence:
        """One sequence, read and verified.

        Raises:
            KeyError: if there is none of that name.
            DamagedFileError, SourceError, InvalidInputError: as :meth:`sequences`.
        """
        files = {made.name: made.files for made in self.generated}[name]
        sequence = {sequence.name: sequence for sequence in self.benchmark.sequences}[name]
        truth = self.benchmark.truth(sequence) if with_truth else None
        return read_sequence(self.benchmark, sequence, files, truth)

    def __repr__(self) -> str:
        return (
            f"GeneratedCache({self.benchmark.title}: {len(self.generated)} sequences, "
            f"{self.num_computed} computed now, in {self.cache_dir})"
        )


def generate(
    benchmark: str | Path | Benchmark,
    detector: DetectorSpec = PUBLIC,
    *,
    reid: Any = None,
    camera_motion: str | None = None,
    split: str | None = None,
    data_dir: str | Path | None = None,
    cache_dir: str | Path | None = None,
    conf: float | None = None,
    classes: Sequence[int | str] | None = None,
    device: str = "auto",
    half: bool = False,
    reid_arch: str | None = None,
    detector_key: str | None = None,
    reid_key: str | None = None,
    batch_size: int = 1,
    executor: str = "local",
    workers: int | None = 1,
    gpus: float = 0.0,
    progress: Progress | None = None,
) -> GeneratedCache:
    """Compute detections, embeddings and warps of every sequence, or find them computed.

    Files are named by a hash of all their content depends on: the content of images or video, the detector with the
    content of its weights, the options. What is there and whole is kept; a call that was killed goes on where it was.

    Args:
        benchmark: see :func:`load_benchmark`, as ``split`` and ``data_dir``.
        detector: anything of :func:`boxtrail.detectors.create_detector`; ``"public"`` for the benchmark's own
            detections, ``"public:SDP"`` for those of one detector; ``"file:PATH"`` with a folder of one file a sequence
            or ``{sequence}`` in the path. The last three need no images.
        reid: anything of :func:`boxtrail.reid.create_embedder`, or an object with ``embed`` and ``dim``.
        camera_motion: anything of :func:`boxtrail.motion.make_estimator`.
        cache_dir: where files go; None for ``BOXTRAIL_CACHE``, or ``~/.cache/boxtrail``.
        conf, classes, device: of the detector.
        half, reid_arch: of the embedder.
        detector_key, reid_key: names of Python objects in the cache; needed where nothing else tells them apart.
        batch_size: frames that detector and embedder get at once.
        executor, workers: see :func:`boxtrail.execution.open_executor`; one worker is this process. The machines of a
            cluster must see the data and the cache under the same paths.
        gpus: GPUs a worker of a cluster needs.
        progress: is told of frames with one worker, of sequences with more.

    Raises:
        ConfigError: for an unknown benchmark, split, detector or option.
        SourceError: if data, images or detections are missing.
        SinkError: if a file cannot be written.
        BoxtrailError: whatever detector, embedder and estimator raise.
    """
    loaded = load_benchmark(benchmark, split=split, data_dir=data_dir)
    recipe = Recipe(
        detector=detector, reid=reid, camera_motion=camera_motion, conf=conf,
        classes=None if classes is None else tuple(classes), device=device, half=half, reid_arch=reid_arch,
        detector_key=detector_key, reid_key=reid_key, batch_size=batch_size,
    ).named()  # fmt: skip
    folder = find_cache_dir(cache_dir) / "".join(letter for letter in loaded.name.lower() if letter.isalnum())
    tasks = [sequence_task(loaded, sequence, recipe, folder) for sequence in loaded.sequences]
    for stale in remove_stale_partials(folder):
        logger.info("removed %s, left half written by a process that ended", stale)
    generated = _run(tasks, loaded.title, executor, workers, gpus, progress)
    for made in generated:
        for line in made.damaged:
            logger.warning("%s; computed again", line)
    return GeneratedCache(folder, loaded, tuple(generated))


def find_cache_dir(given: str | Path | None) -> Path:
    """The folder of all caches: as given, else ``BOXTRAIL_CACHE``, else ``~/.cache/boxtrail``."""
    return Path(given or os.environ.get(CACHE_VARIABLE) or "~/.cache/boxtrail").expanduser().absolute()


def sequence_task(
    benchmark: Benchmark, sequence: BenchmarkSequence, recipe: Recipe, folder: Path
) -> SequenceTask:
    """The task of one sequence, its inputs found.

    Raises:
        ConfigError: for public detections the benchmark does not have, or one file for many sequences.
        SourceError: if inputs are missing.
    """
    names = (sequence.name, *sequence.files.variants)
    of_all = len(benchmark.sequences) == 1
    detections = warps = None
    if isinstance(recipe.detector, str) and kind_of(recipe.detector) == PUBLIC:
        detections = _public(benchmark, sequence, recipe.detector.partition(":")[2].strip())
    elif isinstance(recipe.detector, str) and kind_of(recipe.detector) == FILE:
        detections = file_for(recipe.detector, names, of_all=of_all)
    if recipe.camera_motion is not None and kind_of(recipe.camera_motion) == FILE:
        warps = file_for(recipe.camera_motion, names, of_all=of_all, prefix="GMC-", what="camera motion")
    task = SequenceTask(
        benchmark.config, benchmark.title, sequence, recipe, folder / sequence.name, detections, warps
    )
    if task.needs_images:
        check_frames(sequence)
    return task


def read_sequence(
    benchmark: Benchmark, sequence: BenchmarkSequence, files: Any, truth: Any
) -> CachedSequence:
    """A sequence from its files.

    Raises:
        DamagedFileError: naming a file that is not what was written.
    """
    arrays, meta = read_arrays(files[DETECTIONS])
    for part in (EMBEDDINGS, WARPS):
        if part in files:
            arrays |= read_arrays(files[part])[0]
    return CachedSequence(
        name=sequence.name,
        num_frames=sequence.num_frames,
        frame_rate=sequence.frame_rate,
        frame_size=None if meta["frame_size"] is None else tuple(meta["frame_size"]),
        detections=arrays["detections"],
        offsets=arrays["offsets"],
        embeddings=arrays.get("embeddings"),
        warps=arrays.get("warps"),
        truth=truth,
        class_names=benchmark.class_names or None,
    )


def _public(benchmark: Benchmark, sequence: BenchmarkSequence, variant: str) -> Path:
    config = benchmark.config
    found = public_detections(config, benchmark.split, benchmark.root, sequence.files, variant)
    if found is None:
        what = f"public detections {variant}" if variant else "public detections"
        raise SourceError(
            f"{benchmark.title}: no {what} of sequence {sequence.name!r}; give another detector, or file:PATH"
        )
    return found


def _run(
    tasks: list[SequenceTask],
    title: str,
    spec: str,
    workers: int | None,
    gpus: float,
    progress: Progress | None,
) -> list[GeneratedSequence]:
    done: dict[int, GeneratedSequence] = {}
    with open_executor(spec, workers=workers) as executor:
        try:
            if executor.num_workers == 1 and spec == "local":
                for index, task in enumerate(tasks):
                    done[index] = generate_sequence(task, _watch(progress, task))
            else:
                if progress is not None:
                    progress.begin(title, len(tasks), "sequences")
                for index, made in executor.map(generate_sequence, tasks, gpus=gpus):
                    done[index] = made
                    if progress is not None:
                        progress.advance()
        finally:
            if progress is not None:
                progress.end()
    return [done[index] for index in range(len(tasks))]


def _watch(progress: Progress | None, task: SequenceTask) -> Callable[[int], None] | None:
    if progress is None:
        return None
    progress.begin(task.sequence.name, task.sequence.num_frames, "frames")
    return lambda _count: progress.advance()


__all__ = [
    "CACHE_VARIABLE",
    "GeneratedCache",
    "Progress",
    "find_cache_dir",
    "generate",
    "read_sequence",
    "sequence_task",
]
