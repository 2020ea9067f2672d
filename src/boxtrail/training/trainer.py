"""The training loop: one epoch after the other over a network, resumable between any two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from boxtrail.reid.uploads import uploaded
from boxtrail.training.losses import IdentityLoss
from boxtrail.training.moving_average import MovingAverage
from boxtrail.training.options import TrainOptions
from boxtrail.training.pictures import Pictures
from boxtrail.training.processes import Processes, sum_over_processes
from boxtrail.training.sampler import identity_batches
from boxtrail.training.samples import ReidDataset, by_identity
from boxtrail.training.schedule import warmup_cosine

StepWatch: TypeAlias = Callable[[int, int, float], None]  # step done, steps there are, loss


@dataclass(frozen=True, slots=True)
class EpochLosses:
    """Means over the steps of one epoch."""

    epoch: int  # from 1
    learning_rate: float  # at its last step
    losses: dict[str, float]  # "loss", and the terms it is the weighted sum of


class Trainer:
    """Trains ``model``, which in train mode returns logits (B, C) and embeddings (B, D), and has ``dim`` D.

    ``model`` holds the latest weights, ``average`` their running average.
    """

    def __init__(
        self,
        model: nn.Module,
        dataset: ReidDataset,
        size: tuple[int, int],
        options: TrainOptions,
        processes: Processes,
    ) -> None:
        self._options, self._processes = options, processes
        self._samples, self._size = dataset.train, size
        self._groups = by_identity(dataset.train)
        numbers = {identity: number for number, identity in enumerate(self._groups)}
        self._labels = np.array([numbers[sample.identity] for sample in dataset.train])
        device = processes.device
        self.model = model.to(device, memory_format=torch.channels_last)  # a third faster on CPUs
        self._parallel: nn.Module = _in_parallel(self.model, processes)
        self._loss = IdentityLoss(
            len(numbers), self.model.dim, label_smoothing=options.label_smoothing, margin=options.margin,
            triplet_weight=options.triplet_weight, centre_weight=options.centre_weight,
        ).to(device)  # fmt: skip
        self._weights = self.model.state_dict()  # in the network's own memory
        self.average = MovingAverage(self._weights, options.ema_decay)
        self._optimiser = torch.optim.AdamW(
            _parameter_groups(self.model, options.weight_decay), lr=options.learning_rate, fused=True
        )  # fused: a loop over hundreds of small tensors takes five times as long, which shows in small steps
        amp = options.amp if options.amp is not None else device.type == "cuda"
        # bfloat16 has the range of float32, float16 needs the scaler.
        self._amp_dtype = (torch.float16 if device.type == "cuda" else torch.bfloat16) if amp else None
        self._scaler = torch.amp.GradScaler(device.type, enabled=self._amp_dtype == torch.float16)
        self.epoch = 0  # epochs done
        self._step = 0
        lengths = [len(self._batches(epoch)) for epoch in range(options.epochs)]
        self._num_steps, self._warmup_steps = sum(lengths), sum(lengths[: options.warmup_epochs])

    def close(self) -> None:
        """Let go of the other processes; the network stays as it is."""
        self._parallel = self.model

    def train_epoch(self, pictures: Pictures, watch: StepWatch | None = None) -> EpochLosses:
        """Go through the training pictures once."""
        torch.manual_seed(_epoch_seed(self._options.seed, self.epoch, self._processes.rank))
        self._parallel.train()
        batches = self._batches(self.epoch)
        totals: dict[str, Tensor] = {}
        rate, device = 0.0, self._processes.device
        part = self._processes.part(len(batches[0]))
        loaded = pictures.augmented(self._samples, batches, self.epoch, part=part)
        for done, (rows, crops) in enumerate(loaded, start=1):
            rate = self._set_rate()
            terms = self._learn(uploaded(crops, device), uploaded(self._labels[rows], device))
            for name, value in terms.items():
                totals[name] = totals[name] + value if name in totals else value
            if watch is not None:
                watch(done, len(batches), float(terms["loss"]))
        self.epoch += 1
        return EpochLosses(self.epoch, rate, self._means(totals, len(batches)))

    def _learn(self, crops: Tensor, labels: Tensor) -> dict[str, Tensor]:
        """One step: the losses before it."""
        crops = crops.contiguous(memory_format=torch.channels_last)
        with torch.autocast(crops.device.type, dtype=self._amp_dtype, enabled=self._amp_dtype is not None):
            logits, embeddings = self._parallel(crops)
        terms = self._loss(logits, embeddings, labels)
        self._optimiser.zero_grad(set_to_none=True)
        self._scaler.scale(terms["loss"]).backward()
        if self._options.clip_norm > 0.0:
            self._scaler.unscale_(self._optimiser)
            nn.utils.clip_grad_norm_(self.model.parameters(), self._options.clip_norm)
        self._scaler.step(self._optimiser)
        self._scaler.update()
        self._step += 1
        self.average.update(self._weights, self._step)
        return {name: value.detach() for name, value in terms.items()}

    def _set_rate(self) -> float:
        share = warmup_cosine(self._step, self._warmup_steps, self._num_steps)
        rate = self._options.learning_rate * share
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        return rate

    def _batches(self, epoch: int) -> list[Any]:
        return identity_batches(
            self._groups, self._options.batch_size, self._options.num_instances, seed=self._options.seed,
            epoch=epoch, num_processes=self._processes.count,
        )  # fmt: skip

    def _means(self, totals: dict[str, Tensor], steps: int) -> dict[str, float]:
        for value in totals.values():
            sum_over_processes(value)
        return {name: float(value) / (steps * self._processes.count) for name, value in totals.items()}

    @contextmanager
    def averaged(self) -> Iterator[nn.Module]:
        """The network with the averaged weights, in eval mode; afterwards it has its own again."""
        own = {name: value.clone() for name, value in self.model.state_dict().items()}
        self.model.load_state_dict(self.average.state)
        self.model.eval()
        try:
            yield self.model
        finally:
            self.model.load_state_dict(own)

    def state_dict(self) -> dict[str, Any]:
        """Everything the next epoch depends on, tensors and plain values."""
        return {
            "epoch": self.epoch,
            "step": self._step,
            "model": self.model.state_dict(),
            "average": self.average.state,
            "optimiser": self._optimiser.state_dict(),
            "scaler": self._scaler.state_dict(),
            "loss": self._loss.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what :meth:`state_dict` gave."""
        self.epoch, self._step = int(state["epoch"]), int(state["step"])
        self.model.load_state_dict(state["model"])
        self._loss.load_state_dict(state["loss"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._scaler.load_state_dict(state["scaler"])
        for name, value in state["average"].items():
            self.average.state[name].copy_(value)


def _in_parallel(model: nn.Module, processes: Processes) -> nn.Module:
    if processes.count == 1:
        return model
    device = processes.device
    # Batch statistics of a share of a batch are poor; SyncBatchNorm exists on GPUs alone.
    synced = nn.SyncBatchNorm.convert_sync_batchnorm(model) if device.type == "cuda" else model
    return DistributedDataParallel(synced, device_ids=[device.index] if device.type == "cuda" else None)


def _parameter_groups(model: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """Weights of convolutions and layers decay; biases and normalisation layers do not."""
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return [
        {"params": [parameter for parameter in trained if parameter.ndim > 1], "weight_decay": weight_decay},
        {"params": [parameter for parameter in trained if parameter.ndim <= 1], "weight_decay": 0.0},
    ]


def _epoch_seed(seed: int, epoch: int, rank: int) -> int:
    """Seeds what the network draws (dropout), so that an epoch does not depend on how the run came to it."""
    return int(np.random.SeedSequence([seed, epoch, rank]).generate_state(1, np.uint64)[0] >> np.uint64(1))


__all__ = ["EpochLosses", "StepWatch", "Trainer"]
