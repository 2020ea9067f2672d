"""JSON with the lines of its entries, and edits for repairs."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from boxtrail.io.formats.files import decode
from boxtrail.io.formats.problems import Edit, Report

Path: TypeAlias = "tuple[str | int, ...]"

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


@dataclass(eq=False)
class JsonDocument:
    """A parsed text; lines are looked up only when somebody asks, which takes as long as parsing up to there."""

    text: str
    root: Any
    dropped: list[tuple[list[Any], int]] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """Line, from 1, at which the value at ``path`` begins."""
        at = _skip(self.text, 0)
        for step in path:
            at = _inside(self.text, at, step)
        return self.text.count("\n", 0, at) + 1

    def drop(self, entries: list[Any], index: int) -> Edit:
        """The edit that takes an entry out of a list."""
        return partial(self.dropped.append, (entries, index))

    def render(self) -> str:
        """The text with the edits that were made."""
        for entries, index in sorted(self.dropped, key=lambda item: -item[1]):
            del entries[index]
        self.dropped.clear()
        return json.dumps(self.root, ensure_ascii=False) + "\n"


def parse_json(data: bytes, report: Report) -> JsonDocument:
    """The document of a file.

    Raises:
        InvalidInputError: naming the line of what is no JSON.
    """
    text = decode(data, report)
    try:
        return JsonDocument(text, json.loads(text))
    except json.JSONDecodeError as error:
        end = " (the file ends too early)" if error.pos >= len(text.rstrip()) else ""
        report.fatal(error.lineno, f"no JSON: {error.msg}{end}")
    except (RecursionError, ValueError) as error:  # nested too deep; a number of thousands of digits
        report.fatal(1, f"no JSON that can be read: {str(error).splitlines()[0]}")


def named(path: Path) -> str:
    """A path as people write it: ``annotations[5].bbox``."""
    out = ""
    for step in path:
        out += f"[{step}]" if isinstance(step, int) else f".{step}" if out else step
    return out


def entries_at(document: JsonDocument, owner: Any, path: Path, report: Report) -> list[Any]:
    """The list that ``owner`` has under the last step of ``path``; empty and a problem if there is none."""
    found = owner.get(path[-1]) if isinstance(owner, Mapping) else None
    if isinstance(found, list):
        return found
    what = "is missing" if found is None else "is no list"
    at = path[:-1] if found is None else path
    report.add(document.line(at), f"{named(path)} {what}")
    return []


def numbers(value: Any, count: int) -> list[float] | None:
    """``count`` numbers, or None if ``value`` is something else."""
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != count:
        return None
    if not all(isinstance(entry, (int, float)) and not isinstance(entry, bool) for entry in value):
        return None
    try:
        return [float(entry) for entry in value]
    except OverflowError:
        return [float("inf")] * count


def _inside(text: str, at: int, step: str | int) -> int:
    """Where the value of a key, or the entry of a list, begins in the value that begins at ``at``."""
    position = 0
    at = _skip(text, at + 1)
    while text[at] not in "]}":
        key: str | int = position
        if isinstance(step, str):
            key, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        if key == step:
            return at
        _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] == ",":
            at = _skip(text, at + 1)
        position += 1
    return at


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return at if match is None else match.end()


__all__ = ["JsonDocument", "Path", "entries_at", "named", "numbers", "parse_json"]
