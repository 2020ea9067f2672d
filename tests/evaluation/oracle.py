"""The official kit, TrackEval 1.3.0, run as a black box."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from boxtrail.evaluation import Metrics

TOLERANCE = 1e-9
METRICS = ("HOTA", "CLEAR", "Identity", "Count")
FIELDS = {"MotChallenge2DBox": "pedestrian"}

Result = dict[str, Any]


def trackeval() -> Any:
    """The module, or a skip."""
    module = pytest.importorskip("trackeval", reason="TrackEval is not installed")
    if module.__name__ != "trackeval":
        pytest.skip("TrackEval is not installed")
    return module


def metrics() -> dict[str, Any]:
    found = trackeval().metrics
    with contextlib.redirect_stdout(io.StringIO()):
        return {
            name: getattr(found, name)(*([{"PRINT_CONFIG": False}] if name != "Count" else []))
            for name in METRICS
        }


def run(dataset: Any, tracker: str, sequences: list[str], name: str) -> dict[str, Result]:
    """Every metric of a class in every sequence, and combined under ""."""
    measures = metrics()
    found: dict[str, dict[str, Result]] = {metric: {} for metric in measures}
    with contextlib.redirect_stdout(io.StringIO()):
        for sequence in sequences:
            raw = dataset.get_raw_seq_data(tracker, sequence)
            data = dataset.get_preprocessed_seq_data(raw, name)
            for metric, measure in measures.items():
                found[metric][sequence] = measure.eval_sequence(data)
        total = {metric: measure.combine_sequences(found[metric]) for metric, measure in measures.items()}
    out = {sequence: _joined({m: found[m][sequence] for m in measures}) for sequence in sequences}
    return out | {"": _joined(total)}


def mot_scores(
    truth: Path,
    tracks: Path,
    lengths: Mapping[str, int],
    *,
    benchmark: str = "MOT17",
    preprocess: bool = True,
) -> dict[str, Result]:
    """Of ``truth/<sequence>/gt/gt.txt`` and ``tracks/<sequence>.txt``."""
    with contextlib.redirect_stdout(io.StringIO()):
        dataset = trackeval().datasets.MotChallenge2DBox(
            {
                "GT_FOLDER": str(truth),
                "TRACKERS_FOLDER": str(tracks.parent),
                "TRACKERS_TO_EVAL": [tracks.name],
                "TRACKER_SUB_FOLDER": "",
                "CLASSES_TO_EVAL": ["pedestrian"],
                "BENCHMARK": benchmark,
                "SKIP_SPLIT_FOL": True,
                "SEQ_INFO": dict(lengths),
                "DO_PREPROC": preprocess,
                "PRINT_CONFIG": False,
            }
        )
    return run(dataset, tracks.name, list(lengths), "pedestrian")


def assert_same(ours: Metrics, theirs: Result, where: str = "") -> None:
    """Every number the kit has, curves included, is ours to 1e-9."""
    for name, value in theirs.items():
        if np.ndim(value) == 0:
            assert name in ours, name
            assert ours[name] == pytest.approx(float(value), abs=TOLERANCE, rel=TOLERANCE), f"{where} {name}"
        else:
            np.testing.assert_allclose(
                ours.curves[name], value, rtol=TOLERANCE, atol=TOLERANCE, err_msg=f"{where} {name}"
            )
            assert ours[name] == pytest.approx(float(np.mean(value)), abs=TOLERANCE, rel=TOLERANCE)


def _joined(found: Mapping[str, Result]) -> dict[str, Any]:
    return {name: value for result in found.values() for name, value in result.items()}
