"""The report of a search: one HTML file that needs no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from boxtrail.errors import require
from boxtrail.tuning.comparison import Delta
from boxtrail.tuning.plots import before_after, figures
from boxtrail.tuning.quiet import quiet_optuna
from boxtrail.tuning.result import TuneResult

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1f2933; max-width: 1080px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; margin: .6rem 0; } th, td { padding: .25rem .9rem; text-align: right; }
th:first-child, td:first-child { text-align: left; } thead th { border-bottom: 2px solid #cbd2d9; }
tbody tr:nth-child(even) { background: #f5f7fa; } .note { color: #616e7c; }
.warning { background: #fff3c4; border-left: 4px solid #f0b429; padding: .6rem 1rem; }
.better { color: #18794e; } .worse { color: #b42318; }
pre { background: #f5f7fa; padding: .8rem 1rem; overflow-x: auto; }
"""


def report_html(result: TuneResult) -> str:
    """The whole file.

    Raises:
        MissingExtraError: without plotly.
    """
    require("plotly", "tune", "the report")
    from plotly.offline import get_plotlyjs

    with quiet_optuna():
        plots = [_figure(figure) for figure in figures(result).values()]
    summary = result.summary
    title = f"{result.tracker.__name__} tuned for {result.objectives}"
    best = ", ".join(f"{value:.4f}" for value in summary.best_values)
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="note">{escape(result.benchmark or "sequences")} · {summary.num_trials} trials, '
        f"{summary.num_complete} on all sequences, {summary.num_pruned} given up early · seed {result.seed} · "
        f"best: trial {summary.best_trial} with {best}</p>",
        f'<p class="warning">{escape(summary.warning)}</p>' if summary.warning else "",
        *(_deltas(side, changes) for side, changes in result.delta_summary.items()),
        '<p class="note">Intervals: 95 %, paired bootstrap over whole sequences. Where 0 lies inside, these sequences '
        "do not tell whether the options are better.</p>",
        f"<h2>The best options</h2>{_options(result)}<h2>As a preset</h2><pre>{escape(result.preset())}</pre>",
        f"<h2>Before and after</h2>{_figure(before_after(result, result.objectives.names[0]))}{_sequences(result)}",
        _front(result),
        "<h2>The search</h2>",
        *plots,
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style><script>{get_plotlyjs()}</script></head>\n<body>{''.join(parts)}</body></html>\n"
    )


def _figure(figure: Any) -> str:
    return str(figure.to_html(full_html=False, include_plotlyjs=False, config={"displaylogo": False}))


def _deltas(side: str, changes: Mapping[str, Delta]) -> str:
    heading = "On the sequences tuned on" if side == "tuned" else "On the sequences held out"
    rows = [
        (
            name,
            _number(change.before),
            _number(change.after),
            _number(change.delta, sign=True),
            "–" if change.low is None or change.high is None else _interval(change.low, change.high),
            f'<span class="{change.verdict}">{change.verdict}</span>',
        )
        for name, change in changes.items()
    ]
    return f"<h2>{heading}</h2>" + _table(("metric", "default", "best", "change", "95 % interval", ""), rows)


def _options(result: TuneResult) -> str:
    defaults = result.space.options(result.space.defaults())
    best = result.best.options
    rows = [(name, escape(str(defaults[name])), escape(str(best[name]))) for name in result.space.ranges]
    return _table(("option", "default", "best"), rows)


def _sequences(result: TuneResult) -> str:
    metrics = list(result.delta_summary["tuned"])
    sides = [(result.before, result.after, "")]
    if result.held_out_before is not None and result.held_out_after is not None:
        sides.append((result.held_out_before, result.held_out_after, " (held out)"))
    rows = [
        (
            escape(sequence) + mark,
            *(
                f"{_number(before.sequences[sequence][m])} → {_number(after.sequences[sequence][m])}"
                for m in metrics
            ),
        )
        for before, after, mark in sides
        for sequence in before.sequences
    ]
    return _table(("sequence", *metrics), rows)


def _front(result: TuneResult) -> str:
    """The compromises between several objectives."""
    if len(result.objectives.names) == 1:
        return ""
    rows = [
        (
            f"{trial.index}{' (best balanced)' if trial is result.best else ''}",
            *(_number(v) for v in trial.values or ()),
        )
        for trial in result.front
    ]
    return "<h2>The best compromises</h2>" + _table(("trial", *result.objectives.names), rows)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    cells = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"


def _number(value: float, *, sign: bool = False) -> str:
    """A fraction with four digits, a count as it is."""
    plus = "+" if sign else ""
    whole = float(value).is_integer() and abs(value) > 1.0
    return f"{value:{plus}.0f}" if whole else f"{value:{plus}.4f}"


def _interval(low: float, high: float) -> str:
    if low.is_integer() and high.is_integer():
        return f"{low:+.0f} to {high:+.0f}"
    return f"{low:+.4f} to {high:+.4f}"


__all__ = ["report_html"]
