"""Text files of tracks as lines that can be edited, for repairs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import partial

from boxtrail.io.formats.files import UTF8_MARK, UTF16_MARKS
from boxtrail.io.formats.problems import Edit, Report

_BLANKS = " \t\r"
_BETWEEN = re.compile(r"[ \t\r]+")  # as the core has it; Python knows more blanks


@dataclass(eq=False)
class TextDocument:
    """Lines by number, from 1; an edit changes or drops one, all else stays as it is."""

    lines: list[str]
    edited: dict[int, str | None] = field(default_factory=dict)

    def drop(self, line: int) -> Edit:
        """The edit that takes a line out."""
        return partial(self.edited.__setitem__, line, None)

    def put(self, line: int, text: str) -> Edit:
        """The edit that gives a line another text."""
        return partial(self.edited.__setitem__, line, text)

    def render(self) -> str:
        """The text with the edits that were made."""
        kept = (self.edited.get(number, text) for number, text in enumerate(self.lines, 1))
        return "".join(f"{text}\n" for text in kept if text is not None)


def document(data: bytes, report: Report) -> TextDocument:
    """Lines of a file, in any encoding that says what it is.

    Raises:
        InvalidInputError: naming the line of a byte that is none of UTF-8's.
    """
    if data[:2] in UTF16_MARKS:
        report.add(1, "the text is in UTF-16; it must be in UTF-8", "writes UTF-8", _nothing)
        try:
            return TextDocument(split(data.decode("utf-16")))
        except UnicodeDecodeError:
            report.fatal(1, "the text is not UTF-16 either")
    lines = data.removeprefix(UTF8_MARK).split(b"\n")
    found = []
    for number, line in enumerate(lines, 1):
        try:
            found.append(line.decode("utf-8").rstrip("\r"))
        except UnicodeDecodeError as error:
            wrong = error.object[error.start]
            report.add(number, f"byte 0x{wrong:02x} is not UTF-8; the text has another encoding")
            found.append("")
    return TextDocument(found[:-1] if found and not found[-1] else found)


def split(text: str) -> list[str]:
    """Lines without what ends them; other than ``str.splitlines``, only at line feeds."""
    lines = [line.rstrip("\r") for line in text.split("\n")]
    return lines[:-1] if not lines[-1] else lines


def fields_of(line: str) -> list[str]:
    """At commas, or at blanks if there is none; one comma at the end is forgiven."""
    line = line.strip(_BLANKS)
    if "," not in line:
        return [field for field in _BETWEEN.split(line) if field]
    return [field.strip(_BLANKS) for field in line.removesuffix(",").split(",")]


def shown(field: str) -> str:
    """A field as a message shows it: short and printable, whatever the file holds."""
    return "".join(c if " " <= c <= "~" else "?" for c in field[:40])


def _nothing() -> None:
    """What is read is written anew in any case."""


__all__ = ["TextDocument", "document", "fields_of", "shown", "split"]
