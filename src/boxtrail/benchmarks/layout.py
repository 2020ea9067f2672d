"""Where the files of a benchmark's sequences lie on this disk."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from boxtrail.benchmarks.config import SEQUENCE, BenchmarkConfig, SplitConfig
from boxtrail.errors import ConfigError, SourceError
from boxtrail.io.images import SUFFIXES as IMAGE_SUFFIXES
from boxtrail.io.images import natural_key

DATA_DIR_VARIABLE = "BOXTRAIL_BENCHMARKS"
DEFAULT_DATA_DIR = "datasets"
SHOWN = 6  # names in a message


@dataclass(frozen=True, slots=True)
class SequenceFiles:
    """The files of one sequence; None for what is not there."""

    name: str  # without the variant
    variants: tuple[str, ...]  # names it is found under, the one taken first
    frames: Path | None  # folder of images, or video
    truth: Path | None
    detections: Path | None  # public ones
    info: Path | None


def find_data_dir(given: str | Path | None) -> Path:
    """The folder that benchmarks lie in: as given, else ``BOXTRAIL_BENCHMARKS``, else ``datasets``."""
    folder = Path(given or os.environ.get(DATA_DIR_VARIABLE) or DEFAULT_DATA_DIR).expanduser()
    return folder.absolute()  # workers elsewhere have another working directory


def find_root(config: BenchmarkConfig, data_dir: str | Path | None) -> Path:
    """The benchmark's own folder; also ``data_dir`` itself where it bears the benchmark's name.

    Raises:
        SourceError: if it is not there, saying where it was looked for.
    """
    folder = find_data_dir(data_dir)
    if not folder.is_dir():
        raise SourceError(
            f"{config.name}: no data directory {folder}; name it with --data-dir or {DATA_DIR_VARIABLE}"
        )
    names = {Path(root).name.casefold() for root in config.roots}
    candidates = [folder / root for root in config.roots]
    if folder.resolve().name.casefold() in names:
        candidates.append(folder)
    for candidate in candidates:
        if candidate.is_dir() and any(
            (candidate / split.folder).is_dir() for split in config.splits.values()
        ):
            return candidate
    looked = " or ".join(config.roots)
    raise SourceError(
        f"{config.name}: no folder {looked} with a split of it in {folder}; name another place with --data-dir or "
        f"{DATA_DIR_VARIABLE}{f' (the data is at {config.url})' if config.url else ''}"
    )


def find_sequences(
    config: BenchmarkConfig, split_name: str, split: SplitConfig, root: Path
) -> list[SequenceFiles]:
    """The sequences of a split in natural order, or in that of its list.

    Raises:
        SourceError: if there is none, or one of the list is missing.
    """
    patterns = (*config.info, *config.frames, *config.truth, *config.detections)
    found: dict[str, list[str]] = {}
    for full in _names(patterns, split, root):
        found.setdefault(_stem(full, config.variants), []).append(full)
    where = root / split.folder
    if not found:
        raise SourceError(
            f"{config.name} {split_name}: no sequences in {where}; looked for {', '.join(_shown(patterns, split))}"
        )
    wanted = [_stem(name, config.variants) for name in split.sequences] or list(found)
    for name in wanted:
        if name not in found:
            raise SourceError(
                f"{config.name} {split_name}: no sequence {name!r} in {where}; found {_few(found)}"
            )
    return [_files(config, split, root, name, found[name]) for name in wanted]


def public_detections(
    config: BenchmarkConfig, split: SplitConfig, root: Path, files: SequenceFiles, variant: str
) -> Path | None:
    """The public detections of a sequence, those of the variant named if one is.

    Raises:
        ConfigError: for a variant the benchmark does not have.
    """
    if not variant:
        return files.detections
    if variant.upper() not in (name.upper() for name in config.variants):
        known = ", ".join(f"public:{name}" for name in config.variants) or "public only"
        raise ConfigError(f"{config.name} has no public detections {variant!r}; there are {known}")
    full = next((name for name in files.variants if name.upper().endswith(f"-{variant.upper()}")), None)
    return None if full is None else _first(config.detections, split, root, full)


def _files(
    config: BenchmarkConfig, split: SplitConfig, root: Path, name: str, variants: list[str]
) -> SequenceFiles:
    ranked = tuple(sorted(variants, key=lambda full: _rank(full, config.variants)))

    def first(patterns: tuple[str, ...]) -> Path | None:
        """Images and truth are the same in all variants: any will do."""
        paths = (_first(patterns, split, root, full) for full in ranked)
        return next((path for path in paths if path is not None), None)

    truth = first(config.truth) if split.has_truth else None
    return SequenceFiles(
        name, ranked, first(config.frames), truth, first(config.detections), first(config.info)
    )


def _rank(full: str, variants: tuple[str, ...]) -> int:
    return next((i for i, end in enumerate(variants) if full.upper().endswith(f"-{end.upper()}")), -1)


def _stem(full: str, variants: tuple[str, ...]) -> str:
    return next((full[: -len(end) - 1] for end in variants if full.upper().endswith(f"-{end.upper()}")), full)


def _first(patterns: tuple[str, ...], split: SplitConfig, root: Path, full: str) -> Path | None:
    for pattern in patterns:
        path = root / pattern.format(folder=split.folder, sequence=full)
        for candidate in (path, path.with_name(f"{path.name}.gz")):
            if _is_usable(candidate):
                return candidate
    return None


def _names(patterns: tuple[str, ...], split: SplitConfig, root: Path) -> list[str]:
    """Names for which any pattern is there, in natural order."""
    names: set[str] = set()
    for pattern in patterns:
        before, own, after = _parted(pattern.replace("{folder}", split.folder))
        shape = re.compile(re.escape(own).replace(re.escape(SEQUENCE), "(.+)") + r"(?:\.gz)?" * ("." in own))
        folder = root / before
        for entry in folder.iterdir() if folder.is_dir() else ():
            match = shape.fullmatch(entry.name)
            if match and not entry.name.startswith(".") and _is_there(entry, own, after):
                names.add(match[1])
    return sorted(names, key=lambda name: natural_key(Path(name)))


def _parted(pattern: str) -> tuple[str, str, str]:
    """The folders before the component that names the sequence, that component, and what follows it."""
    parts = pattern.split("/")
    index = next(i for i, part in enumerate(parts) if SEQUENCE in part)
    return "/".join(parts[:index]), parts[index], "/".join(parts[index + 1 :])


def _is_there(entry: Path, own: str, after: str) -> bool:
    if after:
        return (entry / after).exists() or (entry / f"{after}.gz").exists()
    return own != SEQUENCE or (entry.is_dir() and _is_usable(entry))


def _is_usable(path: Path) -> bool:
    """A file, or a folder with images in it."""
    return path.is_file() or (
        path.is_dir() and any(entry.suffix.lower() in IMAGE_SUFFIXES for entry in path.iterdir())
    )


def _shown(patterns: tuple[str, ...], split: SplitConfig) -> list[str]:
    return [pattern.replace("{folder}", split.folder) for pattern in patterns]


def _few(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:SHOWN]) + (f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else "")


__all__ = [
    "DATA_DIR_VARIABLE",
    "DEFAULT_DATA_DIR",
    "SequenceFiles",
    "find_data_dir",
    "find_root",
    "find_sequences",
    "public_detections",
]
