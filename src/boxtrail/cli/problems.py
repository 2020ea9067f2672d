"""Mistakes in the files of an evaluation: listed, or repaired for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from boxtrail.errors import InvalidInputError

if TYPE_CHECKING:
    from boxtrail.io.formats import Problem

_SHOWN = 20  # lines; who has more mistakes than that looks at the first ones first


@contextmanager
def all_problems_told(paths: list[Path], formats: list[str]) -> Iterator[None]:
    """After a mistake in a file, list the others of all files too, and say whether --fix helps."""
    try:
        yield
    except InvalidInputError as error:
        from boxtrail.io.formats import find_problems

        found = [
            problem
            for path, format in zip(paths, formats, strict=True)
            for problem in find_problems(path, format)
        ]
        if not found:
            raise
        fixable = sum(problem.is_fixable for problem in found)
        hint = "; --fix repairs them" if fixable == len(found) else f"; --fix repairs {fixable} of them"
        if len(found) == 1:
            raise InvalidInputError(f"{found[0]}{'; --fix repairs it' if fixable else ''}") from error
        _print(found)
        files = len({problem.path for problem in found})
        told = f"{len(found):,} mistakes in {files} file{'s' * (files != 1)}"
        raise InvalidInputError(f"{told}{hint if fixable else ''}") from error


def print_repairs(repairs: list[Problem]) -> None:
    """Say what was repaired for the evaluation."""
    for problem in repairs[:_SHOWN]:
        print(f"fixed: {problem}: {problem.repair}", file=sys.stderr)
    if len(repairs) > _SHOWN:
        print(f"fixed: {len(repairs) - _SHOWN:,} more", file=sys.stderr)


def _print(problems: list[Problem]) -> None:
    for problem in problems[:_SHOWN]:
        print(f"mistake: {problem}{' (fixable)' if problem.is_fixable else ''}", file=sys.stderr)
    if len(problems) > _SHOWN:
        print(f"mistake: {len(problems) - _SHOWN:,} more", file=sys.stderr)
