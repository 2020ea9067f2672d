"""Plots of a search, by optuna and plotly."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from boxtrail.errors import require
from boxtrail.tuning.result import TuneResult
from boxtrail.tuning.store import frozen_trial

BEFORE, AFTER = "#9aa5b1", "#2a78d6"
_TOP, _SLICES = 12, 6  # options in plots that have an axis, or a field, for each


def study_of(result: TuneResult) -> Any:
    """The trials as an optuna study in memory."""
    optuna = require("optuna", "tune", "the report")
    distributions = result.space.distributions()
    study = optuna.create_study(directions=list(result.objectives.directions))
    study.add_trials(frozen_trial(optuna, trial, distributions) for trial in result.trials)
    return study


def importances(study: Any, names: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """By objective: the share of each option in what tells the best trials from the rest, largest first.

    PED-ANOVA (Watanabe et al., IJCAI 2023), which needs no more than optuna. An objective that is the same in all
    trials has none.
    """
    optuna = require("optuna", "tune", "the report")
    found: dict[str, dict[str, float]] = {}
    for index, name in enumerate(names):
        values = {trial.values[index] for trial in study.trials if trial.values is not None}
        if len(values) < 2:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            warnings.simplefilter(
                "ignore", UserWarning
            )  # it says that it looks for the lowest values, as is wanted
            found[name] = optuna.importance.get_param_importances(
                study, evaluator=optuna.importance.PedAnovaImportanceEvaluator(), target=_cost(study, index)
            )
    return found


def figures(result: TuneResult) -> dict[str, Any]:
    """The plots by their titles, as plotly figures."""
    require("plotly", "tune", "the report")
    optuna = require("optuna", "tune", "the report")
    draw, study = optuna.visualization, study_of(result)
    names, several = result.objectives.names, len(result.objectives.names) > 1
    shares = importances(study, names)
    first = next(iter(shares.values()), dict.fromkeys(result.space.ranges, 0.0))
    top = list(first)[:_TOP]
    found: dict[str, Any] = {}
    for index, name in enumerate(names):
        target: Any = (lambda trial, index=index: trial.values[index]) if several else None
        found[f"History: {name}"] = draw.plot_optimization_history(study, target=target, target_name=name)
    if several and len(names) <= 3:
        found["Compromises (Pareto front)"] = draw.plot_pareto_front(study, target_names=list(names))
    for name, share in shares.items():
        found[f"Importance of the options for {name}"] = _bars(share)
    target = (lambda trial: trial.values[0]) if several else None
    if len(top) > 1:
        found[f"Options and {names[0]} of every trial"] = draw.plot_parallel_coordinate(
            study, params=top, target=target, target_name=names[0]
        )
    found[f"{names[0]} over each option"] = draw.plot_slice(
        study, params=top, target=target, target_name=names[0]
    )
    if not several and len(result.before.scores) > 1:
        running = draw.plot_intermediate_values(study)
        sequences = list(result.before.scores)
        running.update_layout(
            xaxis={"tickvals": list(range(len(sequences))), "ticktext": sequences, "title": "so far"},
            yaxis_title=names[0],
        )
        found[f"{names[0]} after each sequence"] = running
    for title, figure in found.items():
        _dress(figure, title)
    return found


def before_after(result: TuneResult, name: str) -> Any:
    """Bars of one metric for every sequence, with the default options and with the best ones."""
    go = require("plotly.graph_objects", "tune", "the report")
    sides = [(result.before, result.after, "")]
    if result.held_out_before is not None and result.held_out_after is not None:
        sides.append((result.held_out_before, result.held_out_after, " (held out)"))
    rows = [
        (f"{sequence}{mark}", before.sequences[sequence][name], after.sequences[sequence][name])
        for before, after, mark in sides
        for sequence in before.sequences
    ]
    labels, before_values, after_values = (list(column) for column in zip(*rows, strict=True))
    figure = go.Figure(
        [
            go.Bar(name="default options", x=labels, y=before_values, marker_color=BEFORE),
            go.Bar(name="best options", x=labels, y=after_values, marker_color=AFTER),
        ]
    )
    _dress(figure, f"{name} of every sequence")
    figure.update_layout(barmode="group", yaxis_title=name)
    return figure


def _cost(study: Any, index: int) -> Callable[[Any], float]:
    """The objective with that index, less being better."""
    sign = -1.0 if study.directions[index].name == "MAXIMIZE" else 1.0
    return lambda trial: sign * float(trial.values[index])


def _bars(shares: dict[str, float]) -> Any:
    go = require("plotly.graph_objects", "tune", "the report")
    names = list(shares)[::-1]
    figure = go.Figure(
        go.Bar(x=[shares[name] for name in names], y=names, orientation="h", marker_color=AFTER)
    )
    figure.update_layout(xaxis_title="share", height=120 + 26 * len(names))
    return figure


def _dress(figure: Any, title: str) -> None:
    """One look for all."""
    figure.update_layout(
        template="plotly_white",
        width=None,
        title=title,
        title_font_size=16,
        margin={"l": 60, "r": 30, "t": 60, "b": 60},
    )


__all__ = ["AFTER", "BEFORE", "before_after", "figures", "importances", "study_of"]
