"""Every number of TrackEval 1.3.0, on real sequences and on random ones full of ties."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from boxtrail.evaluation import evaluate
from evaluation.oracle import assert_same, mot_scores
from strategies import examples, free_boxes, grid_boxes

GOLDEN = (
    "official-bytetrack",
    "official-botsort_gmcfile",
    "official-ocsort",
    "official-sfsort",
    "official-hybridsort",
)


def length_of(folder: Path) -> int:
    text = (folder / "seqinfo.ini").read_text()
    return int(next(line.partition("=")[2] for line in text.splitlines() if line.startswith("seqLength")))


def write(table: NDArray[np.float64], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savetxt(path, table, fmt="%.10g", delimiter=",")


@pytest.fixture(scope="module")
def second_halves(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """The truth of the MOT17 second halves, as the recorded tracks have it."""
    root, lengths = tmp_path_factory.mktemp("truth"), {}
    for folder in sorted((data_dir / "MOT17" / "train").iterdir()):
        name, length = folder.name.removesuffix("-DPM"), length_of(folder)
        table = np.loadtxt(folder / "gt" / "gt.txt", delimiter=",")
        cut = length // 2 + 1
        table = table[table[:, 0] > cut]
        table[:, 0] -= cut
        write(table, root / name / "gt" / "gt.txt")
        (root / name / "seqinfo.ini").write_text(f"[Sequence]\nseqLength={length - cut}\n")
        lengths[name] = length - cut
    return root, lengths


def unpack(folder: Path, target: Path) -> Path:
    target.mkdir(parents=True)
    for file in folder.glob("*.txt.gz"):
        with gzip.open(file) as packed, (target / file.name.removesuffix(".gz")).open("wb") as plain:
            shutil.copyfileobj(packed, plain)
    return target


@pytest.mark.parametrize("run", GOLDEN)
def test_recorded_tracks_on_mot17_have_the_official_numbers(
    run: str, data_dir: Path, second_halves: tuple[Path, dict[str, int]], tmp_path: Path
) -> None:
    truth, lengths = second_halves
    packed = data_dir / "golden" / "MOT17-val-half" / run
    theirs = mot_scores(truth, unpack(packed, tmp_path / run), lengths)
    ours = evaluate(truth, packed)
    for name in lengths:
        assert_same(ours.sequences[name], theirs[name], name)
    assert_same(ours.overall, theirs[""], "all")
    assert_same(ours.classes["pedestrian"], theirs[""], "all")


@pytest.mark.parametrize("run", ["sort", "motchallenge-devkit"])
def test_reference_results_on_mot15_have_the_official_numbers(run: str, data_dir: Path) -> None:
    truth, tracks = data_dir / "MOT15" / "train", data_dir / "reference-results" / run / "MOT15"
    lengths = {file.stem: length_of(truth / file.stem) for file in sorted(tracks.glob("*.txt"))}
    theirs = mot_scores(truth, tracks, lengths, benchmark="MOT15")
    ours = evaluate(truth, tracks)
    for name in lengths:
        assert_same(ours.sequences[name], theirs[name], name)
    assert_same(ours.overall, theirs[""], "all")


def random_boxes(rng: np.random.Generator, count: int, tied: bool) -> NDArray[np.float64]:
    make = grid_boxes if tied else free_boxes
    corners = make(rng, count, oriented=False)
    return np.column_stack([corners[:, :2], corners[:, 2:] - corners[:, :2]])


def random_rows(
    rng: np.random.Generator, num_frames: int, num_tracks: int, tied: bool
) -> NDArray[np.float64]:
    rows = [
        np.column_stack(
            [np.full(n, frame), rng.permutation(num_tracks)[:n] + 1, random_boxes(rng, n, tied), np.ones(n)]
        )
        for frame in range(1, num_frames + 1)
        for n in [rng.integers(0, num_tracks + 1)]
    ]
    return np.vstack([np.empty((0, 7)), *rows])


def random_sequences(seed: int) -> Iterator[tuple[str, NDArray[np.float64], NDArray[np.float64]]]:
    """Truth with classes and flags, and a prediction that repeats some of its boxes."""
    rng = np.random.default_rng(seed)
    for name in ("one", "two", "MOT20-03"):
        num_frames, tied = int(rng.integers(1, 9)), bool(rng.integers(2))
        truth = random_rows(rng, num_frames, int(rng.integers(1, 12)), tied)
        tracks = random_rows(rng, num_frames, int(rng.integers(1, 12)), tied)
        for row in tracks:  # so that most overlap something
            same = np.flatnonzero(truth[:, 0] == row[0])
            if len(same) and rng.random() < 0.7:
                row[2:6] = truth[rng.choice(same), 2:6]
                row[2:4] += rng.choice([0.0, 4.0, 8.0], 2) if tied else rng.normal(0.0, 3.0, 2)
        truth[:, 6] = rng.random(len(truth)) < 0.85
        classes = rng.choice([1, 1, 1, 2, 3, 6, 7, 8, 9, 12, 13], len(truth))
        empty_truth, empty_tracks = rng.random() < 0.1, rng.random() < 0.1
        truth = np.column_stack([truth, classes, np.ones(len(truth))])[: 0 if empty_truth else None]
        yield name, truth, tracks[: 0 if empty_tracks else None]


@given(seed=st.integers(0, 2**32 - 1), preprocess=st.booleans())
@examples(150)
def test_random_sequences_have_the_official_numbers(
    seed: int, preprocess: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("random")
    lengths = {}
    for name, truth, tracks in random_sequences(seed):
        write(truth, root / "truth" / name / "gt" / "gt.txt")
        write(tracks, root / "tracks" / f"{name}.txt")
        lengths[name] = int(max([1.0, *truth[:, 0], *tracks[:, 0]]))
        (root / "truth" / name / "seqinfo.ini").write_text(f"[Sequence]\nseqLength={lengths[name]}\n")
    ours = evaluate(root / "truth", root / "tracks", preprocess="mot" if preprocess else "none")
    twenty = {name: length for name, length in lengths.items() if name.startswith("MOT20")}
    seventeen = {name: length for name, length in lengths.items() if name not in twenty}
    for benchmark, group in (("MOT17", seventeen), ("MOT20", twenty)):
        theirs = mot_scores(
            root / "truth", root / "tracks", group, benchmark=benchmark, preprocess=preprocess
        )
        for name in group:
            assert_same(ours.sequences[name], theirs[name], name)
    total = mot_scores(root / "truth", root / "tracks", lengths, benchmark="MOT17", preprocess=False)
    if not preprocess:
        assert_same(ours.overall, total[""], "all")
