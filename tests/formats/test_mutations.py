"""Damaged files: whatever is done to one, it is read or refused with its name and a line, and never crashes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from boxtrail.errors import BoxtrailError, InvalidInputError
from boxtrail.evaluation import evaluate
from boxtrail.io.formats import FORMATS, find_problems, fix, read_tracks
from formats.scenes import put, scene, suffix

NUM_MUTATIONS = 200
UNREPAIRED = ("jsonl", "cvat", "supervisely")  # whose mistakes are hardly ever safe to repair
FILES = [name for name in FORMATS if name != "motchallenge"]  # whose files are those of mot
NUMBERS = (
    b"-1",
    b"0",
    b"1e999",
    b"nan",
    b"-7.5",
    b"99999999999999999999",
    b"0.5",
    b'"x"',
    b"",
    b"2147483648",
    b"1,5",
)


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """One to three mistakes of those that happen to files."""
    for _ in range(int(rng.integers(1, 4))):
        data = MUTATIONS[int(rng.integers(len(MUTATIONS)))](data, rng) or b" "
    return data


def flip_bytes(data: bytes, rng: np.random.Generator) -> bytes:
    out = bytearray(data)
    for at in rng.integers(0, len(out), int(rng.integers(1, 4))):
        out[at] = int(rng.integers(256))
    return bytes(out)


def truncate(data: bytes, rng: np.random.Generator) -> bytes:
    return data[: int(rng.integers(len(data)))]


def swap_fields(data: bytes, rng: np.random.Generator) -> bytes:
    found = list(re.finditer(rb"-?[0-9.]+|\w+", data))
    if len(found) < 2:
        return data
    a, b = sorted(rng.choice(len(found), 2, replace=False))
    first, second = found[a], found[b]
    return (
        data[: first.start()]
        + second.group()
        + data[first.end() : second.start()]
        + first.group()
        + data[second.end() :]
    )


def replace_number(data: bytes, rng: np.random.Generator) -> bytes:
    found = list(re.finditer(rb"-?[0-9.]+", data))
    if not found:
        return data
    at = found[int(rng.integers(len(found)))]
    return data[: at.start()] + NUMBERS[int(rng.integers(len(NUMBERS)))] + data[at.end() :]


def repeat_line(data: bytes, rng: np.random.Generator) -> bytes:
    """Of JSON, which has few lines, an object."""
    pieces = re.split(rb"(?<=\n)|(?<=\}, )", data)
    at = int(rng.integers(len(pieces)))
    return b"".join([*pieces[: at + 1], *pieces[at:]])


def drop_line(data: bytes, rng: np.random.Generator) -> bytes:
    pieces = re.split(rb"(?<=\n)|(?<=\}, )", data)
    at = int(rng.integers(len(pieces)))
    return b"".join([*pieces[:at], *pieces[at + 1 :]])


def complaint(function: Callable[..., object], *arguments: object) -> str | None:
    """What a function says of a file that it does not take; None if it takes it. It may not crash."""
    try:
        function(*arguments)
    except BoxtrailError as error:
        return str(error)
    return None


MUTATIONS = (flip_bytes, truncate, swap_fields, replace_number, replace_number, repeat_line, drop_line)


@pytest.mark.parametrize("kind", ["box", "mask"])
@pytest.mark.parametrize("format", FILES)
def test_a_damaged_file_is_read_or_refused_with_its_line(format: str, kind: str, tmp_path: Path) -> None:
    if kind == "mask" and "mask" not in FORMATS[format].kinds:
        kind = "oriented"
    good = put(tmp_path / "good", format, scene(1, kind, num_frames=4, num_tracks=3))
    data, rng = good.read_bytes(), np.random.default_rng(FILES.index(format))
    bad = tmp_path / f"bad{suffix(format)}"
    refused = 0
    for _ in range(NUM_MUTATIONS):
        bad.write_bytes(mutated(data, rng))
        problems = find_problems(bad, format)
        assert all(problem.line is not None and problem.line >= 1 for problem in problems)
        said = complaint(read_tracks, bad, format)
        refused += said is not None
        if said is None:
            assert not problems, f"read, but {problems[0]}"
        else:
            assert re.match(rf"{re.escape(str(bad))}, line \d+: .+$", said), said
            assert problems, f"no problem found, but {said}"
    assert refused > NUM_MUTATIONS // 3


@pytest.mark.parametrize("format", FILES)
def test_damaged_files_of_unknown_format_crash_neither_the_evaluation_nor_the_repair(
    format: str, tmp_path: Path
) -> None:
    good = put(tmp_path / "good", format, scene(2, num_frames=4, num_tracks=3))
    data, rng = good.read_bytes(), np.random.default_rng(FILES.index(format))
    bad, out = tmp_path / f"bad{suffix(format)}", tmp_path / f"out{suffix(format)}"
    repaired = 0
    for _ in range(NUM_MUTATIONS // 2):
        bad.write_bytes(mutated(data, rng))
        for pair in ((good, bad), (bad, good)):
            assert "\n" not in (complaint(evaluate, *pair) or "")
        problems = find_problems(bad)
        if all(problem.is_fixable for problem in problems):
            assert fix(bad, out) == problems
            assert find_problems(out) == []
            repaired += bool(problems)
        else:
            with pytest.raises(InvalidInputError):
                fix(bad, out)
    assert repaired > 0 or format in UNREPAIRED
