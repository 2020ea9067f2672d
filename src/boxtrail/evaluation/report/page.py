"""Puts the report together: a template, the data, and the library that draws."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from boxtrail import _core
from boxtrail.errors import require
from boxtrail.evaluation.bootstrap import FEW, Bootstrap
from boxtrail.evaluation.columns import COLUMNS, DEFAULT_COLUMNS, choose_columns
from boxtrail.evaluation.evaluation import Evaluation
from boxtrail.evaluation.provenance import RULES, SIMILARITIES, describe
from boxtrail.evaluation.report.data import plot_data
from boxtrail.evaluation.saving import write_text
from boxtrail.evaluation.table import blocks

FOLDER = Path(__file__).parent
SCRIPTS = ("plots.js", "timeline.js", "page.js")
TILES = ("HOTA", "DetA", "AssA", "MOTA", "IDF1", "IDSW")
MORE_COLUMNS = (
    "LocA",
    "CLR_Re",
    "CLR_Pr",
    "MT",
    "ML",
    "FP_per_frame",
    "GT_Dets",
    "Dets",
    "GT_IDs",
    "IDs",
    "Frames",
)
PURPOSE = "the report"


def save_report(
    path: str | Path,
    evaluations: Mapping[str, Evaluation],
    *,
    bootstrap: Bootstrap | None = None,
    title: str = "Tracking report",
) -> None:
    """Write the report of one or several trackers: one file that needs no network.

    Args:
        path: of the HTML file, which appears when it is complete.
        evaluations: by the trackers' names; over the same sequences.
        bootstrap: intervals and comparisons to show, if any.
        title: heading of the page.

    Raises:
        MissingExtraError: without jinja2 and plotly, which the extra ``eval`` brings.
        SinkError: if the file cannot be written.
    """
    write_text(path, render_report(evaluations, bootstrap=bootstrap, title=title))


def render_report(
    evaluations: Mapping[str, Evaluation],
    *,
    bootstrap: Bootstrap | None = None,
    title: str = "Tracking report",
    created: datetime | None = None,
) -> str:
    """The text of the report; see :func:`save_report`. ``created`` is now by default."""
    jinja2 = require("jinja2", "eval", PURPOSE)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text: str = environment.get_template("page.html").render(
        title=title,
        created=(created or datetime.now()).strftime("%Y-%m-%d %H:%M"),
        version=_core.__version__,
        numpy_version=np.__version__,
        drawing=_drawing_library(),
        style=(FOLDER / "style.css").read_text(encoding="utf-8"),
        scripts=[(FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS],
        **_content(evaluations, bootstrap),
    )
    return text


def _content(evaluations: Mapping[str, Evaluation], bootstrap: Bootstrap | None) -> dict[str, Any]:
    """What the page tells of the trackers, by the names its template has for it."""
    found = blocks(evaluations)
    return {
        "evaluations": evaluations,
        "descriptions": describe(evaluations),
        "headline": headline(evaluations, bootstrap),
        "tiles": choose_columns(TILES),
        "columns": choose_columns(),
        "more_columns": choose_columns(MORE_COLUMNS),
        "all_columns": [COLUMNS[name] for name in (*DEFAULT_COLUMNS, *MORE_COLUMNS)],
        "sequence_blocks": [block for block in found if block.kind == "sequence"],
        "class_blocks": [block for block in found if block.kind == "class"],
        "overall": found[-1],
        "bootstrap": bootstrap,
        "few": FEW,
        "COLUMNS": COLUMNS,
        "RULES": RULES,
        "SIMILARITIES": SIMILARITIES,
        "data": _for_script(plot_data(evaluations)),
    }


def headline(evaluations: Mapping[str, Evaluation], bootstrap: Bootstrap | None) -> str:
    """The one sentence a reader should take away."""
    column = COLUMNS["HOTA"]
    order = sorted(evaluations, key=lambda name: -evaluations[name].overall["HOTA"])
    best = evaluations[order[0]]
    if len(order) > 1:
        told = bootstrap.differences if bootstrap is not None else ()
        sentence = next(
            (d.sentence() for d in told if d.metric == "HOTA" and [d.first, d.second] == order[:2]), None
        )
        ahead = best.overall["HOTA"] - evaluations[order[1]].overall["HOTA"]
        plain = (
            f"{order[0]} has the best HOTA of {len(order)} trackers: {column.show(best.overall['HOTA'])}, "
            f"{column.show(ahead)} points ahead of {order[1]}."
        )
        return sentence or plain
    reached = f"{order[0]} reaches a HOTA of {column.show(best.overall['HOTA'])}"
    if len(best.sequences) < 2:
        return f"{reached}."
    ranked = sorted(best.sequences, key=lambda name: best.sequences[name]["HOTA"])
    low, high = ranked[0], ranked[-1]
    return (
        f"{reached} over {len(ranked)} sequences, from {column.show(best.sequences[low]['HOTA'])} in {low} to "
        f"{column.show(best.sequences[high]['HOTA'])} in {high}."
    )


def _for_script(value: Any) -> str:
    """JSON that can stand between script tags, whatever the names in it."""
    return json.dumps(value, separators=(",", ":")).replace("<", "\\u003c")


@lru_cache(maxsize=1)
def _drawing_library() -> str:
    """plotly.js, gzipped for a quarter of its size, as base64."""
    plotly = require("plotly", "eval", PURPOSE)
    code = (Path(str(plotly.__file__)).parent / "package_data" / "plotly.min.js").read_bytes()
    return base64.b64encode(gzip.compress(code, 6, mtime=0)).decode("ascii")


__all__ = ["headline", "render_report", "save_report"]
