"""The values recorded with TrackEval 1.3.0 for the reference results, to the three decimals they have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from boxtrail.evaluation import evaluate

RUNS = {
    "devkit-MOT15": ("MOT15", "motchallenge-devkit/MOT15"),
    "sort-MOT15": ("MOT15", "sort/MOT15"),
    "trackeval-pedes-MOT17": ("MOT17", "trackeval-pedes/MOT17"),
}
COUNTS = {
    "Frames",
    "Dets",
    "GT_Dets",
    "IDs",
    "GT_IDs",
    "MT",
    "PT",
    "ML",
    "IDSW",
    "Frag",
    "IDTP",
    "IDFN",
    "IDFP",
} | {
    "CLR_TP",
    "CLR_FN",
    "CLR_FP",
}


@pytest.mark.parametrize("run", RUNS)
def test_recorded_values_are_reproduced(run: str, data_dir: Path) -> None:
    results = data_dir / "reference-results"
    recorded = json.loads((results / "trackeval-1.3.0-recomputed.json").read_text())[run]
    challenge, tracks = RUNS[run]
    ours = evaluate(data_dir / challenge / "train", results / tracks)
    assert set(recorded) == {*ours.sequences, "COMBINED_SEQ"}
    for name, values in recorded.items():
        found = ours.overall if name == "COMBINED_SEQ" else ours.sequences[name]
        for metric, value in values.items():
            if metric in COUNTS:
                assert found[metric] == value, f"{name} {metric}"
            else:
                assert 100 * found[metric] == pytest.approx(value, abs=5.1e-4), f"{name} {metric}"
