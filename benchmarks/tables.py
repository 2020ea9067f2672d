"""Plain Markdown tables, and numbers as they stand in them."""

from __future__ import annotations

from collections.abc import Sequence

NOTHING = "–"


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, num_text: int = 1) -> str:
    """A table, padded to line up: the first `num_text` columns to the left, the others to the right."""
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"a row has {len(row)} cells where the header has {len(header)}: {list(row)}")
    widths = [max(3, *(len(row[i]) for row in [header, *rows])) for i in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.ljust(width) if i < num_text else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return "| " + " | ".join(padded) + " |"

    rule = ["-" * width if i < num_text else "-" * (width - 1) + ":" for i, width in enumerate(widths)]
    return "\n".join([line(header), line(rule), *(line(row) for row in rows)])


def format_duration(microseconds: float | None) -> str:
    """Three digits with the unit that fits: `5.21 µs`, `1.04 ms`, `2.30 s`; a dash for None."""
    if microseconds is None:
        return NOTHING
    for limit, divisor, unit in ((999.5, 1.0, "µs"), (999.5e3, 1e3, "ms")):
        if microseconds < limit:
            return f"{_three_digits(microseconds / divisor)} {unit}"
    return f"{_three_digits(microseconds / 1e6)} s"


def format_ratio(ratio: float | None) -> str:
    """`4.2×`, `138×`; a dash for None."""
    return NOTHING if ratio is None else f"{_three_digits(ratio)}×"


def _three_digits(value: float) -> str:
    decimals = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{decimals}f}"
