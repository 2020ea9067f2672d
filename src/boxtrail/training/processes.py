"""One training run in several processes, as ``torchrun`` starts them."""

from __future__ import annotations

import gc
import importlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
from torch import distributed

from boxtrail.errors import ConfigError

PATIENCE = timedelta(
    hours=2
)  # the first process scores alone: on a large data set for longer than torch would wait


@dataclass(frozen=True, slots=True)
class Processes:
    """Which of how many processes this is, and where it computes."""

    rank: int
    count: int
    device: torch.device

    @property
    def is_first(self) -> bool:
        """Whether this process writes the files and the progress."""
        return self.rank == 0

    def part(self, batch: int) -> slice:
        """This process's share of a batch, which the number of processes divides."""
        share = batch // self.count
        return slice(self.rank * share, (self.rank + 1) * share)

    def wait(self) -> None:
        """Until all have come this far."""
        if self.count > 1:
            distributed.barrier()

    def first_says(self, value: Any) -> Any:
        """``value`` of the first process, in all of them."""
        if self.count == 1:
            return value
        said = [value]
        distributed.broadcast_object_list(said, src=0, device=self.device)
        return said[0]


@contextmanager
def processes(device: torch.device) -> Iterator[Processes]:
    """The processes ``torchrun`` started, or this one alone; on CUDA each takes the device of its local rank.

    Whatever speaks to the others must be closed before the end.

    Raises:
        ConfigError: if ``torchrun`` started more processes on this machine than it has GPUs.
    """
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield Processes(0, 1, device)
        return
    if device.type == "cuda":
        local = int(os.environ["LOCAL_RANK"])
        if local >= torch.cuda.device_count():
            raise ConfigError(
                f"torchrun started process {local + 1} here, but there are {torch.cuda.device_count()} GPUs"
            )
        device = torch.device("cuda", local)
        torch.cuda.set_device(device)
    # Its functions have the group of the time of their import as a default. DistributedDataParallel imports it: were
    # that after the next line, the group and its threads would outlive their end, and might abort the interpreter's.
    importlib.import_module("torch.distributed.nn")
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
    try:
        yield Processes(distributed.get_rank(), count, device)
        distributed.barrier()  # nobody leaves while another still speaks to it
    finally:
        distributed.destroy_process_group()
        gc.collect()  # networks in cycles still hold it


def sum_over_processes(tensor: torch.Tensor) -> None:
    """Add up a tensor over all processes, in place; alone, nothing happens."""
    if distributed.is_available() and distributed.is_initialized():
        distributed.all_reduce(tensor)


__all__ = ["Processes", "processes", "sum_over_processes"]
