"""A user's own folder as a benchmark, without a line of YAML.

What is found decides. A sequence is a folder with ``seqinfo.ini``, ``img1`` or other images, ``gt/gt.txt`` or
``det/det.txt``, or a video ``NAME.mp4``. Its truth may also be ``NAME.txt`` or ``gt/NAME.txt`` beside it, its public
detections ``det/NAME.txt``. Folders ``train``, ``val`` and ``test`` are splits; without them there is one, ``all``.
``train-half`` and ``val-half`` are the first and second halves of the sequences of ``train``, or of all.
A ``benchmark.yaml`` in the folder is taken instead.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from boxtrail.benchmarks.config import BenchmarkConfig, SplitConfig
from boxtrail.io.images import SUFFIXES as IMAGE_SUFFIXES
from boxtrail.io.video import SUFFIXES as VIDEO_SUFFIXES

OWN_CONFIG = "benchmark.yaml"
SPLITS = ("train", "val", "test")
_MARKS = ("seqinfo.ini", "img1", "gt/gt.txt", "gt/gt.txt.gz", "det/det.txt", "det/det.txt.gz")


def folder_config(folder: Path) -> tuple[BenchmarkConfig, Path]:
    """The configuration of ``folder``, and the root its patterns start from.

    A folder that is a sequence itself becomes a benchmark of one.
    """
    folder = folder.resolve()
    if _is_sequence(folder):
        splits = {"all": SplitConfig(sequences=(folder.name,))}
        return _config(folder.name, splits), folder.parent
    names = [name for name in SPLITS if (folder / name).is_dir()]
    whole = {name: SplitConfig(folder=name) for name in names} or {"all": SplitConfig()}
    parted = "train" if "train" in whole else next(iter(whole))
    halves = {
        "train-half": replace(whole[parted], frames="first-half"),
        "val-half": replace(whole[parted], frames="second-half"),
    }
    return _config(folder.name, whole | halves), folder


def _is_sequence(folder: Path) -> bool:
    if any((folder / mark).exists() for mark in _MARKS):
        return True
    return any(entry.suffix.lower() in IMAGE_SUFFIXES for entry in folder.iterdir())


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
