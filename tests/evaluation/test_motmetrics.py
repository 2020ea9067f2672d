"""CLEAR and Identity as py-motmetrics has them, on real sequences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from boxtrail.evaluation import evaluate

SEQUENCES = ("TUD-Campus", "TUD-Stadtmitte", "PETS09-S2L1", "KITTI-17")
NAMES = {
    "idf1": "IDF1",
    "idp": "IDP",
    "idr": "IDR",
    "idtp": "IDTP",
    "idfn": "IDFN",
    "idfp": "IDFP",
    "recall": "CLR_Re",
    "precision": "CLR_Pr",
    "num_unique_objects": "GT_IDs",
    "mostly_tracked": "MT",
    "partially_tracked": "PT",
    "mostly_lost": "ML",
    "num_false_positives": "CLR_FP",
    "num_misses": "CLR_FN",
    "num_switches": "IDSW",
    "mota": "MOTA",
}


def has_gaps(truth: Path) -> bool:
    rows = np.loadtxt(truth, delimiter=",")
    rows = rows[rows[:, 6] != 0]
    tracks = [np.sort(rows[rows[:, 1] == track, 0]) for track in np.unique(rows[:, 1])]
    return any(np.any(np.diff(frames) > 1) for frames in tracks)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SEQUENCES)
def test_motmetrics_has_the_same_numbers(name: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # It calls a function that NumPy 2 no longer has.
    monkeypatch.setattr(np, "asfarray", lambda a: np.asarray(a, dtype=np.float64), raising=False)
    motmetrics = pytest.importorskip("motmetrics", reason="motmetrics is not installed")
    truth = data_dir / "MOT15" / "train" / name / "gt" / "gt.txt"
    tracks = data_dir / "reference-results" / "motchallenge-devkit" / "MOT15" / f"{name}.txt"
    if not tracks.exists():
        pytest.skip(f"no tracks of {name}")
    theirs = motmetrics.utils.compare_to_groundtruth(
        motmetrics.io.loadtxt(truth, fmt="mot15-2D", min_confidence=1),
        motmetrics.io.loadtxt(tracks, fmt="mot15-2D"),
        "iou",
        distth=0.5,
    )
    wanted = [*NAMES, "motp", "num_fragmentations"]
    summary = motmetrics.metrics.create().compute(theirs, metrics=wanted, name=name)
    ours = evaluate(truth, tracks).overall
    for their_name, our_name in NAMES.items():
        assert ours[our_name] == pytest.approx(summary.loc[name, their_name], abs=1e-9), their_name
    fragments = summary.loc[name, "num_fragmentations"]
    # TrackEval also counts a true track that is itself away for some frames.
    assert ours["Frag"] >= fragments if has_gaps(truth) else ours["Frag"] == fragments
    assert 1.0 - ours["MOTP"] == pytest.approx(summary.loc[name, "motp"], abs=1e-9)  # theirs is a distance


def test_published_values_are_reproduced(data_dir: Path) -> None:
    """The table of the MOT15 development kit; its overall switches are 220 where TrackEval has 222."""
    results = data_dir / "reference-results"
    ours = evaluate(data_dir / "MOT15" / "train", results / "motchallenge-devkit" / "MOT15")
    assert np.round(100 * ours.overall["IDF1"], 1) == 41.2
    assert np.round(100 * ours.overall["MOTA"], 1) == 26.8
    assert np.round(100 * ours.overall["MOTP"], 1) == 72.4
    assert {name: ours.overall[name] for name in ("CLR_FP", "CLR_FN", "Frag", "MT", "PT", "ML", "IDSW")} == {
        "CLR_FP": 7129,
        "CLR_FN": 21842,
        "Frag": 338,
        "MT": 81,
        "PT": 161,
        "ML": 258,
        "IDSW": 222,
    }
