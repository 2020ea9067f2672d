"""Score MOT files with TrackEval; runs in the environment that has it.

    python score_worker.py GT_FOLDER TRACKERS_FOLDER RUN[,RUN...]

GT_FOLDER holds `<sequence>/gt/gt.txt` and `lengths.json` {sequence: frames}; TRACKERS_FOLDER holds
`<run>/<sequence>.txt`. Prints JSON: {run: {"COMBINED" or sequence: {metric: value}}}.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np


def evaluate(truth: Path, trackers: Path, runs: list[str]) -> dict[str, Any]:
    import trackeval

    lengths = json.loads((truth / "lengths.json").read_text())
    dataset = trackeval.datasets.MotChallenge2DBox(
        {
            "GT_FOLDER": str(truth),
            "TRACKERS_FOLDER": str(trackers),
            "TRACKERS_TO_EVAL": runs,
            "TRACKER_SUB_FOLDER": "",
            "CLASSES_TO_EVAL": ["pedestrian"],
            "BENCHMARK": "MOT17",
            "SPLIT_TO_EVAL": "train",
            "SKIP_SPLIT_FOL": True,
            "SEQ_INFO": lengths,
            "DO_PREPROC": True,
            "PRINT_CONFIG": False,
        }
    )
    quiet = dict.fromkeys(("PRINT_RESULTS", "PRINT_CONFIG", "TIME_PROGRESS", "OUTPUT_SUMMARY"), False)
    quiet |= dict.fromkeys(("OUTPUT_DETAILED", "PLOT_CURVES", "DISPLAY_LESS_PROGRESS"), False)
    evaluator = trackeval.Evaluator({"USE_PARALLEL": False, "BREAK_ON_ERROR": True, **quiet})
    names = ("HOTA", "CLEAR", "Identity")
    metrics = [getattr(trackeval.metrics, name)({"PRINT_CONFIG": False}) for name in names]
    results, _ = evaluator.evaluate([dataset], metrics)
    scores = results["MotChallenge2DBox"]
    return {
        run: {
            "COMBINED" if name == "COMBINED_SEQ" else name: summary(sequence["pedestrian"])
            for name, sequence in scores[run].items()
        }
        for run in runs
    }


def summary(metrics: dict[str, Any]) -> dict[str, float]:
    """Percentages and counts; HOTA, DetA and AssA are means over the thresholds."""
    shares = {name: 100 * float(np.mean(metrics["HOTA"][name])) for name in ("HOTA", "DetA", "AssA")}
    clear, identity = metrics["CLEAR"], metrics["Identity"]
    counts = {"IDSW": int(clear["IDSW"]), "FP": int(clear["CLR_FP"]), "FN": int(clear["CLR_FN"])}
    return shares | {"MOTA": 100 * float(clear["MOTA"]), "IDF1": 100 * float(identity["IDF1"])} | counts


def main() -> None:
    with contextlib.redirect_stdout(sys.stderr):
        scores = evaluate(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3].split(","))
    print(json.dumps(scores))


if __name__ == "__main__":
    main()
