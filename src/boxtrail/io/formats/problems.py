"""Mistakes in files of tracks: named with their line, collected or raised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, TypeAlias

from boxtrail.errors import InvalidInputError

LIMIT = 1000  # problems of one file; whoever has more has another problem

Edit: TypeAlias = "Callable[[], None]"


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in a file of tracks.

    Attributes:
        path: the file.
        line: of the file as text, from 1; None where the whole file is at fault.
        message: what is wrong, in one line.
        is_fixable: whether :func:`boxtrail.io.formats.fix` repairs it.
        repair: what the repair does, "" where there is none.
    """

    path: Path
    line: int | None
    message: str
    is_fixable: bool = False
    repair: str = ""

    def __str__(self) -> str:
        where = f"{self.path}" if self.line is None else f"{self.path}, line {self.line}"
        return f"{where}: {self.message}"


class StopReading(Exception):  # noqa: N818
    """A file whose problems are collected cannot be read further."""


@dataclass(eq=False)
class Report:
    """Takes the problems of one file: raises the first, or collects them all with the edits that repair them.

    Attributes:
        path: the file.
        collects: whether problems are collected.
        problems: those found so far.
        notes: what a reader did that is no mistake but worth a line.
        left_out: lines on what the file has and tracks cannot have, with file and line.
        masks: whether outlines are wanted as masks where a box would do.
    """

    path: Path
    collects: bool = False
    limit: int = LIMIT
    problems: list[Problem] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    masks: bool = False

    def add(self, line: int | None, message: str, repair: str = "", edit: Edit | None = None) -> None:
        """A mistake; reading goes on where problems are collected, without what is wrong.

        Raises:
            InvalidInputError: where they are not.
            StopReading: when there are more than anyone reads.
        """
        problem = Problem(self.path, line, message, edit is not None, repair)
        if not self.collects:
            raise InvalidInputError(str(problem))
        self.problems.append(problem)
        if edit is not None:
            self.edits.append(edit)
        if len(self.problems) >= self.limit:
            self.problems.append(
                Problem(self.path, None, f"more than {self.limit} problems; the rest is not read")
            )
            raise StopReading

    def leave_out(self, line: int, message: str) -> None:
        """Something that is no mistake, but no shape of a track either."""
        self.left_out.append(str(Problem(self.path, line, message)))

    def fatal(self, line: int | None, message: str) -> NoReturn:
        """A mistake that leaves nothing to read.

        Raises:
            InvalidInputError: if problems are raised.
            StopReading: if they are collected.
        """
        self.add(line, message)
        raise StopReading


__all__ = ["LIMIT", "Edit", "Problem", "Report", "StopReading"]
