"""Write tracks and ground truth as MOT files and have TrackEval score them in its own environment."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from environments import DEFAULT_FOLDER, environment, one_thread
from sequences import Sequence

Array = NDArray[np.float64]
Scores = dict[str, float]

WORKER = Path(__file__).resolve().parent / "score_worker.py"


def write_truth(sequences: list[Sequence], folder: Path) -> Path:
    """`<sequence>/gt/gt.txt` and `lengths.json` under `folder`, as the scorer reads them."""
    for sequence in sequences:
        target = folder / sequence.name / "gt" / "gt.txt"
        target.parent.mkdir(parents=True, exist_ok=True)
        np.savetxt(target, sequence.truth, fmt="%g", delimiter=",")
    lengths = {sequence.name: sequence.num_frames for sequence in sequences}
    (folder / "lengths.json").write_text(json.dumps(lengths))
    return folder


def write_rows(rows: Array, path: Path) -> None:
    """(R, 6) `frame, id, left, top, width, height` as a MOT file with score 1."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = np.column_stack([rows, np.ones(len(rows)), np.full((len(rows), 3), -1)])
    np.savetxt(path, columns, fmt=["%d", "%d", *["%.4f"] * 4, *["%d"] * 4], delimiter=",")


def score(
    truth: Path, trackers: Path, runs: list[str], envs: Path = DEFAULT_FOLDER
) -> dict[str, dict[str, Scores]]:
    """Per run and sequence ("COMBINED": all): HOTA DetA AssA MOTA IDF1 in percent, IDSW FP FN as counts."""
    command = [str(environment("trackeval", envs)), str(WORKER), str(truth), str(trackers), ",".join(runs)]
    result = subprocess.run(
        command, capture_output=True, text=True, check=False, env=one_thread("trackeval", envs)
    )
    if result.returncode:
        raise RuntimeError(f"TrackEval failed:\n{result.stderr}")
    scores: dict[str, dict[str, Scores]] = json.loads(result.stdout.splitlines()[-1])
    return scores
