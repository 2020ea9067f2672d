"""KITTI's rules: every number of TrackEval 1.3.0 on random label files."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from boxtrail.evaluation import evaluate
from evaluation.oracle import assert_same, run, trackeval
from strategies import examples

TYPES = ("Car", "Car", "Van", "Pedestrian", "Pedestrian", "Person", "Cyclist", "Truck")
SEQUENCES = ("0000", "0001")


def official(root: Path, name: str, num_frames: int) -> dict[str, dict[str, Any]]:
    rows = [f"{sequence} empty 000000 {num_frames:06d}" for sequence in SEQUENCES]
    (root / "truth" / "evaluate_tracking.seqmap.training").write_text("\n".join(rows) + "\n")
    with contextlib.redirect_stdout(io.StringIO()):
        dataset = trackeval().datasets.Kitti2DBox(
            {
                "GT_FOLDER": str(root / "truth"),
                "TRACKERS_FOLDER": str(root / "trackers"),
                "TRACKERS_TO_EVAL": ["one"],
                "CLASSES_TO_EVAL": [name],
                "PRINT_CONFIG": False,
            }
        )
    return run(dataset, "one", list(SEQUENCES), name)


def box(rng: np.random.Generator, tied: bool) -> list[float]:
    corner = 8.0 * rng.integers(0, 12, 2) if tied else rng.uniform(0.0, 90.0, 2)
    size = rng.choice([16.0, 24.0, 25.0, 32.0, 48.0], 2) if tied else rng.uniform(10.0, 60.0, 2)
    return [*corner, *(corner + size)]


def label(frame: int, number: int, kind: str, hard: tuple[int, int], corners: list[float], score: str) -> str:
    numbers = " ".join(f"{value:.9g}" for value in corners)
    return f"{frame} {number} {kind} {hard[0]} {hard[1]} -10 {numbers} -1 -1 -1 -1000 -1000 -1000 -10{score}"


def labels(seed: int, num_frames: int) -> tuple[list[str], list[str]]:
    """A truth with hard rows, similar classes and regions to ignore, and a prediction near it."""
    rng = np.random.default_rng(seed)
    tied = bool(rng.integers(2))
    truth, tracks = [], []
    for frame in range(num_frames):
        boxes = [box(rng, tied) for _ in range(rng.integers(0, 8))]
        kinds = [str(rng.choice(TYPES)) for _ in boxes]
        for number, (corners, kind) in enumerate(zip(boxes, kinds, strict=True)):
            hard = (int(rng.choice([0, 0, 0, 1, 2])), int(rng.choice([0, 0, 1, 2, 3])))
            truth.append(label(frame, number, kind, hard, corners, ""))
        truth += [
            label(frame, -1, "DontCare", (-1, -1), box(rng, tied), "") for _ in range(rng.integers(0, 3))
        ]
        for number in rng.permutation(8)[: rng.integers(0, 8)]:
            near = len(boxes) > 0 and rng.random() < 0.7
            corners = boxes[rng.integers(len(boxes))] if near else box(rng, tied)
            shift = rng.choice([0.0, 4.0, 8.0]) if tied else rng.normal(0.0, 3.0)
            kind = str(rng.choice(["Car", "Pedestrian"]))
            tracks.append(label(frame, number, kind, (-1, -1), [value + shift for value in corners], " 0.9"))
    return truth, tracks


@given(seed=st.integers(0, 2**31))
@examples(100)
def test_random_label_files_have_the_official_numbers(
    seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    trackeval()
    root, num_frames = tmp_path_factory.mktemp("kitti"), seed % 5 + 1
    for folder in ("truth/label_02", "trackers/one/data"):
        (root / folder).mkdir(parents=True)
    for number, sequence in enumerate(SEQUENCES):
        truth, tracks = labels(seed + number, num_frames)
        (root / "truth" / "label_02" / f"{sequence}.txt").write_text("".join(f"{row}\n" for row in truth))
        (root / "trackers" / "one" / "data" / f"{sequence}.txt").write_text(
            "".join(f"{row}\n" for row in tracks)
        )
    ours = evaluate(root / "truth" / "label_02", root / "trackers" / "one", format="kitti")
    for name in ("car", "pedestrian"):
        theirs = official(root, name, num_frames)
        for sequence in SEQUENCES:
            found = dict(theirs[sequence])
            for frames in (
                "Frames",
                "CLR_Frames",
                "FP_per_frame",
            ):  # label files do not say how long they are
                found.pop(frames)
            assert_same(ours.metrics(sequence, name), found, f"{sequence} {name}")
        found = dict(theirs[""])
        for frames in ("CLR_Frames", "FP_per_frame"):
            found.pop(frames)
        assert_same(ours.classes[name], found, name)
