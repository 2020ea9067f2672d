"""An appearance network trained on few crops, on a CPU: beside itself untrained and beside `histogram`.

    python benchmarks/train_reid.py              # the test
    python benchmarks/train_reid.py --validate   # what settings are chosen by: none of the pictures of the test

The crops are `reid-crops` of the real data: 310 pictures of 31 tracks in three sequences. Of each track's ten pictures
the first five are trained on, the sixth is left out, the seventh and eighth are looked for among everybody's ninth and
tenth. In PETS09-S2L1 people leave the picture and come back under a new number, as the truth of tracking has it: 19
tracks show 10 people (`RETURNS`). The first table takes the numbers as they are, so that the same person is to be
told apart from itself; its row of known people tells how far recognising people gets there: everybody is known,
`histogram` tells their tracks apart. In the second table a person is one identity; in the third, of the same weights,
who returned is to be recognised from another track alone, pictures of the query's own track being passed over. No
weights are kept.

With `--validate` only the first five pictures of a track are looked at: a network is trained on the first three and
asked about the other two, another one trained on the last three and asked about the first two. Each picture asks
for the other one of its track among all the rest.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from boxtrail.cli.key_values import key_values
from boxtrail.reid import create_embedder
from boxtrail.training import ReidDataset, ReidScores, Sample, load_dataset, score, train_reid
from boxtrail.training.embedding import embed_samples
from boxtrail.training.samples import by_identity
from machine import machine
from tables import markdown_table

PATTERN = "{sequence}/{identity}_f{frame}.jpg"
# Track of PETS09-S2L1 → another track of the same person.
RETURNS = {9: 5, 10: 6, 11: 3, 12: 4, 13: 2, 14: 8, 15: 8, 18: 8, 19: 1}
OPTIONS: dict[str, Any] = {"learning_rate": 3e-3, "triplet_weight": 3.0, "affine": 1.0, "jitter": 0.1}
UNSEEN: dict[str, Any] = {
    "eval_every": 100_000,
    "workers": 1,
}  # the last weights are taken, not the best on the queries
HEADER = ("embedder", "mAP", "rank-1", "rank-5", "rank-10", "minutes", "CPU minutes")
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

Row = tuple[float, ...]  # scores in percent, then minutes and CPU minutes where it was trained
Ask = Callable[[Any], list[ReidScores]]  # scores of an embedder, one a table


def untrained(chosen: argparse.Namespace, seed: int, folder: Path) -> Path:
    """The weights the training begins with, as a checkpoint."""
    import torch

    from boxtrail.reid.models import build_model
    from boxtrail.training.checkpoint import save_weights

    torch.manual_seed(seed)
    network = build_model(chosen.model, 31)
    size = (chosen.input_size[0], chosen.input_size[1])
    return save_weights(
        folder / f"untrained-{seed}.pt", network.state_dict(), arch=chosen.model, input_size=size
    )


def crops(data: Path, folder: Path, *, merged: bool) -> ReidDataset:
    """The crops, copied to `<part>/<identity>/<picture>` below `folder` and read from there."""
    found = load_dataset("folder", data, pattern=PATTERN)
    for part in ("train", "query", "gallery"):
        for sample in getattr(found, part):
            sequence, _, track = sample.identity.partition("/")
            if merged and sequence == "PETS09-S2L1":
                track = f"{RETURNS.get(int(track), int(track)):04d}"
            target = folder / part / f"{sequence}-{track}"
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(sample.name, target / f"{sequence}-{Path(sample.name).name}")
    return load_dataset("folder", folder)


def other_tracks(samples: Sequence[Sample]) -> list[Sample]:
    """The samples, each track of a person being a camera: what the protocol passes over is the query's own track."""
    return [replace(sample, camera=Path(sample.name).name.partition("_f")[0]) for sample in samples]


def person(sample: Sample) -> str:
    """Who it is, whatever the number of the track."""
    sequence, _, track = sample.identity.rpartition("-")
    again = RETURNS.get(int(track), int(track)) if sequence == "PETS09-S2L1" else int(track)
    return f"{sequence}-{again:04d}"


def known_people(found: ReidDataset) -> ReidScores:
    """Scores of `histogram` if it were told who everybody is, but not by which track."""
    names = sorted({person(sample) for sample in found.query})
    embedder = create_embedder("histogram")

    def rows(samples: Sequence[Sample]) -> Any:
        who = np.eye(len(names), dtype=np.float32)[[names.index(person(sample)) for sample in samples]]
        # Cosines of histograms lie within [−1, 1]: 4 more for the same person puts all its pictures first.
        return np.hstack([embed_samples(embedder, samples), 2.0 * who]) / np.float32(5.0**0.5)

    return score(rows(found.query), rows(found.gallery), found.query, found.gallery)


def ask(found: ReidDataset, *, merged: bool) -> Ask:
    """What scores an embedder on the queries, and if people are merged by other tracks as well."""

    def scores(embedder: Any) -> list[ReidScores]:
        query, gallery = (embed_samples(embedder, samples) for samples in (found.query, found.gallery))
        results = [score(query, gallery, found.query, found.gallery)]
        if merged:
            results.append(score(query, gallery, other_tracks(found.query), other_tracks(found.gallery)))
        return results

    return scores


def ask_all(samples: Sequence[Sample]) -> Ask:
    """What scores an embedder on each of the samples among all others."""
    own = [replace(sample, camera=sample.name) for sample in samples]  # passes over the query itself alone

    def scores(embedder: Any) -> list[ReidScores]:
        rows = embed_samples(embedder, samples)
        return [score(rows, rows, own, own)]

    return scores


def inside_training(found: ReidDataset, folder: Path) -> list[tuple[Path, Ask]]:
    """Folders of the first and of the last three training pictures of each track, and questions about the others."""
    splits: list[tuple[Path, Ask]] = []
    for name, trained in (("first", slice(0, 3)), ("last", slice(2, 5))):
        for identity, places in by_identity(found.train).items():
            for place in places:
                for part in ("train",) if place in places[trained] else ("query", "gallery"):
                    target = folder / name / part / identity
                    target.mkdir(parents=True, exist_ok=True)
                    shutil.copy(found.train[place].name, target)
        splits.append((folder / name, ask_all(load_dataset("folder", folder / name).query)))
    return splits


def percent(scores: ReidScores) -> Row:
    return tuple(100 * share for share in (scores.mean_ap, *(scores.rank(k) for k in (1, 5, 10))))


def compare(data: Path, folder: Path, questions: Ask, chosen: argparse.Namespace) -> list[dict[str, Row]]:
    """The rows of each table, by name."""
    tables: list[dict[str, Row]] = []

    def add(name: str, weights: str | Path, *minutes: float) -> None:
        for number, scores in enumerate(questions(create_embedder(weights, device="cpu"))):
            if number == len(tables):
                tables.append({})
            tables[number][name] = (*percent(scores), *minutes)

    for seed in chosen.seeds:
        add(f"untrained, seed {seed}", untrained(chosen, seed, folder))
    add("histogram", "histogram")
    for seed in chosen.seeds:
        print(f"training with seed {seed}", file=sys.stderr)
        began, cpu = time.perf_counter(), time.process_time()
        run = train_reid(
            "folder", data, device="cpu", model=chosen.model, epochs=chosen.epochs, seed=seed, progress=True,
            input_size=tuple(chosen.input_size), out_dir=folder / f"run-{seed}", **UNSEEN, **chosen.options,
        )  # fmt: skip
        spent = time.perf_counter() - began, time.process_time() - cpu
        add(f"trained, seed {seed}", run.weights_path, *(seconds / 60 for seconds in spent))
    return tables


def with_medians(rows: dict[str, Row]) -> list[list[str]]:
    """The rows as text, after those of several seeds their median and range."""
    table = []
    for kind in ("untrained", "histogram", "known people", "trained"):
        own = [(name, row) for name, row in rows.items() if name.startswith(kind)]
        table += [[name, *_cells([f"{value:.1f}" for value in row])] for name, row in own]
        if len(own) > 1:
            columns = zip(*(row for _, row in own), strict=True)
            spread = [f"{median(column):.1f} ({min(column):.1f}–{max(column):.1f})" for column in columns]
            table.append([f"**{kind}, median**", *_cells(spread)])
    return table


def _cells(texts: list[str]) -> list[str]:
    return texts + ["–"] * (len(HEADER) - 1 - len(texts))


def test(chosen: argparse.Namespace) -> None:
    """Print the three tables."""
    for merged in (False, True):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            found = crops(chosen.data, folder / "data", merged=merged)
            tables = compare(folder / "data", folder, ask(found, merged=merged), chosen)
            if not merged:
                tables[0]["known people"] = percent(known_people(found))
        titles = ["people who return are one", "the same, by other tracks"] if merged else ["as numbered"]
        for title, rows in zip(titles, tables, strict=True):
            print(f"\n{len(found.identities)} identities, {title}:\n")
            print(markdown_table(HEADER, with_medians(rows)), flush=True)


def validate(chosen: argparse.Namespace) -> None:
    """Print a table for each split of the training pictures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = crops(chosen.data, folder / "data", merged=False)
        for data, questions in inside_training(found, folder):
            [rows] = compare(data, folder / f"runs-{data.name}", questions, chosen)
            print(f"\nTrained on the {data.name} three training pictures, asked about the others:\n")
            print(markdown_table(HEADER, with_medians(rows)), flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("BOXTRAIL_DATA", SHARED)) / "reid-crops"
    )
    parser.add_argument("--model", default="osnet_x0_25")
    parser.add_argument("--epochs", type=int, default=180)
    parser.add_argument("--input-size", type=int, nargs=2, default=(64, 32), metavar=("HEIGHT", "WIDTH"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--threads", type=int, default=1, help="of torch; small crops gain little by more")
    parser.add_argument("--validate", action="store_true", help="score inside the training pictures")
    parser.add_argument(
        "-o", "--option", action="append", default=[], metavar="KEY=VALUE", help="of TrainOptions"
    )
    chosen = parser.parse_args()
    chosen.options = OPTIONS | key_values(chosen.option)
    return chosen


def main() -> None:
    chosen = arguments()
    import torch

    torch.set_num_threads(chosen.threads)
    height, width = chosen.input_size
    options = " ".join(f"-o {name}={value}" for name, value in chosen.options.items())
    print(f"--model {chosen.model} --epochs {chosen.epochs} --input-size {height}x{width} {options}\n")
    print(f"{chosen.threads} threads. Minutes with reading, scoring and saving. {machine()}.")
    (validate if chosen.validate else test)(chosen)


if __name__ == "__main__":
    main()
