"""An appearance network trained on few crops, on a CPU: beside itself untrained and beside `histogram`.

    python benchmarks/train_reid.py

The crops are `reid-crops` of the real data: 310 pictures of 31 tracks in three sequences. Of each track's ten pictures
the first five are trained on, the sixth is left out, the seventh and eighth are looked for among everybody's ninth and
tenth. In PETS09-S2L1 people leave the picture and come back under a new number, as the truth of tracking has it: 19
tracks show 10 people (`RETURNS`). The first table takes the numbers as they are, so that the same person is to be
told apart from itself; in the second a person is one identity; in the third, of the same weights, who returned is to be
recognised from another track alone, pictures of the query's own track being passed over. No weights are kept.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from boxtrail.reid import create_embedder
from boxtrail.training import ReidScores, Sample, load_dataset, score, train_reid
from boxtrail.training.embedding import embed_samples
from machine import machine
from tables import markdown_table

PATTERN = "{sequence}/{identity}_f{frame}.jpg"
# Track of PETS09-S2L1 → another track of the same person.
RETURNS = {9: 5, 10: 6, 11: 3, 12: 4, 13: 2, 14: 8, 15: 8, 18: 8, 19: 1}
OPTIONS: dict[str, Any] = {
    "learning_rate": 1.5e-3,
    "affine": 1.0,
    "erasings": 2,
    "eval_every": 1000,
    "workers": 1,
}
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def untrained(model: str, size: tuple[int, int], seed: int, folder: Path) -> Path:
    """The weights the training begins with, as a checkpoint."""
    import torch

    from boxtrail.reid.models import build_model
    from boxtrail.training.checkpoint import save_weights

    torch.manual_seed(seed)
    network = build_model(model, 31)
    return save_weights(folder / f"untrained-{seed}.pt", network.state_dict(), arch=model, input_size=size)


def split(crops: Path, folder: Path, *, merged: bool) -> int:
    """Copy the crops to `<part>/<identity>/<picture>`; the number of identities."""
    found = load_dataset("folder", crops, pattern=PATTERN)
    names = set()
    for part in ("train", "query", "gallery"):
        for sample in getattr(found, part):
            sequence, _, track = sample.identity.partition("/")
            if merged and sequence == "PETS09-S2L1":
                track = f"{RETURNS.get(int(track), int(track)):04d}"
            names.add(f"{sequence}-{track}")
            target = folder / part / f"{sequence}-{track}"
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy(sample.image, target / f"{sequence}-{Path(sample.image).name}")
    return len(names)


def other_tracks(samples: Sequence[Sample]) -> list[Sample]:
    """The samples, each track of a person being a camera: what the protocol passes over is the query's own track."""
    return [replace(sample, camera=Path(sample.name).name.partition("_f")[0]) for sample in samples]


def row(name: str, scores: ReidScores, minutes: str = "–") -> list[str]:
    shares = (scores.mean_ap, *(scores.rank(k) for k in (1, 5, 10)))
    return [name, *(f"{100 * share:.1f}" for share in shares), minutes]


def compare(data: Path, folder: Path, chosen: argparse.Namespace, *, merged: bool) -> list[list[list[str]]]:
    """The rows of a table, and if people are merged of another one by other tracks."""
    size = (chosen.input_size[0], chosen.input_size[1])
    found = load_dataset("folder", data)
    tables: list[list[list[str]]] = [[], []] if merged else [[]]

    def add(name: str, weights: str | Path, minutes: str = "–") -> None:
        embedder = create_embedder(weights, device="cpu")
        query, gallery = (embed_samples(embedder, samples) for samples in (found.query, found.gallery))
        tables[0].append(row(name, score(query, gallery, found.query, found.gallery), minutes))
        if merged:
            sides = other_tracks(found.query), other_tracks(found.gallery)
            tables[1].append(row(name, score(query, gallery, *sides), minutes))

    for seed in chosen.seeds:
        add(f"untrained, seed {seed}", untrained(chosen.model, size, seed, folder))
    add("histogram", "histogram")
    for seed in chosen.seeds:
        print(f"training with seed {seed}", file=sys.stderr)
        began = time.process_time()
        run = train_reid(
            "folder", data, device="cpu", model=chosen.model, epochs=chosen.epochs, input_size=size, seed=seed,
            out_dir=folder / f"run-{seed}", progress=True, **OPTIONS,
        )  # fmt: skip
        cpu = time.process_time() - began
        add(f"trained, seed {seed}", run.weights_path, f"{run.seconds / 60:.1f} ({cpu / 60:.1f})")
    return tables


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("BOXTRAIL_DATA", SHARED)) / "reid-crops"
    )
    parser.add_argument("--model", default="osnet_x1_0")
    parser.add_argument("--epochs", type=int, default=90)
    parser.add_argument("--input-size", type=int, nargs=2, default=(96, 48), metavar=("HEIGHT", "WIDTH"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    import torch

    torch.set_num_threads(chosen.threads)
    print(
        f"{chosen.model}, crops of {chosen.input_size[0]} × {chosen.input_size[1]}, {chosen.epochs} epochs, "
        f"{chosen.threads} threads. Minutes of training, in brackets of CPU time with everything. {machine()}."
    )
    for merged in (False, True):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            count = split(chosen.data, folder / "data", merged=merged)
            tables = compare(folder / "data", folder, chosen, merged=merged)
        titles = ["people who return are one", "the same, by other tracks"] if merged else ["as numbered"]
        for title, rows in zip(titles, tables, strict=True):
            print(f"\n{count} identities, {title}:\n")
            header = ("embedder", "mAP", "rank-1", "rank-5", "rank-10", "minutes (CPU)")
            print(markdown_table(header, rows), flush=True)


if __name__ == "__main__":
    main()
