"""Numbers in MOT files are read as Python reads them, to the last bit, however they are written."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from boxtrail import _core

SHORT = st.from_regex(r"-?[0-9]{1,7}(\.[0-9]{1,7})?", fullmatch=True)
ODD = st.from_regex(
    r"[ \t]?[+-]?([0-9]{1,18}(\.[0-9]{0,18})?|\.[0-9]{1,9}|[0-9]\.[0-9]{1,17}[eE][+-]?[0-9]{1,2}) ?",
    fullmatch=True,
)
SIZES = st.from_regex(r"[0-9]{1,9}(\.[0-9]{1,9})?", fullmatch=True)


def parsed(lines: list[str], end: str = "\n") -> np.ndarray:
    table = _core.parse_mot(end.join([*lines, ""]).encode())
    assert table["lines"].tolist() == list(range(1, len(lines) + 1))
    return np.column_stack([table["frames"], table["ids"], table["numbers"]])


@given(
    numbers=st.lists(st.tuples(SHORT | ODD, SHORT | ODD, SIZES, SIZES, SHORT | ODD), min_size=1, max_size=12),
    end=st.sampled_from(["\n", "\r\n", " \n", ",\n"]),
)
@example(numbers=[("9999999.9999999", "-0", "0.0000001", "1234567.1", "0.5")] * 3, end="\n")
@example(numbers=[("12345678.5", "0.12345678", "10000000", "99999.99999", "-1")] * 3, end="\r\n")
def test_every_number_is_what_python_makes_of_it(numbers: list[tuple[str, ...]], end: str) -> None:
    lines = [f"1,{index + 1},{','.join(row)}" for index, row in enumerate(numbers)]
    expected = np.array([[float(field) for field in row] for row in numbers])
    np.testing.assert_array_equal(parsed(lines, end)[:, 2:7], expected)


@pytest.mark.parametrize("num_columns", range(6, 11))
def test_lines_of_six_to_ten_columns_give_as_many_numbers(num_columns: int) -> None:
    rows = [[1 + k // 5, 1 + k % 5, *(10.0 * k + c for c in range(num_columns - 2))] for k in range(20)]
    table = parsed([",".join(f"{value:g}" for value in row) for row in rows])
    np.testing.assert_array_equal(table[:, :num_columns], rows)
    assert np.isnan(table[:, num_columns:]).all()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("2,1,1,1,5,5,1,1", "found 8 columns"),
        ("2,1,1,1,5,5,1,1,1,1,1", "expected 6 to 10 columns, found 11"),
        ("0,1,1,1,5,5,1,1,1", "frames count from 1, not 0"),
        ("2.5,1,1,1,5,5,1,1,1", "frames count from 1, not 2.5"),
        ("2,-1,1,1,5,5,1,1,1", "not -1; detections have to be tracked first"),
        ("2,1.5,1,1,5,5,1,1,1", "whole number ≥ 0, not 1.5"),
        ("2,1,1,1,-5,5,1,1,1", "negative size -5 × 5"),
        ("2,1,1,1,5,5,1,1.5,1", "a class is a whole number, not 1.5"),
        ("2,1,1,,5,5,1,1,1", "a column is empty"),
        ("2,1,1,1:,5,5,1,1,1", "not a number: '1:'"),
        ("2,1,1,1/,5,5,1,1,1", "not a number: '1/'"),
        ("2,1,--1,1,5,5,1,1,1", "not a number: '--1'"),
        ("2,1,1.2.3,1,5,5,1,1,1", "not a number: '1.2.3'"),
        ("1,2,1,1,5,5,1,1,1", "track 2 has a row in frame 1 already, in line 2"),
        (
            "1,2000000000,1,1,5,5,1,1,1\n1,2000000000,1,1,5,5,1,1,1",
            "track 2000000000 has a row in frame 1 already",
        ),
    ],
)
def test_a_mistake_between_good_lines_is_told_with_its_line(line: str, told: str) -> None:
    good = [f"1,{k},1.5,2.25,5,5,1,1,1" for k in range(1, 4)]
    text = "\n".join([*good, line, *(row.replace("1,", "3,", 1) for row in good)]) + "\n"
    with pytest.raises(ValueError, match=r"^line [45]: ") as caught:
        _core.parse_mot(text.encode())
    assert told in str(caught.value)


def test_a_file_may_end_anywhere_without_a_line_end() -> None:
    for row in ("1,2,3,4,5,6", "1,2,3.25,4.125,5.0625,6.5,0.25", "12,34567,3,4,5.75,6"):
        table = parsed([row, row.replace("2,", "9,", 1)], end="\n")
        cut = _core.parse_mot("\n".join([row, row.replace("2,", "9,", 1)]).encode())
        np.testing.assert_array_equal(cut["numbers"], table[:, 2:])
