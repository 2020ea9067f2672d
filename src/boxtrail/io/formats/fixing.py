"""Finds all mistakes in files of tracks, and repairs those that are safe to repair.

Repaired are, each with a line that says so: equal rows that are there twice (the second goes), files that count frames
from 0 all through (1 is added), boxes of negative size (they cover nothing and go), decimal commas, headers, UTF-16,
and rows of 6 or 7 columns among longer ones (columns that say nothing are added). Not repaired is what needs a
decision: a track with two different boxes in a frame, numbers that are none, unknown classes, a file that is cut off.
"""

from __future__ import annotations

from pathlib import Path

from boxtrail.errors import ConfigError, InvalidInputError
from boxtrail.io.formats.catalogue import AUTO, FORMATS, Document, format_name
from boxtrail.io.formats.detect import detect
from boxtrail.io.formats.files import decode, read_bytes, write_text
from boxtrail.io.formats.problems import LIMIT, Problem, Report, StopReading
from boxtrail.io.formats.reading import files_in


def find_problems(path: str | Path, format: str = AUTO) -> list[Problem]:
    """Every mistake in a file, or in the files of a folder, at most 1,000 a file; none if it can be used.

    Raises:
        SourceError: if there is nothing there, or a file cannot be read.
        ConfigError: for an unknown format.
    """
    return [
        problem for file in files_in(Path(path)).values() for problem in _inspect(file, format)[0].problems
    ]


def fix(
    path: str | Path, out: str | Path, format: str = AUTO, *, overwrite: bool = False, limit: int = LIMIT
) -> list[Problem]:
    """Write ``path`` with what is safe repaired to ``out``, and tell every repair; the rest of the file stays as it is.

    Args:
        path: a file, or a folder of them.
        out: the file or folder to write, also where nothing had to be repaired.
        format: of the file.
        overwrite: whether ``out`` may be the file itself.
        limit: repairs of one file beyond which it is not repaired.

    Raises:
        SourceError: if the file cannot be read.
        InvalidInputError: naming file and line of the first mistake that is not safe to repair; nothing is written.
        ConfigError: for an unknown format, or if ``out`` is ``path`` and ``overwrite`` is not set.
        SinkError: if ``out`` cannot be written.
    """
    source, target = Path(path), Path(out)
    if not source.is_dir():
        return _write(target, *_repaired(source, target, format, overwrite, limit))
    files = {file: target / file.relative_to(source) for file in files_in(source).values()}
    ready = {goal: _repaired(file, goal, format, overwrite, limit) for file, goal in files.items()}
    is_same = target.exists() and source.samefile(target)
    for file, goal in files.items():
        info = file.parent.parent / "seqinfo.ini"
        if file.parent.name == "gt" and info.is_file() and not is_same:
            write_text(goal.parent.parent / info.name, decode(read_bytes(info), Report(info)))
    return [problem for goal, (report, text) in ready.items() for problem in _write(goal, report, text)]


def _repaired(source: Path, target: Path, format: str, overwrite: bool, limit: int) -> tuple[Report, str]:
    """The problems of a file and its repaired text; nothing is written yet."""
    if not overwrite and target.exists() and source.exists() and target.samefile(source):
        raise ConfigError(f"{target} is the input, which stays as it is; give another file to write")
    report, document = _inspect(source, format, limit)
    left = [problem for problem in report.problems if not problem.is_fixable]
    if left or document is None:
        more = f" (and {len(left) - 1} more that cannot be repaired)" if len(left) > 1 else ""
        raise InvalidInputError(f"{left[0]}{more}")
    for edit in report.edits:
        edit()
    return report, document.render()


def _write(target: Path, report: Report, text: str) -> list[Problem]:
    write_text(target, text)
    return report.problems


def _inspect(path: Path, format: str, limit: int = LIMIT) -> tuple[Report, Document | None]:
    """The problems, and the document if it could be read to its end."""
    wanted, data = format_name(format), read_bytes(path)
    report = Report(path, collects=True, limit=limit)
    try:
        found = detect(data, path) if wanted == AUTO else wanted
        document = FORMATS[found].inspect(data, report)
    except StopReading:
        document = None
    except InvalidInputError as error:  # JSON that is something else
        report.problems.append(Problem(path, None, str(error).removeprefix(f"{path}, line 1: ")))
        document = None
    report.problems.sort(key=lambda problem: (problem.line is None, problem.line or 0))
    return report, document


__all__ = ["find_problems", "fix"]
