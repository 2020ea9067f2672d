"""Metrics of one or several trackers into files, which appear when they are complete."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from boxtrail.evaluation.bootstrap import Bootstrap
from boxtrail.evaluation.evaluation import Evaluation
from boxtrail.evaluation.table import csv_rows
from boxtrail.io.atomic import AtomicText


def save_json(
    path: str | Path, evaluations: Mapping[str, Evaluation], bootstrap: Bootstrap | None = None
) -> None:
    """Write ``{"trackers": {name: …}, "provenance": {name: …}, "bootstrap": …}``; see :meth:`Evaluation.to_dict`.

    Raises:
        SinkError: if the file cannot be written.
    """
    content: dict[str, Any] = {
        "trackers": {name: found.to_dict() for name, found in evaluations.items()},
        "provenance": {
            name: asdict(found.provenance)
            for name, found in evaluations.items()
            if found.provenance is not None
        },
    }
    if bootstrap is not None:
        content["bootstrap"] = bootstrap.to_dict()
    write_text(path, json.dumps(content, indent=1) + "\n")


def save_csv(path: str | Path, evaluations: Mapping[str, Evaluation]) -> None:
    """Write a row a tracker, sequence and class; see :func:`boxtrail.evaluation.table.csv_rows`.

    Raises:
        SinkError: if the file cannot be written.
    """
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(csv_rows(evaluations))
    write_text(path, text.getvalue())


def write_text(path: str | Path, text: str) -> None:
    """Write all of it or, after a failure, nothing under this name.

    Raises:
        SinkError: if the file cannot be written.
    """
    file = AtomicText(path)
    file.write(text)
    file.close()


__all__ = ["save_csv", "save_json", "write_text"]
