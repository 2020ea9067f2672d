"""The rules of MOTS: every number of TrackEval 1.3.0 on random masks, as KITTI-MOTS and as MOTSChallenge have them."""

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
from boxtrail.io.formats.masks import mask_of
from evaluation.oracle import assert_same, run, trackeval
from strategies import examples

HEIGHT, WIDTH = 16, 24
SEQUENCES = ("0000", "0001")
NOT_SAID = ("Frames", "CLR_Frames", "FP_per_frame")  # the files do not say how long they are


def official(root: Path, kitti: bool, name: str, num_frames: int) -> dict[str, dict[str, Any]]:
    trackeval()
    pytest.importorskip("pycocotools", reason="TrackEval needs pycocotools for masks")
    options = {
        "GT_FOLDER": str(root / "truth"),
        "GT_LOC_FORMAT": "{gt_folder}/{seq}.txt",
        "TRACKERS_FOLDER": str(root / "trackers"),
        "TRACKERS_TO_EVAL": ["one"],
        "CLASSES_TO_EVAL": [name],
        "SEQ_INFO": dict.fromkeys(SEQUENCES, num_frames),
        "PRINT_CONFIG": False,
    }
    if not kitti:
        options["SKIP_SPLIT_FOL"] = True
    with contextlib.redirect_stdout(io.StringIO()):
        dataset = (trackeval().datasets.KittiMOTS if kitti else trackeval().datasets.MOTSChallenge)(options)
        return run(dataset, "one", list(SEQUENCES), name)


def patches(rng: np.random.Generator, count: int) -> list[np.ndarray[Any, Any]]:
    """Masks that do not overlap, as the kit demands, on a coarse grid or a fine one."""
    owner = np.zeros((HEIGHT, WIDTH), dtype=int)
    step = int(rng.choice([1, 4]))
    for k in range(1, count + 1):
        top, left = (step * int(rng.integers(0, side // step)) for side in (HEIGHT, WIDTH))
        height, width = (step * int(rng.integers(1, max(2, 10 // step))) for _ in range(2))
        owner[top : top + height, left : left + width] = k
    return [owner == k for k in range(1, count + 1)]


def line(frame: int, number: int, label: int, bits: Any) -> str:
    height, width, runs = mask_of(bits)
    return f"{frame} {number} {label} {height} {width} {runs.decode()}\n"


def masks(seed: int, num_frames: int, first: int, kitti: bool) -> tuple[str, str]:
    """A truth with regions to ignore and a prediction near it."""
    rng = np.random.default_rng(seed)
    truth, tracks = "", ""
    for frame in range(first, num_frames + first):
        found = [bits for bits in patches(rng, int(rng.integers(1, 7))) if bits.any()]
        for k, bits in enumerate(found):
            label = 1 + k % 2 if kitti else 2
            ignored = rng.random() < 0.3
            truth += line(frame, 10_000 if ignored else 1000 * label + k, 10 if ignored else label, bits)
        near = rng.random() < 0.7
        shifted = [np.roll(bits, int(rng.integers(-2, 3)), axis=1) for bits in found]
        taken = np.zeros((HEIGHT, WIDTH), dtype=bool)
        for k, bits in enumerate(shifted if near else patches(rng, 4)):
            bits = bits & ~taken
            taken |= bits
            if bits.any() and rng.random() < 0.85:
                tracks += line(frame, int(k + 2 * (rng.random() < 0.1) * 10), 1 + k % 2 if kitti else 2, bits)
    return truth, tracks


@pytest.mark.parametrize("kitti", [True, False], ids=["KITTI-MOTS", "MOTSChallenge"])
@given(seed=st.integers(0, 2**31))
@examples(40)
def test_random_masks_have_the_official_numbers(
    kitti: bool, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root, num_frames, first = tmp_path_factory.mktemp("mots"), seed % 5 + 1, 0 if kitti else 1
    for folder in ("truth", "trackers/one/data"):
        (root / folder).mkdir(parents=True)
    for number, sequence in enumerate(SEQUENCES):
        truth, tracks = masks(seed + number, num_frames, first, kitti)
        (root / "truth" / f"{sequence}.txt").write_text(truth)
        (root / "trackers/one/data" / f"{sequence}.txt").write_text(tracks)
    names = ["car", "pedestrian"] if kitti else ["pedestrian"]
    for backend in ("cpp", "python"):
        ours = evaluate(
            root / "truth", root / "trackers" / "one", format="mots", classes=names, backend=backend
        )
        for name in names:
            theirs = official(root, kitti, name, num_frames)
            for sequence in SEQUENCES:
                found = {key: value for key, value in theirs[sequence].items() if key not in NOT_SAID}
                assert_same(ours.metrics(sequence, name), found, f"{sequence} {name} {backend}")
            assert_same(
                ours.classes[name],
                {k: v for k, v in theirs[""].items() if k not in NOT_SAID},
                f"{name} {backend}",
            )


def row(frame: int, number: int, label: int, columns: slice) -> str:
    bits = np.zeros((HEIGHT, WIDTH), dtype=bool)
    bits[:4, columns] = True
    return line(frame, number, label, bits)


def test_a_prediction_is_forgiven_where_more_than_half_of_it_is_to_be_ignored(tmp_path: Path) -> None:
    truth, tracks = tmp_path / "one.txt", tmp_path / "tracks.txt"
    truth.write_text(row(1, 2001, 2, slice(0, 4)) + row(1, 10_000, 10, slice(10, 14)))
    tracks.write_text(row(1, 1, 2, slice(0, 4)) + row(1, 2, 2, slice(11, 15)) + row(1, 3, 2, slice(12, 16)))
    found = evaluate(truth, tracks)
    assert list(found.classes) == ["pedestrian"]
    assert (found.overall["CLR_TP"], found.overall["CLR_FP"]) == (
        1,
        1,
    )  # three quarters of 2 is ignored, half of 3
    assert evaluate(truth, tracks, preprocess="none").overall["CLR_FP"] == 2


def test_both_sides_count_frames_alike_although_one_has_nothing_in_the_first(tmp_path: Path) -> None:
    truth, tracks = tmp_path / "one.txt", tmp_path / "tracks.txt"
    truth.write_text(row(0, 2001, 2, slice(0, 4)) + row(1, 2001, 2, slice(0, 4)))
    tracks.write_text(row(1, 5, 2, slice(0, 4)))
    found = evaluate(truth, tracks)
    assert (found.overall["CLR_TP"], found.overall["CLR_FN"], found.overall["Frames"]) == (1, 1, 2)
