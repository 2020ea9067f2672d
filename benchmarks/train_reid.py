"""An appearance network trained on few crops, on a CPU: beside itself untrained and beside `histogram`.

    python benchmarks/train_reid.py

The crops are `reid-crops` of the real data: 310 pictures of 31 people in three sequences. Of each person's ten pictures
the first five are trained on, the sixth is left out, the seventh and eighth are looked for among everybody's ninth and
tenth. No weights are kept.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from boxtrail.training import ReidScores, evaluate_reid, train_reid
from machine import machine
from tables import markdown_table

PATTERN = "{sequence}/{identity}_f{frame}.jpg"
OPTIONS: dict[str, Any] = {"learning_rate": 1e-3, "eval_every": 1000, "workers": 2}
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def untrained(model: str, size: tuple[int, int], seed: int, folder: Path) -> Path:
    """The weights the training begins with, as a checkpoint."""
    import torch

    from boxtrail.reid.models import build_model
    from boxtrail.training.checkpoint import save_weights

    torch.manual_seed(seed)
    network = build_model(model, 31)
    return save_weights(folder / f"untrained-{seed}.pt", network.state_dict(), arch=model, input_size=size)


def row(name: str, scores: ReidScores, minutes: str) -> list[str]:
    shares = (scores.mean_ap, *(scores.rank(k) for k in (1, 5, 10)))
    return [name, *(f"{100 * share:.1f}" for share in shares), minutes]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("BOXTRAIL_DATA", SHARED)) / "reid-crops"
    )
    parser.add_argument("--model", default="osnet_ibn_x1_0")
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--input-size", type=int, nargs=2, default=(96, 48), metavar=("HEIGHT", "WIDTH"))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args()
    import torch

    torch.set_num_threads(chosen.threads)
    size = (chosen.input_size[0], chosen.input_size[1])

    def scores(weights: str | Path) -> ReidScores:
        return evaluate_reid(weights, "folder", chosen.data, pattern=PATTERN, device="cpu")

    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for seed in chosen.seeds:
            rows.append(
                row(f"untrained, seed {seed}", scores(untrained(chosen.model, size, seed, folder)), "–")
            )
        rows.append(row("histogram", scores("histogram"), "–"))
        for seed in chosen.seeds:
            print(f"training with seed {seed}", file=sys.stderr)
            began = time.process_time()
            run = train_reid(
                "folder", chosen.data, pattern=PATTERN, device="cpu", model=chosen.model, epochs=chosen.epochs,
                input_size=size, seed=seed, out_dir=folder / f"run-{seed}", progress=True, **OPTIONS,
            )  # fmt: skip
            cpu = time.process_time() - began
            assert run.scores is not None
            minutes = f"{run.seconds / 60:.1f} ({cpu / 60:.1f})"
            rows.append(row(f"trained, seed {seed}", run.scores, minutes))
    print(
        f"{chosen.model}, crops of {size[0]} × {size[1]}, {chosen.epochs} epochs, {chosen.threads} threads. "
        f"Minutes of training, in brackets of CPU time with everything. {machine()}\n"
    )
    print(markdown_table(("embedder", "mAP", "rank-1", "rank-5", "rank-10", "minutes (CPU)"), rows))


if __name__ == "__main__":
    main()
