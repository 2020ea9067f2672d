"""Score a folder of MOT files with one library and say how long it took; runs in the environment that has it.

    python evaluation_worker.py LIBRARY TRUTH TRACKS ROUNDS

TRUTH holds `<sequence>/gt/gt.txt` and `<sequence>/seqinfo.ini`, TRACKS `<sequence>.txt`. Reading is timed, importing is
not. Prints JSON: {"seconds": [per round], "cpu": [likewise, of the process], "scores": {HOTA, MOTA, IDF1}}.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

Scores = dict[str, float]


def with_boxtrail() -> Callable[[Path, Path], Scores]:
    from boxtrail.evaluation import evaluate

    def score(truth: Path, tracks: Path) -> Scores:
        overall = evaluate(truth, tracks).overall
        return {name: overall[name] for name in ("HOTA", "MOTA", "IDF1")}

    return score


def with_trackeval() -> Callable[[Path, Path], Scores]:
    import numpy as np
    import trackeval

    def score(truth: Path, tracks: Path) -> Scores:
        names = {file.stem: None for file in sorted(tracks.glob("*.txt"))}
        config: dict[str, Any] = {"GT_FOLDER": str(truth), "TRACKERS_FOLDER": str(tracks.parent)}
        config |= {"TRACKERS_TO_EVAL": [tracks.name], "TRACKER_SUB_FOLDER": "", "SEQ_INFO": names}
        config |= {"BENCHMARK": "MOT17", "SKIP_SPLIT_FOL": True, "PRINT_CONFIG": False}
        dataset = trackeval.datasets.MotChallenge2DBox(config)
        quiet = dict.fromkeys(("PRINT_RESULTS", "PRINT_CONFIG", "TIME_PROGRESS", "OUTPUT_SUMMARY"), False)
        quiet |= dict.fromkeys(("OUTPUT_DETAILED", "PLOT_CURVES", "DISPLAY_LESS_PROGRESS"), False)
        evaluator = trackeval.Evaluator({"USE_PARALLEL": False, "BREAK_ON_ERROR": True, **quiet})
        metrics = [
            getattr(trackeval.metrics, n)({"PRINT_CONFIG": False}) for n in ("HOTA", "CLEAR", "Identity")
        ]
        results, _ = evaluator.evaluate([dataset], metrics)
        found = results["MotChallenge2DBox"][tracks.name]["COMBINED_SEQ"]["pedestrian"]
        hota = float(np.mean(found["HOTA"]["HOTA"]))
        return {"HOTA": hota, "MOTA": float(found["CLEAR"]["MOTA"]), "IDF1": float(found["Identity"]["IDF1"])}

    return score


def with_motmetrics() -> Callable[[Path, Path], Scores]:
    import motmetrics

    def score(truth: Path, tracks: Path) -> Scores:
        files = sorted(tracks.glob("*.txt"))
        compared = []
        for file in files:
            real = motmetrics.io.loadtxt(
                truth / file.stem / "gt" / "gt.txt", fmt="mot15-2D", min_confidence=1
            )
            found = motmetrics.io.loadtxt(file, fmt="mot15-2D")
            compared.append(motmetrics.utils.compare_to_groundtruth(real, found, "iou", distth=0.5))
        summary = motmetrics.metrics.create().compute_many(
            compared, metrics=motmetrics.metrics.motchallenge_metrics, generate_overall=True
        )
        overall = summary.loc["OVERALL"]
        return {"MOTA": float(overall["mota"]), "IDF1": float(overall["idf1"])}

    return score


def with_trackers() -> Callable[[Path, Path], Scores]:
    from trackers.eval import evaluate_mot_sequences

    def score(truth: Path, tracks: Path) -> Scores:
        found = evaluate_mot_sequences(truth, tracks, metrics=["CLEAR", "HOTA", "Identity"]).aggregate
        hota, clear, identity = found.HOTA.HOTA, found.CLEAR.MOTA, found.Identity.IDF1
        return {"HOTA": float(hota), "MOTA": float(clear), "IDF1": float(identity)}

    return score


LIBRARIES = {
    "boxtrail": with_boxtrail,
    "trackeval": with_trackeval,
    "motmetrics": with_motmetrics,
    "trackers": with_trackers,
}


def main() -> None:
    library, truth, tracks, rounds = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    seconds, cpu, scores = [], [], {}
    with contextlib.redirect_stdout(sys.stderr), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        score = LIBRARIES[library]()
        for _ in range(rounds):
            start, busy = time.perf_counter(), time.process_time()
            scores = score(truth, tracks)
            seconds.append(time.perf_counter() - start)
            cpu.append(time.process_time() - busy)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "scores": scores}))


if __name__ == "__main__":
    main()
