"""What a benchmark is, as its YAML file says: where its files lie, its splits, its classes and its rules."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any

from boxtrail.errors import ConfigError
from boxtrail.evaluation.rules import PREPROCESS
from boxtrail.io.formats.catalogue import AUTO, FORMATS

FRAMES = ("all", "first-half", "second-half")
SEQUENCE = "{sequence}"


@dataclass(frozen=True, slots=True)
class SplitConfig:
    """Some of a benchmark's sequences, or a part of each.

    Attributes:
        folder: what ``{folder}`` stands for in the patterns.
        sequences: their names; empty for all that are found.
        frames: ``"all"``, ``"first-half"`` or ``"second-half"`` of each; the frames of a half count from 1 again.
        has_truth: False where the organisers keep it.
    """

    folder: str = "."
    sequences: tuple[str, ...] = ()
    frames: str = "all"
    has_truth: bool = True


@dataclass(frozen=True, slots=True)
class BenchmarkConfig:
    """One YAML file.

    Patterns are paths below the root with ``{folder}`` (of the split) and ``{sequence}``; the first one that is there
    counts, text files may be gzipped.

    Attributes:
        name: as users call it.
        splits: by name.
        default_split: the one taken when none is named.
        url: where the data comes from; nothing is downloaded.
        roots: folders below the data directory, the first one that is there is the root; ``"."`` is the directory.
        frames, truth, detections, info: patterns of the images or video, truth, public detections and seqinfo.ini.
        truth_format: of the truth, one of :data:`boxtrail.io.formats.FORMATS`, or ``"auto"``.
        frame_rate: frames a second, where no seqinfo.ini tells.
        classes: class id in the truth → name, those that are scored; empty for all.
        detector_classes: what detectors call a class → its name here.
        preprocess: which rows count, see :func:`boxtrail.evaluation.evaluate`.
        variants: sequences that are there several times end in one of these; the first one that is found is taken.
        half_extra: frames that the first half has more than ``length // 2``.
    """

    name: str
    splits: Mapping[str, SplitConfig]
    default_split: str
    url: str = ""
    roots: tuple[str, ...] = (".",)
    frames: tuple[str, ...] = ()
    truth: tuple[str, ...] = ()
    detections: tuple[str, ...] = ()
    info: tuple[str, ...] = ()
    truth_format: str = "auto"
    frame_rate: float | None = None
    classes: Mapping[int, str] = field(default_factory=dict)
    detector_classes: Mapping[str, str] = field(default_factory=dict)
    preprocess: str = "auto"
    variants: tuple[str, ...] = ()
    half_extra: int = 1

    def split(self, name: str | None) -> tuple[str, SplitConfig]:
        """Name and configuration of a split, the default for None.

        Raises:
            ConfigError: if there is none of that name, with the nearest one.
        """
        wanted = self.default_split if name is None else name
        if wanted in self.splits:
            return wanted, self.splits[wanted]
        raise ConfigError(
            f"{self.name} has no split {wanted!r}{nearest(wanted, self.splits)} Splits: {', '.join(self.splits)}"
        )


def parse_config(values: Any, where: str) -> BenchmarkConfig:
    """A checked configuration of what a YAML file holds; ``where`` names it in messages.

    Raises:
        ConfigError: in one line, for an unknown, missing or wrong entry.
    """
    entries = _entries(values, BenchmarkConfig, where)
    splits = entries["splits"]
    if not isinstance(splits, Mapping) or not splits:
        raise ConfigError(f"{where}: splits must be a mapping of names to splits")
    entries["splits"] = {str(name): _split(split, f"{where}: split {name}") for name, split in splits.items()}
    for name in ("roots", "frames", "truth", "detections", "info", "variants"):
        if name in entries:
            entries[name] = _texts(entries[name], f"{where}: {name}")
    for name in ("frames", "truth", "detections", "info"):
        for pattern in entries.get(name, ()):
            _check_pattern(pattern, f"{where}: {name}")
    known = {
        "preprocess": PREPROCESS,
        "truth_format": (AUTO, *FORMATS),
        "default_split": tuple(entries["splits"]),
    }
    for name, options in known.items():
        _one_of(entries.get(name, options[0]), options, f"{where}: {name}")
    entries["classes"] = _classes(entries.get("classes", {}), f"{where}: classes")
    aliases = entries.get("detector_classes", {})
    if not isinstance(aliases, Mapping) or not set(aliases.values()) <= set(entries["classes"].values()):
        raise ConfigError(f"{where}: detector_classes must map names to names in classes, not {aliases!r}")
    _numbers(entries, where)
    return BenchmarkConfig(**entries)


def nearest(name: str, known: Any) -> str:
    """``"; did you mean 'x'?"``, or ``"."`` where nothing is near."""
    found = difflib.get_close_matches(str(name), [str(other) for other in known], n=1, cutoff=0.5)
    return f"; did you mean {found[0]!r}?" if found else "."


def _entries(values: Any, kind: type[Any], where: str) -> dict[str, Any]:
    """The entries of a mapping, all of them fields of ``kind`` and none that it needs missing."""
    if not isinstance(values, Mapping):
        raise ConfigError(f"{where}: expected a mapping, not {type(values).__name__}")
    known = {entry.name: entry for entry in fields(kind)}
    for name in values:
        if name not in known:
            raise ConfigError(f"{where}: unknown entry {name!r}{nearest(name, known)}")
    for name, entry in known.items():
        if name not in values and entry.default is MISSING and entry.default_factory is MISSING:
            raise ConfigError(f"{where}: the entry {name!r} is missing")
        if entry.type == "str" and not isinstance(values.get(name, ""), str):
            raise ConfigError(f"{where}: {name} must be text, not {values[name]!r}")
    return dict(values)


def _split(values: Any, where: str) -> SplitConfig:
    entries = _entries({} if values is None else values, SplitConfig, where)
    if "sequences" in entries:
        entries["sequences"] = _texts(entries["sequences"], f"{where}: sequences")
    _one_of(entries.get("frames", "all"), FRAMES, f"{where}: frames")
    if not isinstance(entries.get("has_truth", True), bool):
        raise ConfigError(f"{where}: has_truth must be true or false, not {entries['has_truth']!r}")
    return SplitConfig(**entries)


def _texts(value: Any, where: str) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) and text for text in texts):
        hint = "; put numbers in quotes" if isinstance(texts, list | tuple) else ""
        raise ConfigError(f"{where} must be text or a list of texts, not {value!r}{hint}")
    return tuple(texts)


def _check_pattern(pattern: str, where: str) -> None:
    try:
        pattern.format(folder="f", sequence="s")
    except (KeyError, IndexError, ValueError) as error:
        raise ConfigError(f"{where}: {pattern!r} may hold {{folder}} and {{sequence}} only") from error
    if pattern.count(SEQUENCE) != 1 or Path(pattern).is_absolute():
        raise ConfigError(f"{where}: {pattern!r} must be a path below the root with one {{sequence}} in it")


def _one_of(value: Any, options: tuple[str, ...], where: str) -> None:
    if value not in options:
        raise ConfigError(
            f"{where}: unknown {value!r}{nearest(str(value), options)} There are {', '.join(options)}"
        )


def _classes(value: Any, where: str) -> dict[int, str]:
    if not isinstance(value, Mapping) or not all(
        isinstance(label, int) and not isinstance(label, bool) and isinstance(name, str)
        for label, name in value.items()
    ):
        raise ConfigError(f"{where} must map class ids to names, as {{1: pedestrian}}, not {value!r}")
    return dict(value)


def _numbers(entries: dict[str, Any], where: str) -> None:
    extra = entries.get("half_extra", 0)
    if isinstance(extra, bool) or not isinstance(extra, int) or extra < 0:
        raise ConfigError(f"{where}: half_extra must be a whole number from 0, not {extra!r}")
    rate = entries.get("frame_rate")
    if rate is None:
        return
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0.0 < rate <= 1000.0:
        raise ConfigError(f"{where}: frame_rate must be above 0 and at most 1000, not {rate!r}")
    entries["frame_rate"] = float(rate)


__all__ = ["FRAMES", "SEQUENCE", "BenchmarkConfig", "SplitConfig", "nearest", "parse_config"]
