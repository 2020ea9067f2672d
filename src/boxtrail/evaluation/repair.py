"""Repaired copies of what the user named, for an evaluation; the files themselves stay as they are."""

from __future__ import annotations

import shutil
from pathlib import Path

from boxtrail.io.formats.catalogue import AUTO
from boxtrail.io.formats.fixing import find_problems, fix
from boxtrail.io.formats.problems import Problem
from boxtrail.io.formats.reading import files_in


def repaired(source: Path, folder: Path, format: str = AUTO) -> tuple[Path | dict[str, Path], list[Problem]]:
    """``source`` with a copy in ``folder`` in place of every file that has mistakes, and the repairs made.

    Raises:
        SourceError: if there is nothing there, or a file cannot be read.
        InvalidInputError: naming file and line of the first mistake that is not safe to repair.
    """
    files, repairs = files_in(source), list[Problem]()
    for number, (name, path) in enumerate(files.items()):
        if not find_problems(path, format):
            continue
        # As in a sequence of MOTChallenge, so that the length of the sequence is found beside the copy.
        copy = folder / str(number) / path.parent.parent.name / path.parent.name / path.name
        copy.parent.mkdir(parents=True)
        info = path.parent.parent / "seqinfo.ini"
        if info.is_file():
            shutil.copyfile(info, copy.parent.parent / info.name)
        repairs += fix(path, copy, format)
        files[name] = copy
    if not repairs:
        return source, []
    return (files if source.is_dir() else next(iter(files.values()))), repairs


__all__ = ["repaired"]
