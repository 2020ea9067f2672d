"""Started by torchrun, or alone: trains a network without batch statistics; each process saves its weights."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import torch
from torch import nn

from boxtrail.training.datasets import load_dataset
from boxtrail.training.options import TrainOptions
from boxtrail.training.pictures import Pictures
from boxtrail.training.processes import processes
from boxtrail.training.trainer import Trainer


class Flat(nn.Module):
    """One linear layer to embeddings, one to logits."""

    dim = 8

    def __init__(self) -> None:
        super().__init__()
        self.embed, self.classifier = nn.Linear(3 * 32 * 16, self.dim), nn.Linear(self.dim, 4)

    def forward(self, crops: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        embeddings = self.embed(crops.flatten(1))
        return self.classifier(embeddings), embeddings


def main(people: str, out: str) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    # The hardest triplets of a share of the batch are not those of the batch: without them the steps are the same.
    options = TrainOptions(
        epochs=3,
        batch_size=16,
        warmup_epochs=0,
        triplet_weight=0.0,
        centre_weight=0.1,
        clip_norm=0.0,
        workers=1,
    )
    people_found = load_dataset("folder", people)
    with (
        processes(torch.device("cpu")) as workers,
        Pictures((32, 16), options) as pictures,
        closing(Trainer(Flat(), people_found, (32, 16), options, workers)) as trainer,
    ):
        losses = [trainer.train_epoch(pictures).losses for _ in range(options.epochs)]
        state = {"model": trainer.model.state_dict(), "losses": losses, "loss": trainer.state_dict()["loss"]}
        torch.save(state, Path(out) / f"{workers.rank}-of-{workers.count}.pt")
    # On other systems than Linux there are no names to find.
    names = [path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")]
    (Path(out) / f"threads-{workers.rank}-of-{workers.count}.txt").write_text("\n".join(sorted(names)))


if __name__ == "__main__":
    main(*sys.argv[1:])
