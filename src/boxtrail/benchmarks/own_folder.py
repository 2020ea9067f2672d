"""A user's own folder as a benchmark, without a line of YAML.

What is found decides. A sequence is a folder with ``seqinfo.ini``, ``img1`` or other images, ``gt/gt.txt`` or
``det/det.txt``, or a video ``NAME.mp4``. Its truth may also be ``NAME.txt`` or ``gt/NAME.txt`` beside it, its public
detections ``det/NAME.txt``. Folders ``train``, ``val`` and ``test`` are splits; without them there is one, ``all``.
``train-half`` and ``val-half`` are the first and second halves of the sequences of ``train``, or of all.
A ``benchmark.yaml`` in the folder is taken instead.

The truth says what is scored: of MOT text whose classes are MOTChallenge's, or that has none, pedestrians, by
MOTChallenge's rules; of a format that names its classes these; of other MOT text classes by their numbers, which have
to be the detector's.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from boxtrail.benchmarks.config import BenchmarkConfig, SplitConfig
from boxtrail.benchmarks.layout import find_sequences
from boxtrail.benchmarks.truth import read_truth
from boxtrail.errors import SourceError
from boxtrail.evaluation.rules import MOT_CLASSES, PEDESTRIAN
from boxtrail.io.images import SUFFIXES as IMAGE_SUFFIXES
from boxtrail.io.video import SUFFIXES as VIDEO_SUFFIXES

OWN_CONFIG = "benchmark.yaml"
SPLITS = ("train", "val", "test")
PEDESTRIAN_NAME, PERSON = "pedestrian", "person"  # what MOTChallenge and what detectors call them
_MARKS = ("seqinfo.ini", "img1", "gt/gt.txt", "gt/gt.txt.gz", "det/det.txt", "det/det.txt.gz")


def folder_config(folder: Path) -> tuple[BenchmarkConfig, Path]:
    """The configuration of ``folder``, and the root its patterns start from.

    A folder that is a sequence itself becomes a benchmark of one.
    """
    folder = folder.resolve()
    if _is_sequence(folder):
        splits = {"all": SplitConfig(sequences=(folder.name,))}
        return _with_classes(_config(folder.name, splits), folder.parent), folder.parent
    names = [name for name in SPLITS if (folder / name).is_dir()]
    whole = {name: SplitConfig(folder=name) for name in names} or {"all": SplitConfig()}
    parted = "train" if "train" in whole else next(iter(whole))
    halves = {
        "train-half": replace(whole[parted], frames="first-half"),
        "val-half": replace(whole[parted], frames="second-half"),
    }
    return _with_classes(_config(folder.name, whole | halves), folder), folder


def _is_sequence(folder: Path) -> bool:
    if any((folder / mark).exists() for mark in _MARKS):
        return True
    return any(entry.suffix.lower() in IMAGE_SUFFIXES for entry in folder.iterdir())


def _with_classes(config: BenchmarkConfig, root: Path) -> BenchmarkConfig:
    """The configuration with the classes of the truth that is there."""
    names: list[str] = []
    labels: set[int] = set()
    truths = _truths(config, root)
    for path in truths:
        rows = read_truth(path, config.truth_format)
        found = set() if rows.labels is None else {int(label) for label in np.unique(rows.labels)}
        labels |= found
        names += [name for label, name in rows.names.items() if label in found and name not in names]
    if not truths or (not names and not labels <= set(MOT_CLASSES)):
        return config
    if names:
        plain = {name.casefold(): name for name in names}
        aliases = {PERSON: plain[PEDESTRIAN_NAME]} if PEDESTRIAN_NAME in plain and PERSON not in plain else {}
        return replace(config, classes=dict(enumerate(names)), detector_classes=aliases)
    return replace(
        config,
        classes={PEDESTRIAN: PEDESTRIAN_NAME},
        detector_classes={PERSON: PEDESTRIAN_NAME},
        preprocess="mot",
    )


def _truths(config: BenchmarkConfig, root: Path) -> list[Path]:
    """The truth files of all splits."""
    found: dict[Path, None] = {}
    for name, split in config.splits.items():
        with suppress(SourceError):  # an empty split is an error for who asks for it
            found |= {files.truth: None for files in find_sequences(config, name, split, root) if files.truth}
    return list(found)


def _config(name: str, splits: dict[str, SplitConfig]) -> BenchmarkConfig:
    default = next((split for split in ("val", "all") if split in splits), next(iter(splits)))
    own, beside = "{folder}/{sequence}", "{folder}"
    videos = tuple(f"{own}{suffix}" for suffix in sorted(VIDEO_SUFFIXES))
    return BenchmarkConfig(
        name=name,
        splits=splits,
        default_split=default,
        frames=(f"{own}/img1", f"{own}/images", *videos, own),
        truth=(f"{own}/gt/gt.txt", f"{own}/gt.txt", f"{own}.txt", f"{beside}/gt/{{sequence}}.txt"),
        detections=(f"{own}/det/det.txt", f"{own}/det.txt", f"{beside}/det/{{sequence}}.txt"),
        info=(f"{own}/seqinfo.ini",),
        preprocess="auto",
    )


__all__ = ["OWN_CONFIG", "folder_config"]
