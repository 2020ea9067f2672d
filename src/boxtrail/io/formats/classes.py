"""Classes named, numbered and renamed, as a user asks for it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from boxtrail.errors import ConfigError, SourceError
from boxtrail.io.formats.rows import SequenceRows

ClassMap: TypeAlias = "dict[str | int, str | int]"


def class_map(classes: str | Path | Mapping[Any, Any] | Iterable[str]) -> ClassMap:
    """What each class becomes.

    Args:
        classes: ``"person,car"``: the names of 0, 1, …; ``"1=person,2=car"`` or ``"car=3,van=car"``: a class, by name
            or number, becomes a name or number; the path of a file with such entries, one a line, or of a JSON or
            YAML object; a mapping or a list likewise.

    Raises:
        SourceError: if a file cannot be read.
        ConfigError: for what is none of these.
    """
    if isinstance(classes, Path) or (isinstance(classes, str) and Path(classes).suffix in _FILES):
        return _of_file(Path(classes))
    if isinstance(classes, Mapping):
        return {_key(key): _key(value) for key, value in classes.items()}
    entries = classes.split(",") if isinstance(classes, str) else list(classes)
    return _of_entries([str(entry) for entry in entries], repr(classes))


_FILES = (".txt", ".json", ".yaml", ".yml", ".names")


def _of_file(path: Path) -> ClassMap:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            f"{path}: cannot read classes: {getattr(error, 'strerror', None) or error}"
        ) from error
    if path.suffix not in (".json", ".yaml", ".yml"):
        return _of_entries(text.splitlines(), str(path))
    try:
        if path.suffix == ".json":
            found = json.loads(text)
        else:
            import yaml

            try:
                found = yaml.safe_load(text)
            except yaml.YAMLError as error:
                raise ConfigError(f"{path}: cannot read classes: {str(error).splitlines()[0]}") from error
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}, line {error.lineno}: cannot read classes: {error.msg}") from error
    if isinstance(found, Mapping) and isinstance(found.get("names"), (Mapping, list)):
        found = found["names"]  # as files of data sets for detectors have it
    if isinstance(found, Mapping):
        return {_key(key): _key(value) for key, value in found.items()}
    if isinstance(found, list):
        return _of_entries([str(entry) for entry in found], str(path))
    raise ConfigError(f"{path}: classes must be an object or a list")


def _of_entries(entries: list[str], where: str) -> ClassMap:
    entries = [entry.strip() for entry in entries if entry.strip()]
    pairs = [entry.partition("=") for entry in entries]
    marks = {bool(mark) for _, mark, _ in pairs}
    if len(marks) != 1 or any(not key or (mark and not value) for key, mark, value in pairs):
        raise ConfigError(
            f"classes are names such as person,car or pairs such as 1=person,2=car, not {where}"
        )
    if marks == {False}:
        return dict(enumerate(entries))
    return {_key(key.strip()): _key(value.strip()) for key, _, value in pairs}


def _key(value: Any) -> str | int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = str(value)
    return int(text) if text.lstrip("-").isdecimal() and text.isascii() else text


def with_classes(rows: SequenceRows, mapping: ClassMap) -> tuple[SequenceRows, list[str]]:
    """The rows with their classes named or numbered anew, and the classes that the mapping does not have.

    Rows without classes, and classes that the mapping does not have, stay as they are.
    """
    if rows.labels is None:
        return rows, []
    wanted = {key.casefold() if isinstance(key, str) else key: value for key, value in mapping.items()}
    names, labels, unknown = dict(rows.names), rows.labels.copy(), []
    numbers = {name.casefold(): label for label, name in names.items()}
    for label in sorted({*np.unique(rows.labels).tolist(), *rows.names}):
        own = rows.names.get(label)
        target = wanted.get(label, None if own is None else wanted.get(own.casefold()))
        if target is None:
            unknown.append(own or str(label))
            continue
        if isinstance(target, int):
            labels[rows.labels == label] = target
            if target != label:
                names.pop(label, None)
                names.setdefault(target, own or str(target))
            continue
        same = numbers.get(target.casefold(), label)  # two classes become one
        labels[rows.labels == label] = same
        if same != label:
            names.pop(label, None)
        names[same] = target
        numbers.setdefault(target.casefold(), same)
    return replace(rows, labels=labels, names=names), unknown


__all__ = ["ClassMap", "class_map", "with_classes"]
