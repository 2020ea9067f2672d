"""A picture of a training run: losses, scores, and how far apart the identities are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from boxtrail.errors import require
from boxtrail.io.atomic import cannot_write, complete, partial_path, prepare
from boxtrail.training.thresholds import Separation

BINS = 60


def plot_run(path: Path, log: Sequence[dict[str, Any]], separation: Separation | None) -> Path:
    """A PNG: losses and scores by epoch, as the run's log has them, beside histograms of the distances.

    Raises:
        SinkError: if the file cannot be written.
        MissingExtraError: if matplotlib is not installed.
    """
    require("matplotlib", "reid", "the picture of a training run")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 4.5), layout="constrained")
    FigureCanvasAgg(figure)  # draws without a display, and without touching pyplot's state
    left, right = figure.subplots(1, 2)
    _plot_losses(left, log)
    if separation is not None:
        _plot_distances(right, separation)
    else:
        right.set_axis_off()
        right.text(0.5, 0.5, "no queries: no distances to show", ha="center", va="center")
    path = prepare(path)
    partial = partial_path(path)
    try:
        figure.savefig(partial, dpi=120, format="png")
    except OSError as error:
        raise cannot_write(partial, error) from error
    complete(partial, path)
    return path


def _plot_losses(axes: Any, log: Sequence[dict[str, Any]]) -> None:
    epochs = [entry["epoch"] for entry in log]
    for name in ("loss", "cross_entropy", "triplet", "centre"):
        if log and name in log[-1]:
            style = {"linewidth": 2.0} if name == "loss" else {"linewidth": 1.0, "linestyle": "--"}
            axes.plot(epochs, [entry[name] for entry in log], label=name.replace("_", "-"), **style)
    axes.set(xlabel="epoch", ylabel="loss", title="Training")
    axes.set_ylim(bottom=0.0)
    axes.xaxis.get_major_locator().set_params(integer=True)
    scored = [entry for entry in log if "mAP" in entry]
    lines, labels = axes.get_legend_handles_labels()
    if scored:
        scores = axes.twinx()
        for name, colour in (("mAP", "black"), ("rank1", "grey")):
            values = [100.0 * entry[name] for entry in scored]
            scores.plot(
                [entry["epoch"] for entry in scored], values, "o-", color=colour, label=name, markersize=4
            )
        scores.set(ylabel="mAP, rank-1 (%)", ylim=(0.0, 102.0))
        more = scores.get_legend_handles_labels()
        lines, labels = lines + more[0], labels + more[1]
    axes.legend(lines, labels, loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=5, fontsize="small")


def _plot_distances(axes: Any, separation: Separation) -> None:
    largest = max(float(separation.same.max()), float(separation.different.max()))
    bins = np.linspace(0.0, max(largest, 1e-6), BINS + 1)
    for distances, label in (
        (separation.same, "same identity"),
        (separation.different, "different identities"),
    ):
        weights = np.full(len(distances), 100.0 / len(distances))
        axes.hist(
            distances, bins=bins, weights=weights, alpha=0.6, label=f"{label} ({len(distances):,} pairs)"
        )
    axes.axvline(
        separation.threshold,
        color="black",
        linestyle="--",
        label=f"threshold {separation.threshold:.3f}: misses {100 * separation.missed:.1f} %, "
        f"confuses {100 * separation.confused:.1f} %",
    )
    axes.set(xlabel="cosine distance", ylabel="share of the pairs (%)", title="Queries against the gallery")
    axes.legend(fontsize="small")


__all__ = ["plot_run"]
