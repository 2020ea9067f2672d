"""A benchmark with its files found: sequences to track, and rules to score them by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from boxtrail.benchmarks.catalogue import load_config
from boxtrail.benchmarks.config import BenchmarkConfig, SplitConfig
from boxtrail.benchmarks.layout import SequenceFiles, find_sequences
from boxtrail.benchmarks.truth import cut, read_truth
from boxtrail.errors import ConfigError, InvalidInputError, SourceError
from boxtrail.evaluation import Evaluation, SequenceRows, evaluate
from boxtrail.io.formats.seqinfo import SequenceInfo, read_seqinfo
from boxtrail.io.images import FALLBACK_FPS, SUFFIXES

MOST_FPS = 1000.0


@dataclass(frozen=True, slots=True)
class BenchmarkSequence:
    """One sequence, or a half of one.

    Attributes:
        name: unique in its split.
        files: where it lies.
        first_frame: index, from 0, of its first frame in the images, and in the truth.
        num_frames: frames from there on.
        length: frames of the whole sequence.
        frame_rate: frames a second.
        frame_size: width and height in pixels, None if no seqinfo.ini tells.
    """

    name: str
    files: SequenceFiles
    first_frame: int
    num_frames: int
    length: int
    frame_rate: float
    frame_size: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One split of a benchmark on this disk; see :func:`load_benchmark`."""

    config: BenchmarkConfig
    split_name: str
    split: SplitConfig
    root: Path
    sequences: tuple[BenchmarkSequence, ...]

    @property
    def name(self) -> str:
        """As its configuration calls it."""
        return self.config.name

    @property
    def title(self) -> str:
        """Name and split."""
        return f"{self.name} {self.split_name}"

    @property
    def class_names(self) -> dict[int, str]:
        """Class id → name of tracks; empty where the truth has numbers alone to match them with, as MOTChallenge's."""
        return {} if self.config.preprocess == "mot" else dict(self.config.classes)

    def truth(self, sequence: BenchmarkSequence) -> SequenceRows | None:
        """The ground truth of a sequence, frames from 1; None where there is none.

        Raises:
            SourceError: if the file cannot be read.
            InvalidInputError: naming file and line of a mistake.
        """
        path = sequence.files.truth
        if path is None:
            return None
        return cut(
            read_truth(path, self.config.truth_format), sequence.first_frame, sequence.num_frames, path
        )

    def truths(self) -> dict[str, SequenceRows]:
        """The ground truth of all sequences.

        Raises:
            SourceError: if one has none.
        """
        found: dict[str, SequenceRows] = {}
        for sequence in self.sequences:
            truth = self.truth(sequence)
            if truth is None:
                raise SourceError(f"{self.title}: sequence {sequence.name!r} has no ground truth to score by")
            found[sequence.name] = truth
        return found

    def evaluate(
        self, tracks: Mapping[str, SequenceRows], truths: Mapping[str, SequenceRows] | None = None
    ) -> Evaluation:
        """Score ``tracks``, sequence name → rows with frames from 1, by the rules of this benchmark.

        ``truths`` spares reading them again; sequences that are in neither are left aside.

        Raises:
            SourceError: if a sequence has no truth or no tracks.
        """
        truths = self.truths() if truths is None else truths
        rules, classes = self.config.preprocess, self.config.classes
        if rules in ("auto", "mot") or not classes:
            return evaluate(truths, tracks, preprocess=rules)
        named = list(classes.values()) if rules == "kitti" else dict(classes)
        return evaluate(truths, tracks, preprocess=rules, classes=named)


def load_benchmark(
    name_or_path: str | Path | Benchmark, *, split: str | None = None, data_dir: str | Path | None = None
) -> Benchmark:
    """A benchmark by name, or a YAML file or folder of one's own, with the sequences of a split.

    Args:
        name_or_path: a name of :func:`benchmark_names`, without regard to case and punctuation, the path of a YAML file
            or of a folder of sequences; or a benchmark that is loaded already.
        split: name of the split; None for the benchmark's default.
        data_dir: where benchmarks lie; None for ``BOXTRAIL_BENCHMARKS``, or ``datasets``.

    Raises:
        ConfigError: for an unknown benchmark or split, or a wrong YAML file.
        SourceError: if the data is not there, or a sequence tells nothing of its length.
        InvalidInputError: if a seqinfo.ini or truth file cannot be understood.
    """
    if isinstance(name_or_path, Benchmark):
        if split not in (None, name_or_path.split_name):
            raise ConfigError(f"{name_or_path.title} is loaded; load split {split!r} by its name")
        return name_or_path
    config, root = load_config(name_or_path, data_dir)
    split_name, chosen = config.split(split)
    files = find_sequences(config, split_name, chosen, root)
    return Benchmark(
        config, split_name, chosen, root, tuple(_sequence(config, chosen, file) for file in files)
    )


def _sequence(config: BenchmarkConfig, split: SplitConfig, files: SequenceFiles) -> BenchmarkSequence:
    info = SequenceInfo() if files.info is None else read_seqinfo(files.info)
    if info.frame_rate is not None and not 0.0 < info.frame_rate <= MOST_FPS:
        raise InvalidInputError(f"cannot understand {files.info}: frameRate is {info.frame_rate:g}")
    length = _length(config, files) if info.num_frames is None else info.num_frames
    rate = info.frame_rate or config.frame_rate or _own_rate(files.frames)
    middle = min(length // 2 + config.half_extra, length)
    first, last = {"all": (0, length), "first-half": (0, middle), "second-half": (middle, length)}[
        split.frames
    ]
    return BenchmarkSequence(files.name, files, first, last - first, length, rate, info.frame_size)


def _length(config: BenchmarkConfig, files: SequenceFiles) -> int:
    """Frames of a sequence without seqinfo.ini: its images, its video's, else up to the last row of its truth."""
    if files.frames is not None and files.frames.is_dir():
        return sum(1 for path in files.frames.iterdir() if _is_image(path))
    if files.frames is not None:
        from boxtrail.io.sources import open_source

        source = open_source(files.frames, prefetch=0)
        try:
            if source.num_frames is not None:
                return source.num_frames
        finally:
            source.close()
    if files.truth is None:
        raise SourceError(f"sequence {files.name!r}: neither seqinfo.ini, images nor truth tell its length")
    rows = read_truth(files.truth, config.truth_format)
    return int(rows.frames.max()) if len(rows) else 0


def _own_rate(frames: Path | None) -> float:
    """The frame rate of a video; images carry none."""
    if frames is None or frames.is_dir():
        return FALLBACK_FPS
    from boxtrail.io.sources import open_source

    source = open_source(frames, prefetch=0)
    try:
        return source.fps
    finally:
        source.close()


def _is_image(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


__all__ = ["Benchmark", "BenchmarkSequence", "load_benchmark"]
